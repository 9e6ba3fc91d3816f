/* Every size, count and depth that yishi accepts, in one place. Limits of signed
 * notes stand in crypto/note.h, since they belong to that format. */
#ifndef YS_PROTO_LIMITS_H
#define YS_PROTO_LIMITS_H

#include "crypto/note.h"

enum {
    /* records */
    YS_RECORD_NOTE_MAX = YS_NOTE_MAX,    /* bytes of a record's signed note: 65,535 */
    YS_RECORD_BODY_MAX = 128 * 1024,     /* bytes of a record's protobuf body */
    YS_BODY_SALT_LEN = 16,               /* bytes of salt in a body, exactly */
    YS_BODY_REFS_MAX = 64,               /* references of one record */
    YS_BODY_ATTACHMENTS_MAX = 64,        /* attachments named by one record */
    YS_BODY_NOT_PERSONAL_MAX = 64,       /* numbers of one record that are said to be no person's */
    YS_BODY_REPEATED_MAX = 512,          /* elements of any other repeated field */
    YS_BODY_ARENA_MAX = 4 * 1024 * 1024, /* bytes that decoding one body may take */
    YS_KIND_NAME_MAX = 64,               /* bytes of the note's kind and subject lines */
    YS_TEXT_DEFAULT_MAX = 300,           /* code points of a text field with no limit of its own */

    /* names */
    YS_DEPLOYMENT_MAX = 63, /* bytes of a deployment's name */
    YS_BODY_NAME_MAX = 19,  /* bytes of a body's short name: "gd-" and 16 more */
    YS_INCARNATION_MAX = 999999,
    YS_ROOT_KEYS_MAX = 3,

    /* wire */
    YS_MESSAGE_MAX = 256 * 1024,          /* bytes of one message, before encryption */
    YS_FRAME_MAX = YS_MESSAGE_MAX + 1024, /* what ZMQ_MAXMSGSIZE is set to */
    YS_ENTRIES_MAX = 192 * 1024,          /* bytes of notes and bodies in one ENTRIES */
    YS_ENTRIES_COUNT_MAX = 1024,          /* records in one ENTRIES */
    YS_HEADS_COUNT_MAX = 128,             /* logs in one HEADS or COSIGNED */
    YS_WANT_COUNT_MAX = 256,              /* logs in one WANT */
    YS_CREDIT_MAX = 8 * 1024 * 1024,      /* bytes that one peer may have under way to us */
    YS_MESSAGE_ARENA_MAX = 2 * 1024 * 1024,
    YS_ERROR_TEXT_MAX = 200,
    YS_JOIN_BODIES_MAX = 16,
    YS_JOIN_MAX = 16 * 1024, /* bytes of one Join */

    /* invitations */
    YS_TOKEN_ID_LEN = 8,       /* bytes of the id of an invitation */
    YS_TOKEN_TEXT_MAX = 1024,  /* bytes of a token as printed */
    YS_INVITES_MAX = 1024,     /* invitations that a home keeps */
    YS_APPLICATIONS_MAX = 256, /* requests that wait for an officer */

    /* attachments */
    YS_BLOB_PIECE_MAX = 64 * 1024, /* bytes of content in one BLOB */
    YS_BLOB_WINDOW = 4,            /* BLOB_WANTs of one peer that wait for their answer */

    /* contents that are asked for again */
    YS_CONTENT_WINDOW = 8, /* CONTENT_WANTs of one peer that wait for their answer */

    /* evidence */
    YS_EVIDENCE_MAX = 512 * 1024, /* bytes of one proof bundle */
    YS_EVIDENCE_COUNT_MAX = 32,   /* membership records in one bundle */
    YS_EVIDENCE_ARENA_MAX = 16 * 1024 * 1024,

    /* evaluations */
    YS_BALLOTS_MAX = 20000, /* papers of one round */
    YS_BALLOT_GROUP_MIN =
        5, /* of a kind of evaluator, else its number is not said (DOMAIN.md 5.4) */

    /* people's files */
    YS_JSON_DEPTH_MAX = 16,
    YS_JSON_FILE_MAX = 4 * 1024 * 1024,
};

/* Bytes of one attachment, and of all that a node keeps, unless the settings say otherwise; and what a
 * setting may say of one. */
#define YS_BLOB_FILE_MAX  ((uint64_t)64 * 1024 * 1024)
#define YS_BLOB_FILE_TOP  ((uint64_t)1024 * 1024 * 1024)
#define YS_BLOB_TOTAL_MAX ((uint64_t)64 * 1024 * 1024 * 1024)

_Static_assert(YS_BLOB_PIECE_MAX + 4096 < YS_MESSAGE_MAX, "one piece fits in one message");
_Static_assert(YS_RECORD_NOTE_MAX + YS_RECORD_BODY_MAX + 4096 < YS_MESSAGE_MAX,
               "one record fits in one message");

#endif

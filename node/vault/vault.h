/* The vault of a node: what must stay at home, sealed value by value (DOMAIN.md 5.2, 5.3).
 *
 *     sealed/slot/<commitment>    1,024 bytes: what it is, and the key of the value,
 *                                 wrapped to the vault's public key
 *     sealed/value/<commitment>   salt and value under that key; nothing in the clear
 *     sealed/record/<commitment>  the record in which the commitment stands, once it does
 *     sealed/lock                 held while something is sealed, erased or collected
 *
 * Sealing needs no passphrase, opening needs the vault's (vault_key.h). Every value has a
 * random key of its own, which lies in its slot and nowhere else: erasing overwrites the slot
 * where it lies on the disk, then salt and value are noise for ever, and so is every copy of
 * the value file. A backup that holds slots must therefore go with them.
 * What stands in a slot besides the key is no secret: purpose and basis name nobody.
 *
 * It decides nothing about who may open what, or why: commands ask for the passphrase and write
 * the logbook (logbook.h) first. Threads: main; several processes may use one vault.
 * Memory: heap for what was opened, wiped when it is cleared. */
#ifndef YS_NODE_VAULT_VAULT_H
#define YS_NODE_VAULT_VAULT_H

#include "node/vault/commitment.h"
#include "node/vault/vault_key.h"

enum {
    YS_VAULT_VALUE_MAX = 64 * 1024, /* bytes of a value; more is a file */
    YS_VAULT_PURPOSE_MAX = 300,     /* bytes of the purpose */
};

enum ys_vault_content { YS_VAULT_VALUE = 1, YS_VAULT_FILE = 2 };
/* PIPL 13: (3) a duty of law, or (1) consent of the person. */
enum ys_vault_basis { YS_BASIS_LEGAL_DUTY = 1, YS_BASIS_CONSENT = 2 };
/* How long it is kept (DOMAIN.md 5.7): retention.h says until when that is. */
enum ys_vault_retention {
    YS_RETAIN_PURPOSE = 1, /* until the purpose ends: two years after the matter's closing */
    YS_RETAIN_BALLOTS = 2, /* one year after the result was reported */
    YS_RETAIN_YEARS_10 = 3,
    YS_RETAIN_YEARS_30 = 4, /* with the matter's file */
    YS_RETAIN_PERMANENT = 5
};

/* What is known of a value without opening it. Plain value. */
struct ys_vault_tag {
    enum ys_vault_content content;
    enum ys_vault_basis basis;
    enum ys_vault_retention retention;
    uint32_t keep_until; /* a day as in proto/moment.h instead of what the class says; 0: none */
    char kind[YS_SEAL_WORD_MAX + 1]; /* of the record */
    char slot[YS_SEAL_WORD_MAX + 1];
    char purpose[YS_VAULT_PURPOSE_MAX + 1];
    unsigned draft; /* number of the draft it was sealed for; 0: of a file, or of none: is never
                     * collected */
    /* The rest is filled in by the vault. */
    uint64_t sealed_at_s;
    struct ys_hash commitment;
    bool recorded;
    struct ys_hash record; /* id of the record in which the commitment stands, if `recorded` */
};

struct ys_vault {
    struct ys_home home;
    uint8_t public[YS_PUBKEY_LEN];
    bool held; /* by ys_vault_hold */
    int lock_fd;
};
/* Opens nothing that is secret. YS_NOT_FOUND, with what to do, when this node has no vault. */
YS_CHECKED enum ys_code ys_vault_open(const struct ys_home *home, struct ys_vault *out,
                                      struct ys_err *err);
/* Keep other processes from collecting and erasing until it is released: from before something is sealed
 * until its commitment stands where it belongs. Waits. Each call that changes the vault does this for
 * itself otherwise. */
YS_CHECKED enum ys_code ys_vault_hold(struct ys_vault *vault, struct ys_err *err);
void ys_vault_release(struct ys_vault *vault);
#define YS_VAULT_SCOPED __attribute__((cleanup(ys_vault_release))) struct ys_vault

/* Seal a value: when this returns, it is on the disk under its commitment, and the commitment may be
 * said. A value that was sealed twice has two commitments. YS_LIMIT, YS_MALFORMED for a kind, slot or
 * purpose that is none, YS_FULL. */
YS_CHECKED enum ys_code ys_vault_put(const struct ys_vault *vault, const struct ys_vault_tag *tag,
                                     struct ys_bytes value, struct ys_hash *commitment_out,
                                     struct ys_err *err);
/* The same of all that the descriptor gives, of any size, in pieces. */
YS_CHECKED enum ys_code ys_vault_put_file(const struct ys_vault *vault,
                                          const struct ys_vault_tag *tag, int fd,
                                          struct ys_hash *commitment_out, uint64_t *size_out,
                                          struct ys_err *err);

/* A value that was opened. */
struct ys_vault_opened {
    struct ys_vault_tag tag;
    uint8_t salt[YS_SEAL_SALT_LEN];
    size_t size;
    uint8_t *bytes; /* heap, with a terminator behind them; NULL of a file */
};
void ys_vault_opened_clear(struct ys_vault_opened *opened);
#define YS_VAULT_OPENED_SCOPED \
    __attribute__((cleanup(ys_vault_opened_clear))) struct ys_vault_opened

/* YS_NOT_FOUND when nothing is sealed here under that commitment (never, elsewhere, or erased),
 * YS_CORRUPT when slot or value were changed, or do not belong together; YS_DENIED when it was sealed for
 * another vault's key; YS_USAGE for a file. What is given back is what was committed to. */
YS_CHECKED enum ys_code ys_vault_get(const struct ys_vault *vault, const struct ys_vault_key *key,
                                     const struct ys_hash *commitment, struct ys_vault_opened *out,
                                     struct ys_err *err);
/* A file (or value) goes to the descriptor piece by piece. Each piece is authentic; that they are what was
 * committed to is known at the end, so the caller throws away what came of a call that failed. */
YS_CHECKED enum ys_code ys_vault_get_file(const struct ys_vault *vault,
                                          const struct ys_vault_key *key,
                                          const struct ys_hash *commitment, int fd,
                                          struct ys_vault_opened *out, struct ys_err *err);

/* What is known without opening it. YS_NOT_FOUND, YS_CORRUPT. */
YS_CHECKED enum ys_code ys_vault_look(const struct ys_vault *vault,
                                      const struct ys_hash *commitment, struct ys_vault_tag *out,
                                      struct ys_err *err);
/* All that is sealed, in no order that means something; ends with the first code that is not YS_OK. A
 * slot that is damaged is told as `damaged` (a file name), and passed by. */
struct ys_vault_seer {
    enum ys_code (*see)(void *context, const struct ys_vault_tag *tag, struct ys_err *err);
    enum ys_code (*damaged)(void *context, const char *name, struct ys_err *err); /* may be NULL */
    void *context;
};
YS_CHECKED enum ys_code ys_vault_each(const struct ys_vault *vault,
                                      const struct ys_vault_seer *seer, struct ys_err *err);

/* The commitment stands in this record now: it is never collected from here on, and its time of keeping
 * is counted from the record's matter. Of several records the first is kept. */
YS_CHECKED enum ys_code ys_vault_recorded(const struct ys_vault *vault,
                                          const struct ys_hash *commitment,
                                          const struct ys_hash *record, struct ys_err *err);

/* Destroy key, salt and value: the slot is overwritten in place and synced, then all files of it go. Needs no
 * passphrase and no intact slot. YS_NOT_FOUND when there is nothing under that commitment; killed at any
 * point, a second call ends what the first began. Writes no logbook: the caller says why. */
YS_CHECKED enum ys_code ys_vault_erase(const struct ys_vault *vault,
                                       const struct ys_hash *commitment, struct ys_err *err);

#endif

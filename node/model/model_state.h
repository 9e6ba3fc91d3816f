/* What the files of the read model share; nobody else includes it. */
#ifndef YS_NODE_MODEL_MODEL_STATE_H
#define YS_NODE_MODEL_MODEL_STATE_H

#include "node/model/gather.h"
#include "node/model/intake.h"
#include "node/model/model.h"
#include "node/model/parameter_rows.h"
#include "node/model/shape.h"
#include "node/model/trial.h"
#include "sync/status.h"

/* Statements that are prepared once. The formatter would move every backslash with the longest line. */
/* clang-format off */
#define YS_MODEL_QUERIES(X)                                                                                      \
    X(BEGIN_LOG, "INSERT INTO log VALUES (NULL, ?, ?, ?, ?, 0, zeroblob(0), 0,"                                  \
                 " zeroblob(0))")                                                                                \
    X(FIND_LOG, "SELECT no, size, root, changed, keys FROM log WHERE origin = ?")                                \
    X(MOVE_LOG, "UPDATE log SET size = ?2, root = ?3, changed = ?4, keys = ?5 WHERE no = ?1")                    \
    X(FIND_NODE_LOG, "SELECT state, seen_s, fork_a, fork_b FROM node_log WHERE log = ?")                         \
    X(PUT_NODE_LOG, "INSERT OR REPLACE INTO node_log VALUES (?, ?, ?, ?, ?)")                                    \
    X(FOLDED, "SELECT coalesce(sum(size), 0) FROM log")                                                          \
    X(FIND_VERDICTS, "SELECT bits FROM verdict_row WHERE log = ? AND chunk = ?")                                 \
    X(PUT_VERDICTS, "INSERT OR REPLACE INTO verdict_row VALUES (?, ?, ?)")                                       \
    X(FIND_SIGNERS, "SELECT signers FROM record WHERE no = ?")                                                   \
    X(CUT_VERDICTS, "DELETE FROM verdict_row WHERE log = ?")                                                     \
    X(PUT_RECORD, "INSERT INTO record VALUES "                                                                   \
                  "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)")                                            \
    X(FIND_RECORD, "SELECT r.kind, r.subject, r.id, r.standing, r.signers, r.idx, l.origin, "                    \
                   "l.division, r.content FROM"                                                                  \
                   " record r JOIN log l ON l.no = r.log WHERE r.no = ?")                                        \
    X(NEXT_RECORD, "SELECT no FROM record WHERE no >= ? AND no < ? ORDER BY no LIMIT 1")                         \
    X(DROP_RECORD, "DELETE FROM record WHERE no = ?")                                                            \
    X(SET_STANDING, "UPDATE record SET standing = ?2, stated_by = ?3 WHERE no = ?1")                             \
    X(NEXT_LACKING,                                                                                              \
      "SELECT idx FROM record WHERE log = ? AND idx >= ? AND content = 'absent' LIMIT 1")                        \
    X(PUT_REF, "INSERT INTO ref VALUES (?, ?, ?, ?)")                                                            \
    X(DROP_REFS, "DELETE FROM ref WHERE rec = ?")                                                                \
    X(PUT_ATTACHMENT, "INSERT INTO attachment VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")                               \
    X(DROP_ATTACHMENTS, "DELETE FROM attachment WHERE rec = ?")                                                  \
    X(PUT_SEALED, "INSERT INTO sealed VALUES (?, ?, ?, ?)")                                                      \
    X(DROP_SEALED, "DELETE FROM sealed WHERE rec = ?")                                                           \
    X(PUT_PERSONAL, "INSERT INTO personal VALUES (?, ?, ?, ?, ?, ?)")                                            \
    X(DROP_PERSONAL, "DELETE FROM personal WHERE rec = ?")                                                       \
    X(PUT_OWN_DAY, "INSERT INTO own_day VALUES (?, ?)")                                                          \
    X(DROP_OWN_DAY, "DELETE FROM own_day WHERE rec = ?")                                                         \
    /* Those that name it; those that change what it names; what a unit's records name elsewhere concerns it. */ \
    X(TOUCH_LINKED,                                                                                              \
      "INSERT OR IGNORE INTO touched SELECT 'record', f.rec FROM record r JOIN ref f ON f.target ="              \
      " r.id WHERE r.no = ?1 UNION SELECT 'record', c.rec FROM ref f JOIN ref c ON c.target ="                   \
      " f.target AND c.rel IN ('supersedes', 'withdraws', 'redacts') WHERE f.rec = ?1 UNION SELECT"              \
      " 'unit', l.division FROM record r JOIN ref f ON f.target = r.id JOIN log l ON l.no = f.rec"               \
      " >> 32 WHERE r.no = ?1 AND l.division <> (SELECT division FROM log WHERE no = ?1 >> 32)")                 \
    X(TOUCH, "INSERT OR IGNORE INTO touched VALUES (?, ?)")                                                      \
    X(TOUCH_RECORD,                                                                                              \
      "INSERT OR IGNORE INTO touched SELECT 'record', ?1 UNION ALL"                                              \
      " SELECT iif((SELECT subject <> '-' AND kind NOT IN ('receipts', 'report_snapshot', "                      \
      "'correction',"                                                                                            \
      " 'withdrawal', 'redaction') FROM record WHERE no = ?1), 'place', 'unit'), division"                       \
      " FROM log WHERE no = ?1 >> 32")                                                                           \
    X(TOUCH_SEALED,                                                                                              \
      "INSERT OR IGNORE INTO touched SELECT 'unit', l.division FROM report_snapshot_inputs i"                    \
      " JOIN log l ON l.no = i.rec >> 32 WHERE i.log = ?")                                                       \
    X(TOUCH_UNIT,                                                                                                \
      "INSERT OR IGNORE INTO touched SELECT 'unit', division FROM log WHERE origin = ?")                         \
    X(TOUCH_CHANGED,                                                                                             \
      "INSERT OR IGNORE INTO touched SELECT 'unit', division FROM division_change_before WHERE "                 \
      "rec"                                                                                                      \
      " = ?1 UNION SELECT 'unit', division FROM division_change_after WHERE rec = ?1")                           \
    X(PUT_STALE, "INSERT OR IGNORE INTO stale VALUES (?)")                                                       \
    X(TARGETS, "SELECT r.no FROM ref f JOIN record r ON r.id = f.target WHERE f.rec = ?"                         \
               " AND f.rel IN ('supersedes', 'withdraws', 'redacts')")                                           \
    X(IS_NAMED, "SELECT 1 FROM ref WHERE target = ? AND rel IN ('supersedes', 'withdraws',"                      \
                " 'redacts') LIMIT 1")                                                                           \
    /* Those of the same unit, signed by at least the same bodies. */                                            \
    X(NAMED_BY,                                                                                                  \
      "SELECT r.no, r.kind, r.id, r.idx, l.origin FROM ref f JOIN record r ON r.no = f.rec"                      \
      " JOIN log l ON l.no = r.log WHERE f.target = ?1 AND f.rel = ?2 AND f.rel IN ('supersedes',"               \
      " 'withdraws', 'redacts') AND r.standing IN"                                                               \
      " ('in_force', 'superseded') AND l.division = ?3 AND (r.signers & ?4) = ?4"                                \
      " ORDER BY l.incarnation, r.idx")                                                                          \
    X(TARGETS_LATER,                                                                                             \
      "INSERT OR IGNORE INTO later SELECT r.no FROM ref f JOIN record r ON r.id = f.target WHERE"                \
      " f.rec = ? AND f.rel IN ('supersedes', 'withdraws', 'redacts')")                                          \
    X(DROP_LATER, "DELETE FROM later")                                                                           \
    X(NEXT_LATER, "SELECT rec FROM later WHERE rec > ? ORDER BY rec LIMIT 1")                                    \
    X(NEXT_STALE, "SELECT subject FROM stale WHERE subject > ? ORDER BY subject LIMIT 1")                        \
    X(DROP_STALE, "DELETE FROM stale WHERE subject <= ?")                                                        \
    /* Those about the matter. `<> '-'` lets the partial index be used: SQLite does not know what is bound. */   \
    X(RECORDS_OF,                                                                                                \
      "SELECT no, id, kind, standing, signers, signed_s, stated_by FROM record WHERE subject = ?"                \
      " AND subject <> '-' AND verdict = 'ok' ORDER BY no")                                                      \
    /* Those about no matter, or several, that name one of these or are named by one (a commission, an         \
     * evaluation of several matters), and findings that say its number. Of such an evaluation only the round  \
     * names the matters: with it its results, with these the replies. With a finding what answers it. */ \
    X(RECORDS_LINKED,                                                                                            \
      "WITH own(no, id) AS (SELECT no, id FROM record WHERE subject = ?1 AND subject <> '-' AND"                 \
      " verdict = 'ok'), near(no, id, kind) AS MATERIALIZED (SELECT t.no, t.id, t.kind FROM own"                 \
      " CROSS JOIN ref f ON f.rec = own.no CROSS JOIN record t ON t.id = f.target AND t.subject"                 \
      " = '-' WHERE t.verdict = 'ok' UNION SELECT s.no, s.id, s.kind FROM own CROSS JOIN ref f"                  \
      " ON f.target = own.id CROSS JOIN record s ON s.no = f.rec WHERE s.subject = '-' AND"                      \
      " s.verdict = 'ok' UNION SELECT s.no, s.id, s.kind FROM audit_finding a CROSS JOIN record"                 \
      " s ON s.no = a.rec WHERE a.matter = ?1 AND s.subject = '-' AND s.verdict = 'ok' AND"                      \
      " EXISTS (SELECT 1 FROM own)), result(no, id) AS (SELECT s.no, s.id FROM near CROSS JOIN"                  \
      " ref f ON f.target = near.id CROSS JOIN record s ON s.no = f.rec WHERE near.kind ="                       \
      " 'evaluation_round' AND s.subject = '-' AND s.kind = 'evaluation_result' AND s.verdict ="                 \
      " 'ok' UNION SELECT no, id FROM near WHERE kind = 'evaluation_result'), reply(no) AS"                      \
      " (SELECT s.no FROM result CROSS JOIN ref f ON f.target = result.id CROSS JOIN record s ON"                \
      " s.no = f.rec WHERE s.subject = '-' AND s.kind = 'evaluation_reply' AND s.verdict ="                      \
      " 'ok'), answer(no) AS (SELECT s.no FROM near CROSS JOIN ref f ON f.target = near.id CROSS"                \
      " JOIN record s ON s.no = f.rec WHERE near.kind = 'audit_finding' AND s.kind IN"                           \
      " ('finding_response', 'finding_close') AND s.subject = '-' AND s.verdict = 'ok') SELECT"                  \
      " no, id, kind, standing, signers, signed_s, stated_by FROM record WHERE no IN (SELECT no"                 \
      " FROM near UNION SELECT no FROM result UNION SELECT no FROM reply UNION SELECT no FROM"                   \
      " answer) ORDER BY no")                                                                                    \
    X(LOG_NAME, "SELECT origin FROM log WHERE no = ?")                                                           \
    X(RECEIPTS_FROM,                                                                                             \
      "SELECT size, time_s FROM receipt WHERE origin = ?1 AND level = ?2 AND size > ?3"                          \
      " ORDER BY size, record")                                                                                  \
    /* The matters to which RECORDS_LINKED brings a record: those of what it names or is named by, and of the  \
     * round on which a result rests, the result that a reply answers, the finding that something answers. */ \
    X(STALE_LINKED,                                                                                              \
      "WITH RECURSIVE chain(no, id, kind) AS (SELECT no, id, kind FROM record WHERE no = ?1"                     \
      " UNION SELECT t.no, t.id, t.kind FROM chain c CROSS JOIN ref f ON f.rec = c.no CROSS JOIN"                \
      " record t ON t.id = f.target WHERE t.subject = '-' AND ((c.kind = 'evaluation_result' AND"                \
      " t.kind = 'evaluation_round') OR (c.kind = 'evaluation_reply' AND t.kind ="                               \
      " 'evaluation_result') OR (c.kind IN ('finding_response', 'finding_close') AND t.kind ="                   \
      " 'audit_finding'))) INSERT OR IGNORE INTO stale SELECT m.subject FROM chain CROSS JOIN"                   \
      " ref f ON f.rec = chain.no CROSS JOIN record m ON m.id = f.target WHERE m.subject <> '-'"                 \
      " UNION SELECT m.subject FROM chain CROSS JOIN ref f ON f.target = chain.id CROSS JOIN"                    \
      " record m ON m.no = f.rec WHERE m.subject <> '-' UNION SELECT a.matter FROM chain CROSS"                  \
      " JOIN audit_finding a ON a.rec = chain.no WHERE a.matter IS NOT NULL")                                    \
    X(STALE_NAMED,                                                                                               \
      "INSERT OR IGNORE INTO stale SELECT matter FROM audit_finding WHERE rec = ? AND matter IS"                 \
      " NOT NULL")                                                                                               \
    X(DROP_MATTER, "DELETE FROM matter WHERE subject = ?")                                                       \
    X(DROP_TRACKS, "DELETE FROM track WHERE subject = ?")                                                        \
    X(DROP_STEPS, "DELETE FROM step WHERE subject = ?")                                                          \
    X(DROP_CONFLICTS, "DELETE FROM conflict WHERE subject = ?")                                                  \
    X(DROP_TASKS, "DELETE FROM task WHERE subject = ?")                                                          \
    X(PUT_MATTER, "INSERT INTO matter VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"                \
                  " ?)")                                                                                         \
    X(PUT_TRACK, "INSERT INTO track VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"               \
                 " ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")                                                         \
    X(PUT_STEP, "INSERT INTO step VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")                                           \
    X(PUT_CONFLICT, "INSERT INTO conflict VALUES (?, ?, ?, ?, ?)")                                               \
    X(PUT_TASK, "INSERT INTO task VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")                         \
    X(PARAMETERS,                                                                                                \
      "SELECT p.name, p.value, p.effective_from, coalesce(p.scope, l.division), r.signed_s, r.id"                \
      " FROM rule_parameter p CROSS JOIN record r ON r.no = p.rec CROSS JOIN log l ON l.no = "                   \
      "r.log"                                                                                                    \
      " WHERE r.standing = 'in_force' AND l.level = 'district'")                                                 \
    X(STALE_IN, "INSERT OR IGNORE INTO stale SELECT subject FROM matter WHERE substr(division, 1,"               \
                " length(?1)) = ?1")                                                                             \
    X(STALE_UNDER,                                                                                               \
      "INSERT OR IGNORE INTO stale SELECT r.subject FROM log l CROSS JOIN record r WHERE"                        \
      " l.origin = ?1 AND r.no >= l.no * 4294967296 + ?2 AND r.no < l.no * 4294967296 + ?3"                      \
      " AND r.subject <> '-'")                                                                                   \
    /* The same of the matters that a record about none is linked to. */                                         \
    X(STALE_LINKED_UNDER,                                                                                        \
      "WITH RECURSIVE chain(no, id, kind) AS (SELECT r.no, r.id, r.kind FROM log l CROSS JOIN"                   \
      " record r WHERE l.origin = ?1 AND r.no >= l.no * 4294967296 + ?2 AND r.no < l.no *"                       \
      " 4294967296 + ?3 AND r.subject = '-' UNION SELECT t.no, t.id, t.kind FROM chain c CROSS"                  \
      " JOIN ref f ON f.rec = c.no CROSS JOIN record t ON t.id = f.target WHERE t.subject = '-'"                 \
      " AND ((c.kind = 'evaluation_result' AND t.kind = 'evaluation_round') OR (c.kind ="                        \
      " 'evaluation_reply' AND t.kind = 'evaluation_result') OR (c.kind IN ('finding_response',"                 \
      " 'finding_close') AND t.kind = 'audit_finding'))) INSERT OR IGNORE INTO stale SELECT"                     \
      " m.subject FROM chain CROSS JOIN ref f ON f.rec = chain.no CROSS JOIN record m ON m.id ="                 \
      " f.target WHERE m.subject <> '-' UNION SELECT m.subject FROM chain CROSS JOIN ref f ON"                   \
      " f.target = chain.id CROSS JOIN record m ON m.no = f.rec WHERE m.subject <> '-' UNION"                    \
      " SELECT a.matter FROM chain CROSS JOIN audit_finding a ON a.rec = chain.no WHERE a.matter"                \
      " IS NOT NULL")                                                                                            \
    X(RECEIPT_BELOW,                                                                                             \
      "SELECT coalesce(max(size), 0) FROM receipt WHERE origin = ?1 AND level = ?2 AND size < ?3")               \
    X(PUT_RECEIPT, "INSERT OR IGNORE INTO receipt VALUES (?, ?, ?, ?, ?)")                                       \
    X(DROP_RECEIPTS,                                                                                             \
      "DELETE FROM receipt WHERE (origin, level, size, record) IN (SELECT p.log, l.level, "                      \
      "p.size, p.rec"                                                                                            \
      " FROM receipts_receipts p JOIN log l ON l.no = (p.rec >> 32) WHERE p.rec = ?)")                           \
    X(LOG_OF,                                                                                                    \
      "SELECT l.origin, l.division, l.level FROM record r JOIN log l ON l.no = r.log WHERE"                      \
      " r.no = ?")
/* clang-format on */

enum ys_model_query {
#define YS_MODEL_QUERY_ENUM(name, text) YS_MODEL_##name,
    YS_MODEL_QUERIES(YS_MODEL_QUERY_ENUM)
#undef YS_MODEL_QUERY_ENUM
        YS_MODEL_QUERY_COUNT
};

/* --- building.c: a model that is made from nothing --- */
enum ys_building {
    YS_BUILT,            /* all indexes are there, and each change takes effect at once */
    YS_BUILDING_ENTRIES, /* entries are being folded; no record is found by its id or matter */
    YS_BUILDING_MATTERS, /* matters are being derived, for the first time */
    YS_BUILT_IN_HASTE,   /* as YS_BUILT, but it may not be on the disk yet */
};

enum { YS_BOOT_ID_LEN = 36 };

struct ys_model {
    enum ys_building building;     /* loaded by each transaction */
    bool haste;                    /* this connection waits for no disk */
    char boot[YS_BOOT_ID_LEN + 1]; /* since when the machine runs; empty: not known */
    uint32_t resume; /* the next transaction need look at no log below; 0 after a look at all */
    bool trying;     /* records are only tried: what rests on a parameter is left as it is */
    struct ys_sql *sql;
    struct ys_shape *shape;
    struct ys_query *query[YS_MODEL_QUERY_COUNT];
    struct ys_query *
        *insert; /* one a table of the shape, each prepared when it is first asked for */
    struct ys_query **drop;
    char division[YS_DIVISION_MAX + 1]; /* of the store's node */
    struct ys_hash made_for; /* schema and store: another value, and everything is made anew */
    char path[];
};

/* Numbers of records. */
int64_t ys_model_number(int64_t log, uint64_t index);

/* The statement that puts a row into a table of the shape, and the one that drops a record's rows. */
enum ys_code ys_model_insert(struct ys_model *model, size_t table, struct ys_query **out,
                             struct ys_err *err);
enum ys_code ys_model_drop(struct ys_model *model, size_t table, struct ys_query **out,
                           struct ys_err *err);

/* Commit when `code` is YS_OK, else roll back; the code that matters. */
enum ys_code ys_model_end(struct ys_model *model, enum ys_code code, struct ys_err *err);

/* One value of meta, 0 when there is none. */
/* In `meta`: what was erased may still stand in unused pages of the file. */
#define YS_MODEL_UNCLEAN "unclean"
enum ys_code ys_model_load_number(struct ys_model *model, const char *name, uint64_t *out,
                                  struct ys_err *err);
enum ys_code ys_model_save_number(struct ys_model *model, const char *name, uint64_t value,
                                  struct ys_err *err);

struct ys_fold_turn;
enum ys_code ys_building_load(struct ys_model *model, struct ys_err *err);
/* The boot of the machine goes into the file that is made anew. */
enum ys_code ys_building_begin(struct ys_model *model, struct ys_err *err);
/* Was a file that is not on the disk yet written since the machine was started? Else nobody knows what
 * has become of it. */
enum ys_code ys_building_is_sound(struct ys_model *model, bool *out, struct ys_err *err);
/* Outside of a transaction: write in haste or not, by the stage; end the haste of those before. */
enum ys_code ys_building_set_pace(struct ys_model *model, struct ys_err *err);
/* BEGIN a transaction that writes, and load the stage. */
enum ys_code ys_building_enter(struct ys_model *model, struct ys_err *err);
/* All entries are folded, or one must be folded again: what waited takes effect. */
enum ys_code ys_building_end_entries(struct ys_model *model, struct ys_fold_turn *turn,
                                     struct ys_err *err);
/* All matters are derived. */
enum ys_code ys_building_end_matters(struct ys_model *model, struct ys_err *err);
/* What stands in `later` is derived; while entries are being folded it waits. */
enum ys_code ys_building_refresh_later(struct ys_model *model, struct ys_fold_turn *turn,
                                       struct ys_err *err);

/* --- touched.c: what is to be looked at again by those who ask questions of the rows (rules) --- */
/* Nothing is noted while the model is made from nothing: whoever asks then must look at all. */
enum ys_code ys_touch_record(struct ys_model *model, int64_t number, struct ys_err *err);
/* The records that name this one, those that change what it names, and the units whose records it answers:
 * while its row and its references are there. */
enum ys_code ys_touch_linked(struct ys_model *model, int64_t number, struct ys_err *err);
enum ys_code ys_touch_matter(struct ys_model *model, struct ys_bytes subject, struct ys_err *err);
/* The unit to which a log belongs. */
enum ys_code ys_touch_unit_of(struct ys_model *model, struct ys_bytes origin, struct ys_err *err);
/* The units that have sealed reports which rest on a log. */
enum ys_code ys_touch_sealed(struct ys_model *model, struct ys_bytes origin, struct ys_err *err);
/* The units that a `division_change` names, while its contents are there. */
enum ys_code ys_touch_changed(struct ys_model *model, int64_t number, struct ys_err *err);
/* A parameter has changed. */
enum ys_code ys_touch_all(struct ys_model *model, struct ys_err *err);

/* --- node_log.c: what only this node knows of a log --- */
/* Its row, if it is another now; the unit is touched then. */
enum ys_code ys_node_log_keep(struct ys_model *model, struct ys_txn *txn, const struct ys_log *log,
                              int64_t log_no, struct ys_err *err);

/* --- content.c: the rows of one record --- */
enum { YS_FOLD_MARKED = 256, YS_FOLD_SUBJECT_MAX = 32, YS_FOLD_BATCHES = 4 };
struct ys_fold_turn {
    const struct ys_fold_options *options;
    struct ys_txn *txn;
    struct ys_errands *errands;
    struct ys_intake_batch *batch; /* YS_FOLD_BATCHES, which take turns */
    struct ys_arena arena;
    /* Matters that were marked in this transaction, before any was derived again. */
    char marked[YS_FOLD_MARKED][YS_FOLD_SUBJECT_MAX];
    /* All body keys, by their units; and which are those of the log `keys_of` - 1. */
    size_t body_key_count;
    const struct ys_member_key **body_key;
    uint64_t keys_of;
    size_t key_count;
    const struct ys_member_key *const *key;
    struct ys_log log; /* whose entries were read last on account of others */
    /* For matters: the parameters that were signed. */
    bool parameters_loaded;
    struct ys_parameter_rows parameters;
    struct ys_trial_place tried; /* records that are only tried; none: `trial` is NULL */
};
/* What one transaction needs; `options` and `txn` are set. Cleared also when it fails. */
enum ys_code ys_fold_turn_begin(struct ys_fold_turn *turn, struct ys_err *err);
void ys_fold_turn_clear(struct ys_fold_turn *turn);
/* The body of an entry that was found ok and understood before, in the arena; NULL when it is not here,
 * or has no room there. */
enum ys_code ys_fold_turn_body(struct ys_fold_turn *turn, const char *origin, uint64_t index,
                               const Yishi__V1__Body **out, struct ys_err *err);
/* The log, and the body keys of its unit. */
struct ys_intake_source ys_fold_turn_source(struct ys_fold_turn *turn, const struct ys_log *log);
/* Hash of the body keys of the log's unit: who is told to have signed depends on it. */
void ys_fold_turn_keys(struct ys_fold_turn *turn, const struct ys_log *log, struct ys_hash *out);
/* Fold one entry, which has no rows: its row, and its contents if it is ok. */
enum ys_code ys_content_fold(struct ys_model *model, struct ys_fold_turn *turn, int64_t log_no,
                             uint64_t index, const struct ys_intake *intake, struct ys_err *err);
/* Contents of a record: its attachments, sealed values, own day, what looks like a number of a person in it,
 * and rows in the tables of its kind. `impersonal`: it is known that there is no such number. */
enum ys_code ys_content_put(struct ys_model *model, int64_t number, const Yishi__V1__Body *body,
                            bool impersonal, struct ys_err *err);
enum ys_code ys_content_clear(struct ys_model *model, int64_t number, const char *kind,
                              struct ys_err *err);
/* A record of this matter ("-": of none) has changed: it must be derived anew. */
enum ys_code ys_matter_mark(struct ys_model *model, struct ys_bytes subject, struct ys_err *err);
/* The same by a record that has changed: its matter, or of a record about none all that it is linked to. */
enum ys_code ys_matter_mark_of(struct ys_model *model, int64_t number, struct ys_bytes subject,
                               struct ys_err *err);
/* Remove all rows of a record. What it changed in others waits for ys_building_refresh_later. */
enum ys_code ys_content_drop(struct ys_model *model, int64_t number, struct ys_err *err);

/* --- settle.c: what the procedure says --- */
/* The records and parameters of a matter have changed: derive it anew. At most `left` records' worth;
 * `left` is lessened. */
enum ys_code ys_matters_settle(struct ys_model *model, struct ys_fold_turn *turn, size_t *left,
                               struct ys_err *err);

/* --- basis.c: records on which others rest --- */
/* Receipts and rule parameters: keep what they say, and mark the matters that rest on it. */
enum ys_code ys_basis_put(struct ys_model *model, int64_t number, const Yishi__V1__Body *body,
                          struct ys_err *err);
enum ys_code ys_basis_clear(struct ys_model *model, int64_t number, const char *kind,
                            struct ys_err *err);

/* --- standing.c: corrections and withdrawals --- */
/* Make the contents of these records anew, and of those whose content they change. */
enum ys_code ys_standing_refresh(struct ys_model *model, struct ys_fold_turn *turn, int64_t number,
                                 struct ys_err *err);

#endif

-- The read model beside the tables that shape.h makes for the kinds' contents.
-- Derived from the logs of the store alone: the same logs give the same rows, in whatever order they
-- arrived, but for the numbers of logs, which are this file's own. Further indexes: schema_entries.sql and
-- schema_matters.sql, made when all rows are there. Days are days since 1970-01-01 in
-- Shanghai; *_s are POSIX seconds, *_ms milliseconds.

-- `division` in it: the unit whose node this is.
CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;

-- How far each log has been folded. `root` is that of `size` entries.
CREATE TABLE log (
  no INTEGER PRIMARY KEY,
  origin TEXT NOT NULL UNIQUE,
  division TEXT NOT NULL,
  level TEXT NOT NULL,           -- community, street, district
  incarnation INTEGER NOT NULL,
  size INTEGER NOT NULL,
  root BLOB NOT NULL,
  changed INTEGER NOT NULL,      -- the store's counter when it was last looked at
  keys BLOB NOT NULL             -- hash of the body keys by which its signers were told
) STRICT;

-- What only this node knows of each log, by what it was told and what it holds: it need not be so elsewhere.
CREATE TABLE node_log (
  log INTEGER PRIMARY KEY,
  state TEXT NOT NULL,           -- following, recovering, forked, closed (sync/log.h)
  seen_s INTEGER,                -- the latest time under a cosignature of one of its heads; NULL: none is here
  fork_a INTEGER, fork_b INTEGER -- sizes of the two heads that prove two histories; NULL: there is no proof
) STRICT;

-- Copies of the store's rows of verdicts, two bits an entry, to find those that changed.
CREATE TABLE verdict_row (
  log INTEGER NOT NULL, chunk INTEGER NOT NULL, bits BLOB NOT NULL,
  PRIMARY KEY (log, chunk)
) STRICT, WITHOUT ROWID;

-- Every entry of every log. no = log * 2^32 + idx.
CREATE TABLE record (
  no INTEGER PRIMARY KEY,
  log INTEGER NOT NULL,
  idx INTEGER NOT NULL,
  id BLOB,                       -- 32 bytes; NULL when the note cannot be read
  kind TEXT,
  subject TEXT,                  -- matter number, or '-'
  signed_s INTEGER,              -- claimed
  signers INTEGER NOT NULL,      -- bodies with a good signature: 1 rc, 2 po, 4 sc, 8 st, 16 gd, 32 da, 64 root, 128 node
  verdict TEXT NOT NULL,         -- unchecked, ok, bad, unknown_key
  content TEXT NOT NULL,         -- body, absent, tombstone
  occurred_day INTEGER,          -- claimed
  occurred_ms INTEGER,
  backfill_reason TEXT,
  standing TEXT NOT NULL,        -- in_force, superseded, withdrawn; void: not ok, or not understood
  stated_by INTEGER              -- number of the correction that gives its content; NULL: itself
) STRICT;
CREATE INDEX record_lacking ON record (log, idx) WHERE content = 'absent';
CREATE INDEX record_erased ON record (log, idx) WHERE content = 'tombstone';
CREATE INDEX record_objection ON record (log) WHERE kind = 'objection';
CREATE INDEX record_receipts ON record (log) WHERE kind = 'receipts';

-- References of records whose verdict is ok. The target may not be here (yet).
CREATE TABLE ref (
  rec INTEGER NOT NULL, nth INTEGER NOT NULL, rel TEXT NOT NULL, target BLOB NOT NULL,
  PRIMARY KEY (rec, nth)
) STRICT, WITHOUT ROWID;

CREATE TABLE attachment (
  rec INTEGER NOT NULL, nth INTEGER NOT NULL,
  alg TEXT, hash BLOB, size INTEGER, media_type TEXT, title TEXT, scope TEXT, role TEXT,
  PRIMARY KEY (rec, nth)
) STRICT, WITHOUT ROWID;

-- Attachments that travel with their records, but for those that the author's unit, or a district, has erased.
-- Also of records that were corrected or withdrawn: these stay in the log, and what they say can be read.
CREATE VIEW attachment_due AS
SELECT a.rec, a.nth, a.hash, a.size, r.log
  FROM attachment a JOIN record r ON r.no = a.rec
 WHERE a.scope = 'replicated' AND a.alg = 'sha256' AND length(a.hash) = 32
   AND NOT EXISTS (SELECT 1 FROM ref f JOIN record b ON b.no = f.rec JOIN redaction x ON x.rec = b.no
                     JOIN log s ON s.no = r.log JOIN log t ON t.no = b.log
                    WHERE f.target = r.id AND f.rel = 'redacts' AND x.attachment = a.hash
                      AND b.standing = 'in_force' AND (t.division = s.division OR t.level = 'district'));

-- What only this node knows: of these contents the file is here (node/attachment/survey.h).
CREATE TABLE node_attachment (hash BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;

-- Sealed reports (report_snapshot) whose figures were counted again from the logs that they name
-- (node/report/recount.h), by the id of the record; and each figure that is another one. The same wherever these
-- logs are, but made when somebody asks, and at a node that lacks one of them never.
CREATE TABLE snapshot_count (
  snapshot BLOB PRIMARY KEY,
  stated BLOB NOT NULL,          -- id of the record that gave its content: itself, or a correction
  rules TEXT NOT NULL            -- by which it was counted; '': it could not be, yet
) STRICT, WITHOUT ROWID;
CREATE TABLE snapshot_difference (
  snapshot BLOB NOT NULL, nth INTEGER NOT NULL,
  -- figure; omitted: not signed; rules: signed by rules of no version; basis: its logs are others; uncounted: they
  -- are not here; former: signed by rules of an earlier version; erased: something that it rests on was, since
  code TEXT NOT NULL,
  fact TEXT NOT NULL,            -- which figure of which unit, signed and counted, and records behind it
  behind BLOB,                   -- the first of these
  PRIMARY KEY (snapshot, nth)
) STRICT, WITHOUT ROWID;

CREATE TABLE sealed (
  rec INTEGER NOT NULL, nth INTEGER NOT NULL, slot TEXT, commitment BLOB,
  PRIMARY KEY (rec, nth)
) STRICT, WITHOUT ROWID;

-- The day on which it happened, of records whose kind has a field for that: met_on, held_on, ... (content.c).
CREATE TABLE own_day (rec INTEGER PRIMARY KEY, day INTEGER NOT NULL) STRICT;

-- Where a record's texts hold what looks like a number of a person (proto/personal.h); never the number.
CREATE TABLE personal (
  rec INTEGER NOT NULL, nth INTEGER NOT NULL,
  path TEXT NOT NULL,            -- of the field: body.topic_proposal.content
  what TEXT NOT NULL,            -- identity_number, mobile_number, bank_card
  position INTEGER NOT NULL,     -- 1: it begins with the first character
  reason TEXT,                   -- why it is none, as the author says; NULL when nothing is said
  PRIMARY KEY (rec, nth)
) STRICT, WITHOUT ROWID;

-- Receipts that stand in signed `receipts` records of a log's own street and district. A witness never
-- signs a time below its last one, so the first at or above a size is the earliest.
CREATE TABLE receipt (
  origin TEXT NOT NULL,          -- of the log that it is for
  level TEXT NOT NULL,           -- street, district: whose it is
  size INTEGER NOT NULL,
  time_s INTEGER NOT NULL,
  record INTEGER NOT NULL,
  PRIMARY KEY (origin, level, size, record)
) STRICT, WITHOUT ROWID;

-- Since when street and district are known to hold a record; by `receipts` records only, so that the
-- times are the same at every node.
CREATE VIEW proven AS
SELECT r.no AS record,
       (SELECT time_s FROM receipt WHERE origin = l.origin AND level = 'street' AND size > r.idx
         ORDER BY size LIMIT 1) AS street_s,
       (SELECT time_s FROM receipt WHERE origin = l.origin AND level = 'district' AND size > r.idx
         ORDER BY size LIMIT 1) AS district_s
  FROM record r JOIN log l ON l.no = r.log;

-- Records whose standing is to be derived at the end of the transaction: while the model is made from
-- nothing, those that change what others say, or are changed by others; then those that were changed by
-- a record which is gone (building.c).
CREATE TABLE later (rec INTEGER PRIMARY KEY) STRICT;

-- Matters whose records have changed since their state was last derived.
CREATE TABLE stale (subject TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

-- What has changed since the rules were last applied (node/rules): what is 'record' (key: its number; also
-- those that name it, and those that change a record which it names), 'matter' (its subject), 'unit' (division of a
-- log), 'place' (the same, because of a record of a matter that is of no kind which sealed reports rest on) or 'all'.
-- Empty while all is to be looked at anyhow.
CREATE TABLE touched (what TEXT NOT NULL, key ANY NOT NULL, PRIMARY KEY (what, key)) STRICT, WITHOUT ROWID;

-- What the procedure (procedure.h) says of each matter. Made anew whenever one of its records, or what
-- the record rests on, has changed.
CREATE TABLE matter (
  subject TEXT PRIMARY KEY,      -- 110108012016-2026-0007
  division TEXT NOT NULL,        -- the community whose number it is
  title TEXT,
  category TEXT, nature TEXT, level TEXT, form TEXT, -- of the determination that counts, else as first proposed
  state TEXT NOT NULL,           -- of the least advanced item
  stage TEXT NOT NULL,           -- of the deliberation
  since_day INTEGER,             -- when it came to `state`
  opened_day INTEGER,            -- of its first record
  conflict INTEGER NOT NULL,     -- two records claim one step
  items INTEGER NOT NULL,        -- that count
  items_done INTEGER NOT NULL,
  items_ended INTEGER NOT NULL,
  sessions INTEGER NOT NULL,
  records INTEGER NOT NULL,
  merged_into TEXT
) STRICT, WITHOUT ROWID;

-- One item of the consensus each. Numbers of records are NULL where there is none.
CREATE TABLE track (
  subject TEXT NOT NULL, nth INTEGER NOT NULL,
  item INTEGER NOT NULL,         -- 0: the whole matter, put to the residents' meeting unagreed
  text TEXT,
  responsible TEXT,
  nature TEXT,
  decision_matter INTEGER NOT NULL,
  state TEXT NOT NULL,
  since_day INTEGER,
  replaced INTEGER NOT NULL,     -- deliberated again: not counted any more
  agreed_day INTEGER, assembly_day INTEGER, decided_day INTEGER, ended_day INTEGER,
  due_day INTEGER, extensions INTEGER NOT NULL,
  percent INTEGER NOT NULL,
  result TEXT,                   -- full, partial, not_possible
  published_from INTEGER, published_to INTEGER,
  consensus INTEGER, decision INTEGER, plan INTEGER, submission INTEGER, response INTEGER,
  department INTEGER, ended_by INTEGER, correction INTEGER, publication INTEGER, evaluation INTEGER,
  PRIMARY KEY (subject, nth)
) STRICT, WITHOUT ROWID;

-- The records of a matter in causal order, those of no matter that belong to it among them.
CREATE TABLE step (
  subject TEXT NOT NULL, nth INTEGER NOT NULL,
  record INTEGER NOT NULL,
  fate TEXT NOT NULL,            -- noted, moved, irregular, replaced, replaces, withdrawn, unknown
  irregular INTEGER NOT NULL,    -- bits of enum ys_irregular, track.h
  before TEXT NOT NULL, after TEXT NOT NULL,
  day INTEGER NOT NULL,          -- when it happened (claimed)
  refs_missing INTEGER NOT NULL,
  PRIMARY KEY (subject, nth)
) STRICT, WITHOUT ROWID;

CREATE TABLE conflict (
  subject TEXT NOT NULL, nth INTEGER NOT NULL,
  first INTEGER NOT NULL, second INTEGER NOT NULL, -- records; the first counts
  track INTEGER,                 -- nth of the track; NULL: the whole matter
  PRIMARY KEY (subject, nth)
) STRICT, WITHOUT ROWID;

-- What is expected: list 'next', by the procedure; list 'inbox', an answer somebody waits for.
CREATE TABLE task (
  subject TEXT NOT NULL, list TEXT NOT NULL, nth INTEGER NOT NULL,
  why TEXT NOT NULL,             -- task.h
  kinds TEXT NOT NULL,           -- names of record kinds, any of which meets it, by spaces
  bodies INTEGER NOT NULL,       -- who must act, as record.signers
  all_bodies INTEGER NOT NULL,   -- every one of them signs
  division TEXT NOT NULL,        -- whose bodies
  article TEXT NOT NULL,
  due_day INTEGER,
  since_day INTEGER,             -- from which the due day was counted
  parameter TEXT,                -- by which; NULL: a record states the day
  parameter_record BLOB,         -- id of the record that set its value; NULL: its default
  record INTEGER,                -- on which it rests
  track INTEGER,                 -- nth of the track; NULL: the whole matter
  PRIMARY KEY (subject, list, nth)
) STRICT, WITHOUT ROWID;

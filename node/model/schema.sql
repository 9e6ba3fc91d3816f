-- The read model beside the tables that shape.h makes for the kinds' contents.
-- Derived from the logs of the store alone: the same logs give the same rows, in whatever order they
-- arrived, but for the numbers of logs, which are this file's own. Days are days since 1970-01-01 in
-- Shanghai; *_s are POSIX seconds, *_ms milliseconds.

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
  changed INTEGER NOT NULL       -- the store's counter when it was last looked at
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
CREATE INDEX record_id ON record (id);
CREATE INDEX record_subject ON record (subject) WHERE subject <> '-';
CREATE INDEX record_lacking ON record (log, idx) WHERE content = 'absent';

-- References of records whose verdict is ok. The target may not be here (yet).
CREATE TABLE ref (
  record INTEGER NOT NULL, nth INTEGER NOT NULL, rel TEXT NOT NULL, target BLOB NOT NULL,
  PRIMARY KEY (record, nth)
) STRICT, WITHOUT ROWID;
CREATE INDEX ref_target ON ref (target, rel);

CREATE TABLE attachment (
  record INTEGER NOT NULL, nth INTEGER NOT NULL,
  alg TEXT, hash BLOB, size INTEGER, media_type TEXT, title TEXT, scope TEXT,
  PRIMARY KEY (record, nth)
) STRICT, WITHOUT ROWID;

CREATE TABLE sealed (
  record INTEGER NOT NULL, nth INTEGER NOT NULL, slot TEXT, commitment BLOB,
  PRIMARY KEY (record, nth)
) STRICT, WITHOUT ROWID;

-- Matters whose records have changed since their state was last derived.
CREATE TABLE stale (subject TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

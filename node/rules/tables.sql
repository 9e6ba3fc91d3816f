-- What the rules rest on, and what they say. Made by rules.c beside the tables of the read model; dropped
-- and made anew with another version of any rule. Days are days since 1970-01-01 in Shanghai.

-- The catalogue. One row a version of a rule; each has a view of its own, named after `view`.
CREATE TABLE rule (
  nth INTEGER PRIMARY KEY,       -- in the order of the files
  id TEXT NOT NULL,              -- R-12-4
  version INTEGER NOT NULL,
  view TEXT NOT NULL UNIQUE,     -- its view: the id; of a later version the id, a slash and the version
  article TEXT NOT NULL,         -- '12(2)', 'L34' of 〔法2026〕, 'PIPL 6', 'design'
  severity TEXT NOT NULL,        -- E refused when published, F flagged for oversight, I information;
                                 -- 'E/F' where the view decides
  who TEXT NOT NULL,             -- whose duty: rc, po, sc, st, gd, da, node, by spaces; 'author': of the
                                 -- unit that must act, rc, st or da
  scope TEXT NOT NULL,           -- what its rows rest on: one record, one matter, all records of one unit
  clock TEXT NOT NULL,           -- change: true or not at once; due: by a day, see "duty"; beside
                                 -- its duties it may have a view of its own for what is wrong at once
  late_entry INTEGER NOT NULL,   -- 1: what is entered late (补录) is flagged, not refused
  parameters TEXT NOT NULL,      -- names, by spaces; their values on the anchor day hold
  since INTEGER,                 -- first anchor day to which the version applies; NULL: all
  until INTEGER,                 -- last; NULL: all
  zh TEXT NOT NULL, en TEXT NOT NULL,             -- what is wrong
  remedy_zh TEXT NOT NULL, remedy_en TEXT NOT NULL, -- what to do
  kinds TEXT,                    -- of which kinds the record of a row is, by spaces: no other counts, and whoever
                                 -- publishes another need not ask; NULL: of any
  UNIQUE (id, version)
) STRICT;

-- The record kinds (proto/kind.h). Bodies as in record.signers.
CREATE TABLE kind (
  name TEXT PRIMARY KEY, id INTEGER NOT NULL, zh TEXT NOT NULL, en TEXT NOT NULL, article TEXT NOT NULL,
  authors INTEGER NOT NULL,      -- at least one of these signs
  also INTEGER NOT NULL,         -- and all of these
  may INTEGER NOT NULL,          -- and any of these
  about TEXT NOT NULL,           -- none, matter, either
  as_target INTEGER NOT NULL,    -- signed by the bodies of the record that it changes
  answerer TEXT NOT NULL,        -- who of the authors, as its target has it: any, author, named, maker
  erasable INTEGER NOT NULL      -- its whole content may be erased by law
) STRICT, WITHOUT ROWID;
-- Their references. `target` NULL: of any kind that people write.
CREATE TABLE kind_ref (
  kind TEXT NOT NULL, nth INTEGER NOT NULL, rel TEXT NOT NULL,
  must INTEGER NOT NULL,         -- whoever of these signs must make it; 0: it may be made
  target TEXT
) STRICT;

-- Calendar years for rules about periods: from 2000 to the year after the latest day on which anybody asked.
CREATE TABLE year (year INTEGER PRIMARY KEY, from_day INTEGER NOT NULL, to_day INTEGER NOT NULL) STRICT;

-- What somebody must do by a day, done or not: every row of the views "duty <rule>", in their order of
-- columns. Whether it was done in time as claimed and as proven stands side by side here.
CREATE TABLE duty (
  rule TEXT NOT NULL,            -- rule.view
  subject TEXT NOT NULL,         -- matter, or '-'
  unit TEXT NOT NULL,            -- whose log the record stands in from which it is counted
  division TEXT NOT NULL,        -- the unit that must act
  record INTEGER,                -- from which it is counted; NULL: from a period's begin
  anchor_day INTEGER NOT NULL,   -- from which it is counted
  due_day INTEGER NOT NULL,      -- the last day
  met_record INTEGER,            -- by which it was done; NULL: not yet
  met_day INTEGER,               -- when, as claimed
  proven_day INTEGER             -- since when the record that says so is proven to be there; NULL: not (yet)
) STRICT;
CREATE INDEX duty_subject ON duty (subject) WHERE subject <> '-';
CREATE INDEX duty_record ON duty (record);
CREATE INDEX duty_unit ON duty (unit, rule);
CREATE INDEX duty_due ON duty (due_day) WHERE met_day IS NULL;

-- What is against a rule: every row of every rule's view, in its order of columns, after rule and
-- severity. A row is there also before its day: it is a finding from `since_day` on, and none from
-- `until_day` on, so that silence fires without a new record.
CREATE TABLE finding (
  rule TEXT NOT NULL,            -- rule.view
  severity TEXT NOT NULL,        -- E, F, I
  subject TEXT NOT NULL,         -- matter, or '-'
  unit TEXT NOT NULL,            -- whose records it was found in
  division TEXT NOT NULL,        -- the unit that must act
  record INTEGER,                -- that breaks the rule, or from which a day was counted; NULL: none does
  other INTEGER,                 -- a second one that shows it
  code TEXT NOT NULL,            -- which case of the rule; '' when it has one
  anchor_day INTEGER NOT NULL,   -- whose parameter values hold
  since_day INTEGER NOT NULL,    -- first day on which it is a finding
  until_day INTEGER,             -- first day on which it is none any more; NULL: it stays
  fact TEXT NOT NULL             -- what was found, in figures: '2 < 3', '2026-03-08 - 2026-03-06 = 2'
) STRICT;
CREATE INDEX finding_subject ON finding (subject) WHERE subject <> '-';
CREATE INDEX finding_unit ON finding (unit, rule);
CREATE INDEX finding_record ON finding (record);
CREATE INDEX finding_division ON finding (division, since_day);

-- What the indicators rest on beside the read model and the rules: what is asked, the catalogue, and what
-- comes of it. All TEMP, of one connection: nothing of this stands in the read model's file. Filled by
-- asking.c and evaluation.c. Days are days since 1970-01-01 in Shanghai.

-- The catalogue (DOMAIN.md 4.2). One row an indicator; each has a view of its own, named after `id`.
CREATE TEMP TABLE indicator (
  nth INTEGER PRIMARY KEY,       -- in the order of the files
  id TEXT NOT NULL UNIQUE,       -- B-01
  zh TEXT NOT NULL, en TEXT NOT NULL,                   -- its name
  formula_zh TEXT NOT NULL, formula_en TEXT NOT NULL,   -- in words
  basis TEXT NOT NULL,           -- flow: what happened in the period; cohort: what came, by the day of asking, of what
                                 -- happened in the period; stock: what stands at the period's end
  evidence TEXT NOT NULL,        -- claimed; proven: by times of `receipts` records only
  annex INTEGER NOT NULL,        -- 1: of what only this node knows; outside a report's hash
  parameters TEXT NOT NULL,      -- names, by spaces
  case_zh TEXT NOT NULL, case_en TEXT NOT NULL,         -- what one row of its view is
  day_zh TEXT NOT NULL, day_en TEXT NOT NULL,           -- the day by which it counts: the column "day"
  value_zh TEXT NOT NULL, value_en TEXT NOT NULL        -- the column "value"; '': none
) STRICT;

-- What is made of its rows: at least one figure.
CREATE TEMP TABLE figure (
  nth INTEGER PRIMARY KEY,
  indicator TEXT NOT NULL,
  code TEXT NOT NULL,            -- '' or a word
  series TEXT NOT NULL,          -- of which rows it is made
  kind TEXT NOT NULL,            -- count: sum of n. rate: n of d. mean: n by d. share: n of all n of the unit. median, max:
                                 -- of `value`. derived: what the view "unit <id>" says
  unit TEXT NOT NULL,            -- of the printed value: 件 次 人次 ... %, 天; as the catalogue's words
  scale INTEGER NOT NULL,        -- by which it is multiplied: 100 for %
  decimals INTEGER NOT NULL,     -- with which it is printed
  better TEXT NOT NULL,          -- higher, lower, none
  cases INTEGER NOT NULL,        -- 1: each row counts for one, so that their number is the figure
  parts INTEGER NOT NULL,        -- 1: of each part apart, beside the whole; 2: of each part only
  zh TEXT NOT NULL, en TEXT NOT NULL, -- '': as the indicator
  UNIQUE (indicator, code)
) STRICT;

-- What words mean that stand in `part`, in the order in which they are shown. Words that are not here are
-- shown as they are: ids of rules, names of departments.
CREATE TEMP TABLE part_name (
  nth INTEGER PRIMARY KEY,
  word TEXT NOT NULL UNIQUE, zh TEXT NOT NULL, en TEXT NOT NULL
) STRICT;

-- What is asked: one row.
CREATE TEMP TABLE asked (
  from_day INTEGER NOT NULL,     -- first day of the period
  until_day INTEGER NOT NULL,    -- first day after it
  as_of_day INTEGER NOT NULL,    -- the day of asking: up to it cohorts are followed
  at_day INTEGER NOT NULL,       -- the period's last day, or that of asking if it comes before
  as_of_s INTEGER NOT NULL       -- the moment of asking, POSIX seconds: for what only this node knows (annex)
) STRICT;

-- Units for which it is asked, and all communities in them.
CREATE TEMP TABLE asked_unit (
  unit TEXT PRIMARY KEY,
  level TEXT NOT NULL,           -- community, street, district
  shown INTEGER NOT NULL,        -- 0: only for the mean of the communities
  small_n INTEGER NOT NULL       -- cases below which a rate is marked
) STRICT, WITHOUT ROWID;

-- Every division in these units: it has a log here, or a certificate.
CREATE TEMP TABLE place (
  division TEXT PRIMARY KEY,
  level TEXT NOT NULL,
  street TEXT NOT NULL,          -- in which it lies
  since_day INTEGER,             -- first day on which it is known of
  until_day INTEGER              -- day of the division_change that ends it; NULL: none does
) STRICT, WITHOUT ROWID;

-- Their logs, and the numbers that records of each have: `rec BETWEEN first AND last` behind CROSS JOIN
-- finds those of one log in a kind's table without looking at others.
CREATE TEMP TABLE place_log (
  log INTEGER PRIMARY KEY,
  division TEXT NOT NULL, level TEXT NOT NULL, street TEXT NOT NULL,
  first INTEGER NOT NULL, last INTEGER NOT NULL
) STRICT;

-- In which of the units each division lies.
CREATE TEMP TABLE inside (
  division TEXT NOT NULL, unit TEXT NOT NULL,
  PRIMARY KEY (division, unit)
) STRICT, WITHOUT ROWID;

-- The figures, of all units and parts.
CREATE TEMP TABLE result (
  indicator TEXT NOT NULL, code TEXT NOT NULL,
  unit TEXT NOT NULL,
  part TEXT NOT NULL,            -- '': the whole
  n INTEGER, d INTEGER,          -- count: n. rate, mean, share: n and d. median, max: d cases
  low INTEGER, high INTEGER,     -- median: the two in the middle; max: both the greatest. derived: low is cases
  open INTEGER NOT NULL,         -- cases that are not ended, and are in none of these
  oldest INTEGER,                -- the greatest `value` of these
  communities INTEGER, mean INTEGER, -- how many have a denominator; their mean, in millionths
  PRIMARY KEY (indicator, code, unit, part)
) STRICT, WITHOUT ROWID;

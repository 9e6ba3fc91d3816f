-- What several rules ask. Views only. Records that do not count (verdict not ok, withdrawn, superseded) do
-- not stand in them unless it says so.

-- Every record in force. `day` is when it happened, as claimed; without that, the day of signing.
CREATE VIEW act AS
SELECT r.no AS record, r.id, r.kind, r.subject, l.no AS log, r.idx, l.origin, l.division AS unit,
       substr(l.division, 1, 9) AS street, substr(l.division, 1, 6) AS district, l.level, r.signers,
       coalesce(r.occurred_day, (r.signed_s + 28800) / 86400) AS day,
       r.occurred_day, r.occurred_ms, r.signed_s, (r.signed_s + 28800) / 86400 AS signed_day,
       r.backfill_reason
  FROM record r JOIN log l ON l.no = r.log
 WHERE r.verdict = 'ok' AND r.standing = 'in_force';

-- Of these, those about one matter: `WHERE subject = ...` finds them by the index.
CREATE VIEW step_act AS
SELECT r.no AS record, r.id, r.kind, r.subject, l.no AS log, r.idx, l.origin, l.division AS unit,
       substr(l.division, 1, 9) AS street, substr(l.division, 1, 6) AS district, l.level, r.signers,
       coalesce(r.occurred_day, (r.signed_s + 28800) / 86400) AS day,
       r.occurred_day, r.occurred_ms, r.signed_s, (r.signed_s + 28800) / 86400 AS signed_day,
       r.backfill_reason
  FROM record r JOIN log l ON l.no = r.log
 WHERE r.verdict = 'ok' AND r.standing = 'in_force' AND r.subject <> '-';

-- References whose target is here.
CREATE VIEW link AS
SELECT f.rec, f.nth, f.rel, t.no AS target, t.kind AS target_kind, t.subject AS target_subject,
       t.standing AS target_standing, t.verdict AS target_verdict
  FROM ref f JOIN record t ON t.id = f.target;

-- Since which day a record is proven to be there, to the units above it (DESIGN.md 7): a community's by
-- the later of street and district, a street's by the district. A district's own is proven to nobody:
-- the day of signing. NULL: not (yet).
CREATE VIEW held AS
SELECT r.no AS record,
       CASE l.level
         WHEN 'community' THEN max((p.street_s + 28800) / 86400, (p.district_s + 28800) / 86400)
         WHEN 'street' THEN (p.district_s + 28800) / 86400
         ELSE (r.signed_s + 28800) / 86400
       END AS day,
       CASE l.level
         WHEN 'community' THEN max(p.street_s, p.district_s)
         WHEN 'street' THEN p.district_s
         ELSE r.signed_s
       END AS time_s
  FROM record r JOIN log l ON l.no = r.log JOIN proven p ON p.record = r.no;

-- Every unit that has a log here.
CREATE VIEW unit AS
SELECT division AS unit, substr(division, 1, 9) AS street, substr(division, 1, 6) AS district, level
  FROM log GROUP BY division;

-- Every record that can be read, whatever its verdict and standing.
CREATE VIEW entry AS
SELECT r.no AS record, r.id, r.kind, r.subject, l.no AS log, r.idx, l.origin, l.division AS unit, r.signers,
       r.verdict, r.content, r.standing, r.stated_by, r.signed_s,
       (r.signed_s + 28800) / 86400 AS signed_day
  FROM record r JOIN log l ON l.no = r.log
 WHERE r.id IS NOT NULL;

-- As act, for those who ask for all of a unit: a log's records are found by their numbers. `+`: by nothing
-- else, for SQLite takes an index of its own making over all records for better.
CREATE VIEW unit_act AS
SELECT r.no AS record, r.id, r.kind, r.subject, l.no AS log, r.idx, l.origin, l.division AS unit,
       r.signers, (r.signed_s + 28800) / 86400 AS signed_day
  FROM log l CROSS JOIN record r ON r.no >= l.no * 4294967296 AND r.no < (l.no + 1) * 4294967296
 WHERE +r.verdict = 'ok' AND +r.standing = 'in_force';

-- On which day a record says that it happened: in the field of its own (`own`) where its kind has one, and
-- in the envelope (`said`); NULL: it does not say. `day`: the first of these, else that of signing.
CREATE VIEW record_day AS
SELECT r.no AS record, o.day AS own, r.occurred_day AS said, coalesce(o.day, r.occurred_day) AS claimed,
       coalesce(o.day, r.occurred_day, (r.signed_s + 28800) / 86400) AS day
  FROM record r LEFT JOIN own_day o ON o.rec = r.no;

-- References by which the one record rests on the other: those to certain kinds that whoever signs it must
-- make, as the table of kinds says. Those that it may make are none: a collection lists a proposal, and is
-- true still when that is withdrawn.
CREATE VIEW rests AS
SELECT f.rec, f.nth, f.rel, t.no AS target
  FROM ref f JOIN record r ON r.no = f.rec JOIN record t ON t.id = f.target
       JOIN kind_ref k ON k.kind = r.kind AND k.rel = f.rel AND k.target = t.kind
 WHERE (k.must & r.signers) <> 0;

-- Keys of bodies: which signature of a record's `signers` they give, and from where to where in the log.
-- `until`: where the body's next key begins; NULL: it has none.
CREATE VIEW body_key AS
SELECT b.rec, b.key, b.log, b.from_index AS start,
       1 << ((instr('rcposcstgdda', substr(b.body, 1, 2)) - 1) / 2) AS class,
       (SELECT min(n.from_index) FROM body_register n JOIN record r ON r.no = n.rec
         WHERE n.log = b.log AND n.body = b.body AND n.from_index > b.from_index
           AND r.verdict = 'ok' AND r.standing = 'in_force') AS until
  FROM body_register b;

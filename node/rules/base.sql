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

-- Logs, and the numbers that their records may have: `rec BETWEEN first AND last` finds those of one log in
-- the table of a kind without looking at the others.
CREATE VIEW span AS
SELECT no AS log, origin, division AS unit, substr(division, 1, 9) AS street, level,
       no * 4294967296 AS first, (no + 1) * 4294967296 - 1 AS last
  FROM log;

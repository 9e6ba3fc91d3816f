-- What several rules ask. Views only. Records that do not count (verdict not ok, withdrawn, superseded) do
-- not stand in them unless it says so.

-- Every record in force. `day` is when it happened, as claimed; without that, the day of signing. Of one
-- table each, because SQLite joins a view of several on the right of LEFT JOIN by making all its rows first.
CREATE VIEW act AS
SELECT r.no AS record, r.id, r.kind, r.subject, r.log, r.idx,
       (SELECT origin FROM log WHERE no = r.log) AS origin,
       (SELECT division FROM log WHERE no = r.log) AS unit,
       (SELECT substr(division, 1, 9) FROM log WHERE no = r.log) AS street,
       (SELECT substr(division, 1, 6) FROM log WHERE no = r.log) AS district,
       (SELECT level FROM log WHERE no = r.log) AS level, r.signers,
       coalesce(r.occurred_day, (r.signed_s + 28800) / 86400) AS day,
       r.occurred_day, r.occurred_ms, r.signed_s, (r.signed_s + 28800) / 86400 AS signed_day,
       r.backfill_reason
  FROM record r WHERE r.verdict = 'ok' AND r.standing = 'in_force';

-- Of these, those about one matter: `WHERE subject = ...` finds them by the index.
CREATE VIEW step_act AS
SELECT r.no AS record, r.id, r.kind, r.subject, r.log, r.idx,
       (SELECT origin FROM log WHERE no = r.log) AS origin,
       (SELECT division FROM log WHERE no = r.log) AS unit,
       (SELECT substr(division, 1, 9) FROM log WHERE no = r.log) AS street,
       (SELECT substr(division, 1, 6) FROM log WHERE no = r.log) AS district,
       (SELECT level FROM log WHERE no = r.log) AS level, r.signers,
       coalesce(r.occurred_day, (r.signed_s + 28800) / 86400) AS day,
       r.occurred_day, r.occurred_ms, r.signed_s, (r.signed_s + 28800) / 86400 AS signed_day,
       r.backfill_reason
  FROM record r WHERE r.verdict = 'ok' AND r.standing = 'in_force' AND r.subject <> '-';

-- References whose target is here.
CREATE VIEW link AS
SELECT f.rec, f.nth, f.rel, t.no AS target, t.kind AS target_kind, t.subject AS target_subject,
       t.standing AS target_standing, t.verdict AS target_verdict
  FROM ref f JOIN record t ON t.id = f.target;

-- Since which day a record is proven to be there, to the units above it (DESIGN.md 7): a community's by
-- the later of street and district, a street's by the district. A district's own is proven to nobody:
-- the day of signing. NULL: not (yet).
CREATE VIEW held AS
SELECT q.record, (q.time_s + 28800) / 86400 AS day, q.time_s
  FROM (SELECT r.no AS record,
               CASE (SELECT level FROM log WHERE no = r.log)
                 WHEN 'community' THEN
                   max((SELECT time_s FROM receipt
                         WHERE origin = (SELECT origin FROM log WHERE no = r.log) AND level = 'street'
                           AND size > r.idx ORDER BY size LIMIT 1),
                       (SELECT time_s FROM receipt
                         WHERE origin = (SELECT origin FROM log WHERE no = r.log) AND level = 'district'
                           AND size > r.idx ORDER BY size LIMIT 1))
                 WHEN 'street' THEN
                   (SELECT time_s FROM receipt
                     WHERE origin = (SELECT origin FROM log WHERE no = r.log) AND level = 'district'
                       AND size > r.idx ORDER BY size LIMIT 1)
                 ELSE r.signed_s
               END AS time_s
          FROM record r) q;

-- Every unit that has a log here.
CREATE VIEW unit AS
SELECT division AS unit, substr(division, 1, 9) AS street, substr(division, 1, 6) AS district, level
  FROM log GROUP BY division;

-- Logs, and the numbers that their records may have: `rec BETWEEN first AND last` finds those of one log in
-- the table of a kind without looking at the others, after CROSS JOIN, which SQLite leaves in its order.
CREATE VIEW span AS
SELECT no AS log, origin, division AS unit, substr(division, 1, 9) AS street, level,
       no * 4294967296 AS first, (no + 1) * 4294967296 - 1 AS last
  FROM log;

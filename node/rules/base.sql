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
CREATE VIEW step_act AS SELECT * FROM act WHERE subject <> '-';

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

-- The days of any record, whatever its standing.
CREATE VIEW dated AS
SELECT r.no AS record, coalesce(r.occurred_day, (r.signed_s + 28800) / 86400) AS day,
       (r.signed_s + 28800) / 86400 AS signed_day,
       (SELECT h.day FROM held h WHERE h.record = r.no) AS proven_day
  FROM record r;

-- Logs, and the numbers that their records may have, those that are only tried among them: `rec BETWEEN
-- first AND last` finds those of one log in the table of a kind without looking at the others, after CROSS
-- JOIN, which SQLite leaves in its order.
CREATE VIEW span AS
SELECT no AS log, origin, division AS unit, substr(division, 1, 9) AS street,
       substr(division, 1, 6) AS district, level, size,
       no * 4294967296 AS first, no * 4294967296 + 4294967295 AS last
  FROM log;

-- Records in force, found by the unit: `WHERE unit = ...` reads its logs alone. The plus keeps SQLite from
-- sorting all records there are instead.
CREATE VIEW unit_act AS
SELECT r.no AS record, r.id, r.kind, r.subject, s.log, r.idx, s.origin, s.unit, s.level, r.signers,
       coalesce(r.occurred_day, (r.signed_s + 28800) / 86400) AS day,
       (r.signed_s + 28800) / 86400 AS signed_day
  FROM span s CROSS JOIN record r ON r.no BETWEEN s.first AND s.last
 WHERE +r.verdict = 'ok' AND +r.standing = 'in_force';

-- Public notices that hung there, superseded ones too: what residents read counted until the next.
CREATE VIEW posting AS
SELECT r.no AS record, r.id, r.subject, l.division AS unit, r.standing,
       coalesce(n.posted_on, r.occurred_day, (r.signed_s + 28800) / 86400) AS day,
       (n.meeting_at_ms / 1000 + 28800) / 86400 AS meeting_day, n.meeting_at_ms, n.place,
       (n.apply_until_ms / 1000 + 28800) / 86400 AS apply_until_day, n.urgent_reason,
       (r.signed_s + 28800) / 86400 AS signed_day
  FROM record r JOIN log l ON l.no = r.log JOIN public_notice n ON n.rec = r.no
 WHERE r.verdict = 'ok' AND r.standing IN ('in_force', 'superseded') AND r.subject <> '-';

-- Since when a notice counts: one that leaves time and place as they were goes on with the count of the
-- one that it supersedes. `proven_day`: since when one of these is proven to be there. Plus and CROSS let
-- SQLite find a target by its id, not among all records of the matter.
CREATE VIEW posting_count AS
SELECT n.record, n.id, n.subject, n.unit, n.standing, n.day, n.meeting_day, n.urgent_reason,
       n.signed_day,
       (WITH RECURSIVE same(record, day) AS
               (SELECT n.record, n.day UNION
                SELECT p.record, p.day
                  FROM same s CROSS JOIN ref f ON f.rec = s.record
                  CROSS JOIN posting p ON p.id = f.target
                 WHERE f.rel = 'supersedes' AND +p.subject = n.subject AND p.unit = n.unit
                   AND p.meeting_at_ms = n.meeting_at_ms AND p.place IS n.place)
        SELECT min(day) FROM same) AS first_day,
       (WITH RECURSIVE same(record) AS
               (SELECT n.record UNION
                SELECT p.record
                  FROM same s CROSS JOIN ref f ON f.rec = s.record
                  CROSS JOIN posting p ON p.id = f.target
                 WHERE f.rel = 'supersedes' AND +p.subject = n.subject AND p.unit = n.unit
                   AND p.meeting_at_ms = n.meeting_at_ms AND p.place IS n.place)
        SELECT min(h.day) FROM same s JOIN held h ON h.record = s.record) AS proven_day
  FROM posting n;

-- Sessions of a matter, on the day on which they began.
CREATE VIEW session AS
SELECT a.record, a.id, a.subject, a.unit, m.place, a.signed_day,
       coalesce((m.started_at_ms / 1000 + 28800) / 86400, a.day) AS day
  FROM step_act a JOIN meeting_session m ON m.rec = a.record;

-- For each session the notice in force on its day: posted before it (on the same day only if it is for
-- that day), not superseded by then by another such, and not used up by a session on an earlier day. Of
-- several one for that day, then the newest. NULL: none.
CREATE VIEW session_notice AS
SELECT s.record, s.subject, s.unit, s.day, s.place, s.signed_day,
       (SELECT c.record
          FROM (SELECT p.record, p.id, p.day, p.meeting_day = s.day AS fits
                  FROM posting p
                 WHERE p.subject = s.subject AND p.unit = s.unit
                   AND (p.day < s.day OR (p.day = s.day AND p.meeting_day = s.day))
                   AND NOT EXISTS
                       (SELECT 1 FROM ref f JOIN posting q ON q.record = f.rec
                         WHERE f.target = p.id AND f.rel = 'supersedes'
                           AND +q.subject = p.subject AND q.unit = p.unit
                           AND (q.day < s.day OR (q.day = s.day AND q.meeting_day = s.day)))
                   AND NOT EXISTS
                       (SELECT 1 FROM session t
                         WHERE t.subject = p.subject AND t.unit = p.unit
                           AND t.day >= p.meeting_day AND t.day < s.day)) c
         ORDER BY c.fits DESC, c.day DESC, c.id DESC LIMIT 1) AS notice
  FROM session s;

-- The same of a unit. Where it has had several logs, those of others lie between: ask for `unit`, too.
CREATE VIEW unit_span AS
SELECT division AS unit, level, min(no) * 4294967296 AS first,
       max(no) * 4294967296 + 4294967295 AS last
  FROM log GROUP BY division;

-- Records of a unit's logs, whatever their standing: `WHERE unit = ...` finds them by the numbers that a log
-- has (no = log * 2^32 + idx), for rules of scope unit. The + keep SQLite from making an index of its own.
CREATE VIEW log_record AS
SELECT r.no AS record, r.id, +r.kind AS kind, +r.subject AS subject, l.division AS unit, l.level,
       +r.standing AS standing,
       coalesce(r.occurred_day, (r.signed_s + 28800) / 86400) AS day,
       (r.signed_s + 28800) / 86400 AS signed_day
  FROM log l CROSS JOIN record r ON r.no >= l.no << 32 AND r.no < (l.no + 1) << 32
 WHERE +r.verdict = 'ok';

-- What is attached to a record: by itself, and by its unit's records of further attachments.
CREATE VIEW attached AS
SELECT a.rec AS record, a.media_type, a.title, a.scope, a.role FROM attachment a
UNION ALL
SELECT t.no, a.media_type, a.title, a.scope, a.role
  FROM record t JOIN log l ON l.no = t.log JOIN ref f ON f.target = t.id AND f.rel = 'based_on'
  JOIN act d ON d.record = f.rec AND d.kind = 'attachment_add' AND d.unit = l.division
       AND d.subject IN (t.subject, '-')
  JOIN attachment a ON a.rec = d.record;

-- Every record that can be read, whatever its verdict and standing.
CREATE VIEW entry AS
SELECT r.no AS record, r.id, r.kind, r.subject, l.no AS log, r.idx, l.origin, l.division AS unit, r.signers,
       r.verdict, r.content, r.standing, r.stated_by, r.signed_s,
       (r.signed_s + 28800) / 86400 AS signed_day
  FROM record r JOIN log l ON l.no = r.log
 WHERE r.id IS NOT NULL;

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

-- What the district says of units that came and went: `there`: 1 begun by a change, 0 ended by one. A unit that
-- stands before and after it (another name, other bounds, others merged into it) goes on.
CREATE VIEW unit_change AS
SELECT c.division AS unit, d.effective_on AS day, c.there, c.rec
  FROM (SELECT rec, division, 1 AS there FROM division_change_after
        UNION ALL SELECT rec, division, 0 FROM division_change_before) c
  JOIN division_change d ON d.rec = c.rec JOIN act a ON a.record = c.rec
 WHERE a.level = 'district' AND a.unit = substr(c.division, 1, 6)
   AND NOT EXISTS (SELECT b.rec FROM division_change_before b
                    WHERE b.rec = c.rec AND b.division = c.division AND c.there = 1)
   AND NOT EXISTS (SELECT b.rec FROM division_change_after b
                    WHERE b.rec = c.rec AND b.division = c.division AND c.there = 0);
-- Days, from the first to the last, on which a unit was not there: it owes nothing that falls due then.
CREATE VIEW unit_missing AS
SELECT c.unit, c.day AS first,
       coalesce((SELECT min(n.day) - 1 FROM unit_change n
                  WHERE n.unit = c.unit AND n.there = 1 AND n.day >= c.day), 1000000) AS last
  FROM unit_change c WHERE c.there = 0
UNION ALL
SELECT c.unit, -1000000, c.day - 1
  FROM unit_change c
 WHERE c.there = 1 AND NOT EXISTS (SELECT e.unit FROM unit_change e
                                    WHERE e.unit = c.unit AND e.day <= c.day AND e.rec <> c.rec);

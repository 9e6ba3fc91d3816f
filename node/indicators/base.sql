-- What several indicators ask. Records that do not count (verdict not ok, withdrawn, superseded) do not
-- stand in these views; those of the rules (node/rules/base.sql) are asked beside them.

-- Any record in force, found by its number. `day`: when it happened as the envelope says; without that, the
-- day of signing. A day in a field of the kind's own comes first: coalesce(t.met_on, e.day). Of one
-- table, so that it may stand on the right of LEFT JOIN.
CREATE TEMP VIEW deed AS
SELECT r.no AS record, r.id, r.kind, r.subject, r.log, r.idx, r.signers,
       coalesce(r.occurred_day, (r.signed_s + 28800) / 86400) AS day,
       (r.signed_s + 28800) / 86400 AS signed_day
  FROM record r WHERE r.verdict = 'ok' AND r.standing = 'in_force';

-- --- kept ---------------------------------------------------------------------------------------------
-- A table with a view "keep <table>" is filled from it whenever something is asked, in the order in which the
-- tables stand in the files: rows that many indicators ask are found once.

-- Topics determined, whenever and in whatever way.
CREATE TEMP TABLE determined (
  record INTEGER PRIMARY KEY, id BLOB, division TEXT, subject TEXT, day INTEGER, decision TEXT,
  category TEXT, nature TEXT, level TEXT, form TEXT, reason TEXT
) STRICT;
CREATE INDEX temp.determined_subject ON determined (subject);
CREATE TEMP VIEW "keep determined" AS
SELECT t.rec, e.id, p.division, e.subject, coalesce(t.met_on, e.day), t.decision, t.category, t.nature, t.level,
       t.form, t.reason
  FROM place_log p CROSS JOIN topic_determination t ON t.rec BETWEEN p.first AND p.last
  CROSS JOIN deed e ON e.record = t.rec;

-- Consensus and shelving, whenever, of the community whose matter it is. `session_no`: of the session in which
-- it was reached; NULL: it refers to none.
CREATE TEMP TABLE agreed (
  record INTEGER PRIMARY KEY, id BLOB, division TEXT, subject TEXT, day INTEGER, session_no INTEGER
) STRICT;
CREATE INDEX temp.agreed_subject ON agreed (subject);
CREATE TEMP VIEW "keep agreed" AS
SELECT c.rec, e.id, p.division, e.subject, coalesce(c.reached_on, e.day),
       (SELECT max(s.session_no) FROM ref f CROSS JOIN deed x ON x.id = f.target
          CROSS JOIN meeting_session s ON s.rec = x.record
         WHERE f.rec = c.rec AND +x.subject = e.subject)
  FROM place_log p CROSS JOIN consensus c ON c.rec BETWEEN p.first AND p.last
  CROSS JOIN deed e ON e.record = c.rec
 WHERE substr(e.subject, 1, 12) = p.division;

CREATE TEMP TABLE shelved (
  record INTEGER PRIMARY KEY, id BLOB, division TEXT, subject TEXT, day INTEGER
) STRICT;
CREATE INDEX temp.shelved_subject ON shelved (subject);
CREATE TEMP VIEW "keep shelved" AS
SELECT s.rec, e.id, p.division, e.subject, e.day
  FROM place_log p CROSS JOIN shelving s ON s.rec BETWEEN p.first AND p.last
  CROSS JOIN deed e ON e.record = s.rec
 WHERE substr(e.subject, 1, 12) = p.division;

-- Matters that came to a consensus in the period, with the first that they came to in it.
CREATE TEMP VIEW reached AS
SELECT a.division, a.record, a.subject, a.day, a.session_no
  FROM asked k CROSS JOIN agreed a
 WHERE a.day >= k.from_day AND a.day < k.until_day
   AND NOT EXISTS (SELECT NULL FROM agreed b
                    WHERE b.subject = a.subject AND b.day >= k.from_day AND (b.day, b.id) < (a.day, a.id));

-- Matters that were shelved in the period and came to no consensus in it, with the first shelving.
CREATE TEMP VIEW put_off AS
SELECT s.division, s.record, s.subject, s.day
  FROM asked k CROSS JOIN shelved s
 WHERE s.day >= k.from_day AND s.day < k.until_day
   AND NOT EXISTS (SELECT NULL FROM shelved b
                    WHERE b.subject = s.subject AND b.day >= k.from_day AND (b.day, b.id) < (s.day, s.id))
   AND NOT EXISTS (SELECT NULL FROM agreed a
                    WHERE a.subject = s.subject AND a.day >= k.from_day AND a.day < k.until_day);

-- Items that may be carried out, as the rules have them (settled: agreed, and where the residents' meeting
-- decides, decided). `day`: of that; an order of correction, which moves the day of the rules, does not move it.
-- With the day by which. That is item_due's; where nobody moved a day without a reason, it
-- is the procedure's, and item_due, which is slow, need not be asked. `owed`: those of which R-12-7 expects
-- an end. `done_day`: of those carried out: completed in full or in part, and commissions whose result was
-- handed over.
CREATE TEMP TABLE item (
  subject TEXT, track INTEGER, division TEXT, item INTEGER, nature TEXT, state TEXT, record INTEGER,
  day INTEGER, agreed_day INTEGER, due_day INTEGER, result TEXT, ended_day INTEGER,
  done_day INTEGER, extensions INTEGER, owed INTEGER,
  PRIMARY KEY (subject, track)
) STRICT, WITHOUT ROWID;
CREATE TEMP VIEW "keep item" AS
WITH moved(subject) AS MATERIALIZED
     (SELECT r.subject FROM place_log p CROSS JOIN implementation_progress g ON g.rec BETWEEN p.first AND p.last
        CROSS JOIN record r ON r.no =/* same */ g.rec
       WHERE g.new_due IS NOT NULL AND coalesce(g.new_due_reason, '') = '')
SELECT t.subject, t.nth, p.division, t.item, t.nature, t.state, s.record,
       iif(t.decision_matter, t.decided_day, t.agreed_day) AS day, coalesce(t.agreed_day, t.decided_day),
       iif(t.subject IN (SELECT subject FROM moved),
           (SELECT d.day FROM main.item_due d WHERE d.subject = t.subject AND d.track = t.nth), t.due_day),
       t.result, t.ended_day,
       iif(t.result IN ('full', 'partial') OR (t.nature = 'commissioned' AND t.ended_by IS NOT NULL), t.ended_day, NULL),
       t.extensions,
       t.nature IN ('community_affairs', 'public_service')
       AND (t.result IS NOT NULL
            OR (t.ended_day IS NULL AND t.state NOT IN ('under_correction', 'annulled')))
  FROM place p CROSS JOIN track t ON t.subject >=/* same */ p.division || '-' AND t.subject </* same */ p.division || '.'
  CROSS JOIN main.settled s ON s.subject = t.subject AND s.track = t.nth;

-- `posting` and `session` hold the rows of the rules' views of these names; session_notice and posting_count,
-- the texts of which making.c takes from the rules' views, read these here, and not thousands of records
-- for each session.
CREATE TEMP TABLE posting (
  record INTEGER PRIMARY KEY, id BLOB, subject TEXT, unit TEXT, standing TEXT, day INTEGER,
  meeting_day INTEGER, meeting_at_ms INTEGER, place TEXT, apply_until_day INTEGER, urgent_reason TEXT,
  signed_day INTEGER
) STRICT;
CREATE INDEX temp.posting_subject ON posting (subject);
CREATE INDEX temp.posting_id ON posting (id);
CREATE TEMP VIEW "keep posting" AS
SELECT q.record, q.id, q.subject, q.unit, q.standing, q.day, q.meeting_day, q.meeting_at_ms, q.place,
       q.apply_until_day, q.urgent_reason, q.signed_day
  FROM place_log p CROSS JOIN public_notice n ON n.rec BETWEEN p.first AND p.last
  CROSS JOIN main.posting q ON q.record = n.rec;

CREATE TEMP TABLE session (
  record INTEGER PRIMARY KEY, id BLOB, subject TEXT, unit TEXT, place TEXT, signed_day INTEGER, day INTEGER
) STRICT;
CREATE INDEX temp.session_subject ON session (subject);
CREATE TEMP VIEW "keep session" AS
SELECT q.record, q.id, q.subject, q.unit, q.place, q.signed_day, q.day
  FROM place_log p CROSS JOIN meeting_session s ON s.rec BETWEEN p.first AND p.last
  CROSS JOIN main.session q ON q.record = s.rec;

-- Sessions in the period, with how many kinds of participants were there, and how many residents.
CREATE TEMP TABLE met (
  record INTEGER PRIMARY KEY, division TEXT, subject TEXT, day INTEGER, present INTEGER,
  residents INTEGER, kinds INTEGER, street_present INTEGER, department_present INTEGER
) STRICT;
CREATE INDEX temp.met_subject ON met (subject);
CREATE TEMP VIEW "keep met" AS
SELECT s.record, s.unit, s.subject, s.day, coalesce(m.present_total, 0),
       (SELECT coalesce(sum(a.present), 0) FROM meeting_session_attendance a
         WHERE a.rec = s.record AND a.party_kind IN ('resident', 'residents_rep', 'residents_group')),
       (SELECT count(DISTINCT a.party_kind) FROM meeting_session_attendance a
         WHERE a.rec = s.record AND a.present > 0),
       m.street_present, m.department_present
  FROM asked k CROSS JOIN temp.session s CROSS JOIN meeting_session m ON m.rec = s.record
 WHERE s.day >= k.from_day AND s.day < k.until_day;

-- Since when each notice counts and is proven, as posting_count has it, which goes back from one to that which
-- it supersedes; where it supersedes none, it is its own day, and need not be asked.
CREATE TEMP TABLE posted (
  record INTEGER PRIMARY KEY, day INTEGER, first_day INTEGER, proven_day INTEGER
) STRICT;
CREATE TEMP VIEW "keep posted" AS
SELECT n.record, n.day, n.day, h.day
  FROM posting n LEFT JOIN held h ON h.record = n.record
 WHERE NOT EXISTS (SELECT NULL FROM ref f WHERE f.rec = n.record AND f.rel = 'supersedes')
UNION ALL
SELECT c.record, c.day, c.first_day, c.proven_day
  FROM posting n CROSS JOIN posting_count c ON c.record = n.record
 WHERE EXISTS (SELECT NULL FROM ref f WHERE f.rec = n.record AND f.rel = 'supersedes');

-- The notice of each session in the period, since when it counts, and the last day on which it could be
-- posted; all but the session NULL: there was none in force.
CREATE TEMP TABLE met_notice (
  record INTEGER PRIMARY KEY, division TEXT, subject TEXT, day INTEGER,
  notice INTEGER, posted_day INTEGER, first_day INTEGER, proven_day INTEGER, due_day INTEGER
) STRICT;
CREATE TEMP VIEW "keep met_notice" AS
SELECT m.record, m.division, m.subject, m.day, c.record, c.day, c.first_day, c.proven_day,
       notice_due('notice_min_days', m.division, m.day) AS due_day
  FROM (SELECT n.*, (SELECT s.notice FROM session_notice s WHERE s.record = n.record) AS notice FROM met n) m
  LEFT JOIN posted c ON c.record = m.notice;

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

-- Sessions in the period.
CREATE TEMP VIEW met AS
SELECT p.division, p.street, s.rec AS record, e.id, e.subject,
       coalesce((s.started_at_ms + 28800000) / 86400000, e.day) AS day, s.present_total, s.result,
       s.session_no, s.level, s.form, s.street_present, s.department_present
  FROM asked k CROSS JOIN place_log p CROSS JOIN meeting_session s ON s.rec BETWEEN p.first AND p.last
  CROSS JOIN deed e ON e.record = s.rec
 WHERE coalesce((s.started_at_ms + 28800000) / 86400000, e.day) >= k.from_day
   AND coalesce((s.started_at_ms + 28800000) / 86400000, e.day) < k.until_day;

-- Topics determined in the period, in whatever way.
CREATE TEMP VIEW determined AS
SELECT p.division, p.street, t.rec AS record, e.id, e.subject, coalesce(t.met_on, e.day) AS day, t.decision,
       t.category, t.nature, t.level, t.form, t.reason
  FROM asked k CROSS JOIN place_log p CROSS JOIN topic_determination t ON t.rec BETWEEN p.first AND p.last
  CROSS JOIN deed e ON e.record = t.rec
 WHERE coalesce(t.met_on, e.day) >= k.from_day AND coalesce(t.met_on, e.day) < k.until_day;

-- --- kept ---------------------------------------------------------------------------------------------
-- A table with a view "keep <table>" is filled from it whenever something is asked, in the order of the
-- files. `posting` and `session` hold the rows of the rules' views of these names for the places asked;
-- session_notice and posting_count, the texts of which making.c takes from the rules' views, read these
-- here, and not thousands of records for each session.
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

-- The notice of each session in the period, since when it counts, and the last day on which it could be
-- posted; all but the session NULL: there was none in force.
CREATE TEMP TABLE met_notice (
  record INTEGER PRIMARY KEY, division TEXT, subject TEXT, day INTEGER,
  notice INTEGER, posted_day INTEGER, first_day INTEGER, proven_day INTEGER, due_day INTEGER
) STRICT;
CREATE TEMP VIEW "keep met_notice" AS
SELECT m.record, m.division, m.subject, m.day, c.record, c.day, c.first_day, c.proven_day,
       notice_due('notice_min_days', m.division, m.day) AS due_day
  FROM met m LEFT JOIN posting_count c ON c.record =
       (SELECT s.notice FROM session_notice s WHERE s.record = m.record);

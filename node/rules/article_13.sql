-- What comes after: publication, feedback, replies, archives. Of article 13 only the first words are known;
-- the law of 2026 and article 12(3) say what is asked here.

-- Why: a publication names what it publishes (based_on); one that names only the consensus also counts, for
-- what had happened by then, when its `subject` says so: the procedure reads it the same way (node/model/items.c).
-- It may be about several matters at once, and then about none. What the street carried out is published by
-- the community whose matter it is.
INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-13-1', 1, 'R-13-1', 'L34(5)', 'F', 'rc', 'matter', 'due', 0, 'feedback_days', 20454, NULL,
        '事项已完成、搁置、不予落实或者作出决定，未在期限内反馈并公开结果',
        'completed, shelved, declined or decided, and not published in time',
        '居委会在公开栏等处公开结果，并发布“成果反馈与公开”记录',
        'the committee makes the outcome public and records a feedback_publication');
CREATE VIEW "duty R-13-1" AS
SELECT e.subject, e.unit, m.division, e.record, e.anchor_day,
       due('feedback_days', m.division, e.anchor_day) AS due_day,
       a.record AS met_record, coalesce(p."from", a.day) AS met_day, h.day AS proven_day
  FROM (SELECT s.subject, s.unit, s.record, s.id,
               coalesce(c.completed_on, d.held_on, r.received_on, g.answered_on, s.day) AS anchor_day,
               CASE s.kind WHEN 'implementation_completion' THEN 'completion'
                           WHEN 'residents_meeting_decision' THEN 'decision'
                           WHEN 'shelving' THEN 'shelving' ELSE 'progress' END AS word
          FROM step_act s
          LEFT JOIN implementation_completion c ON c.rec = s.record
          LEFT JOIN residents_meeting_decision d ON d.rec = s.record
          LEFT JOIN street_response r ON r.rec = s.record
          LEFT JOIN department_response g ON g.rec = s.record
         WHERE s.kind IN ('implementation_completion', 'shelving', 'residents_meeting_decision')
            OR r.decision = 'decline' OR g.decision = 'decline') e
  JOIN matter m ON m.subject = e.subject
  LEFT JOIN act a ON a.record =
       (SELECT record
          FROM (SELECT b.record, b.id, coalesce(q."from", b.day) AS day
                  FROM ref f JOIN act b ON b.record = f.rec JOIN feedback_publication q ON q.rec = b.record
                 WHERE f.target = e.id
                UNION ALL
                SELECT b.record, b.id, coalesce(q."from", b.day)
                  FROM step_act b JOIN feedback_publication q ON q.rec = b.record
                  JOIN link k ON k.rec = b.record
                 WHERE b.subject = e.subject AND k.target_kind = 'consensus' AND q.subject = e.word
                   AND coalesce(q."from", b.day) >= e.anchor_day)
         ORDER BY day, id LIMIT 1)
  LEFT JOIN feedback_publication p ON p.rec = a.record
  LEFT JOIN held h ON h.record = a.record;

-- Why: neither text has a day for this, so feedback_days serves: after a commission's result is submitted,
-- until its street or department refers to it; after the day that a response (or, later, a department)
-- has promised, until street or department report progress, completion or that they decline after all. No
-- response at all is R-12-4, no department's R-12-6, an item not done in time R-12-7: they are not told twice.
INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-13-2', 1, 'R-13-2', '12(3)', 'F', 'st', 'matter', 'due', 0, 'feedback_days', NULL, NULL,
        '社区提交的成果或者受托事项结果，街道在期限内没有反馈',
        'the street gave no feedback on what was submitted to it, or on the result of its commission',
        '街道签收受托结果；对已受理、转交的成果发布落实进展或落实完成记录',
        'the street acknowledges the result; of what it accepted or passed on it reports progress or completion');
CREATE VIEW "duty R-13-2" AS
SELECT s.subject, s.unit,
       coalesce((SELECT l.division FROM link k JOIN record c ON c.no = k.target JOIN log l ON l.no = c.log
                  WHERE k.rec = s.record AND k.target_kind = 'commission_request'
                  ORDER BY k.nth LIMIT 1), s.street) AS division,
       s.record, s.anchor_day, due('feedback_days', s.unit, s.anchor_day) AS due_day,
       a.record AS met_record, a.day AS met_day, h.day AS proven_day
  FROM (SELECT b.*, coalesce(c.submitted_on, b.day) AS anchor_day
          FROM step_act b JOIN commission_result c ON c.rec = b.record) s
  LEFT JOIN act a ON a.record =
       (SELECT b.record FROM ref f JOIN act b ON b.record = f.rec
         WHERE f.target = s.id AND b.level <> 'community' ORDER BY b.day, b.id LIMIT 1)
  LEFT JOIN held h ON h.record = a.record
UNION ALL
SELECT r.subject, r.unit, r.unit, r.record, r.anchor_day, due('feedback_days', r.unit, r.anchor_day),
       a.record, a.day, h.day
  FROM (SELECT s.subject, s.unit, s.record, s.day,
               max(coalesce(w.due, s.day),
                   coalesce((SELECT max(g.due) FROM ref f JOIN act b ON b.record = f.rec
                               JOIN department_response g ON g.rec = b.record
                              WHERE f.target = s.id), s.day)) AS anchor_day
          FROM step_act s JOIN street_response w ON w.rec = s.record
         WHERE w.decision IN ('implement', 'transfer')) r
  LEFT JOIN act a ON a.record =
       (SELECT b.record FROM step_act b
         WHERE b.subject = r.subject AND b.level <> 'community' AND b.day >= r.day
           AND (b.kind IN ('implementation_progress', 'implementation_completion')
                OR EXISTS (SELECT g.rec FROM department_response g
                            WHERE g.rec = b.record AND g.decision = 'decline'))
         ORDER BY b.day, b.id LIMIT 1)
  LEFT JOIN held h ON h.record = a.record;

-- Why: scope unit, and the street's: an evaluation of several matters is about none of them, and the reply
-- stands in the street's log.
INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-13-3', 1, 'R-13-3', '12(3)', 'F', 'st', 'unit', 'due', 0, 'reply_days', NULL, NULL,
        '街道未在期限内回应评议结果', 'the street has not replied to an evaluation in time',
        '街道发布“评议回应”记录，写明改进措施', 'the street publishes an evaluation_reply with its measures');
CREATE VIEW "duty R-13-3" AS
SELECT '-' AS subject, e.street AS unit, e.street AS division, e.record, e.day AS anchor_day,
       due('reply_days', e.street, e.day) AS due_day,
       a.record AS met_record, a.day AS met_day, h.day AS proven_day
  FROM (SELECT s.street, b.record, b.id, coalesce(v.held_on, b.day) AS day
          FROM span s CROSS JOIN evaluation_result v ON v.rec BETWEEN s.first AND s.last
         CROSS JOIN act b ON b.record = v.rec) e
  LEFT JOIN act a ON a.record =
       (SELECT b.record FROM ref f JOIN act b ON b.record = f.rec
         WHERE f.target = e.id AND f.rel = 'answers' AND b.kind = 'evaluation_reply'
         ORDER BY b.day, b.id LIMIT 1)
  LEFT JOIN held h ON h.record = a.record;

INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-13-4', 1, 'R-13-4', 'L39', 'F', 'rc', 'matter', 'due', 0, '', NULL, NULL,
        '事项办结后，未在次年6月30日前归档移交',
        'closed, and not transferred to the archive by 30 June of the next year',
        '整理材料并移交档案室，发布“归档移交”记录', 'hand the files over and record an archive_transfer');
CREATE VIEW "duty R-13-4" AS
SELECT s.subject, s.unit, s.unit AS division, s.record, coalesce(m.closed_on, s.day) AS anchor_day,
       archive_due(coalesce(m.closed_on, s.day)) AS due_day,
       a.record AS met_record, coalesce(t.transferred_on, a.day) AS met_day, h.day AS proven_day
  FROM step_act s JOIN matter_close m ON m.rec = s.record
  LEFT JOIN act a ON a.record =
       (SELECT b.record FROM ref f JOIN act b ON b.record = f.rec JOIN archive_transfer q ON q.rec = b.record
         WHERE f.target = s.id ORDER BY coalesce(q.transferred_on, b.day), b.id LIMIT 1)
  LEFT JOIN archive_transfer t ON t.rec = a.record
  LEFT JOIN held h ON h.record = a.record;

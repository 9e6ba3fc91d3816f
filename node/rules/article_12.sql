-- Article 12: carrying out what was agreed (第十二条). Evaluations: article_12_evaluation.sql; what breaks
-- the law: article_12_correction.sql.

-- Items that may be carried out: agreed, and where the residents' meeting decides, decided. `place`: of the
-- record that settled it among the steps. `day`: when; where an order of correction came before anybody had
-- begun, the day on which the community complied, since until then nothing was to be done.
CREATE VIEW settled AS
SELECT t.subject, t.nth AS track, t.item, t.nature, t.state, m.division AS unit,
       substr(m.division, 1, 9) AS street, s.record, s.nth AS place,
       max(CASE WHEN t.decision_matter THEN t.decided_day ELSE t.agreed_day END,
           coalesce((SELECT max(c.day) FROM step c JOIN record k ON k.no = c.record
                      WHERE c.subject = t.subject AND c.nth > s.nth AND c.fate IN ('moved', 'replaced')
                        AND k.kind = 'correction_compliance'
                        AND EXISTS
                        (SELECT 1 FROM ref f JOIN record o ON o.id = f.target
                          WHERE f.rec = c.record AND f.rel = 'answers' AND (EXISTS
                                (SELECT 1 FROM street_correction_items i
                                  WHERE i.rec = o.no AND i.no = t.item) OR NOT EXISTS
                                (SELECT 1 FROM street_correction_items i WHERE i.rec = o.no)))
                        AND NOT EXISTS
                        (SELECT 1 FROM step w JOIN record x ON x.no = w.record
                          WHERE w.subject = c.subject AND w.nth > s.nth AND w.nth < c.nth
                            AND w.fate IN ('moved', 'replaced') AND x.kind IN
                            ('implementation_plan', 'outcome_submission', 'commission_result'))),
                    0)) AS day,
       t.submission, t.result, t.ended_by, t.ended_day
  FROM track t JOIN matter m ON m.subject = t.subject
  JOIN step s ON s.record = CASE WHEN t.decision_matter THEN t.decision ELSE t.consensus END
   AND s.subject = t.subject
  LEFT JOIN residents_meeting_decision d ON d.rec = t.decision
 WHERE t.replaced = 0 AND (t.decision_matter = 0 OR d.passed = 1);

-- Steps that had an effect, with the kind of their record.
CREATE VIEW effect AS
SELECT s.subject, s.nth AS place, s.record, r.kind, r.signers, s.day
  FROM step s JOIN record r ON r.no = s.record
 WHERE s.fate IN ('moved', 'replaced');

-- Why (2026-11): the first plan counts, also where a later one has taken its place; one from before the
-- decision of the residents' meeting does not (R-11-9). While an item is under correction no plan is to be
-- made, and its days begin anew afterwards.
INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-12-1', 1, 'R-12-1', '12(1)', 'F', 'rc', 'matter', 'due', 0, 'plan_days', NULL, NULL,
        '社区事务的协商成果达成共识(或者经居民会议决定)后，未在期限内制定实施方案',
        'no plan was made in time for what was agreed (or decided) on community affairs',
        '制定并发布“实施方案”，写明责任主体、跟进岗位和完成时限',
        'publish an implementation_plan that says who does it, which post follows it, and until when');
CREATE VIEW "duty R-12-1" AS
SELECT t.subject, t.unit, t.unit AS division, t.record, t.day AS anchor_day,
       due('plan_days', t.unit, t.day) AS due_day, p.record AS met_record, p.day AS met_day,
       (SELECT h.day FROM held h WHERE h.record = p.record) AS proven_day
  FROM settled t
  LEFT JOIN step p ON p.subject = t.subject AND p.nth =
       (SELECT min(e.place) FROM effect e
         WHERE e.subject = t.subject AND e.place >/* same */ t.place AND e.kind = 'implementation_plan'
           AND e.signers & 1
           AND (EXISTS (SELECT i.no FROM implementation_plan_items i
                         WHERE i.rec = e.record AND i.no = t.item)
                OR NOT EXISTS (SELECT i.no FROM implementation_plan_items i WHERE i.rec = e.record)))
 WHERE t.nature = 'community_affairs'
   AND (p.record IS NOT NULL OR t.state NOT IN ('under_correction', 'annulled'));

-- Why (2026-11): article 12(1) has a worker of the community follow what the community carries out. A plan
-- of the street or of a department needs no such post.
INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-12-2', 1, 'R-12-2', '12(1)', 'E', 'rc st gd', 'record', 'change', 0, '', NULL, NULL,
        '实施方案未写明责任主体，或者社区的实施方案未写明跟进的工作岗位',
        'the plan does not say who is responsible, or the community''s plan not which post follows it',
        '补充责任主体和跟进岗位(写岗位，不写姓名)',
        'name the responsible body and the post that follows it (no person)');
CREATE VIEW "R-12-2" AS
SELECT a.subject, a.unit, a.unit AS division, a.record, NULL AS other, 'E' AS severity, c.code,
       a.day AS anchor_day, a.signed_day AS since_day, NULL AS until_day, '' AS fact
  FROM act a JOIN
       (SELECT rec, 'responsible' AS code FROM implementation_plan
         WHERE coalesce(responsible, '') = ''
        UNION ALL
        SELECT rec, 'follow_up' AS code FROM implementation_plan
         WHERE coalesce(follow_up_role, '') = '') c ON c.rec = a.record
 WHERE c.code = 'responsible' OR a.signers & 1;

INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-12-3', 1, 'R-12-3', '12(2)', 'F', 'rc', 'matter', 'due', 0, 'submit_days', NULL, NULL,
        '涉及政府公共服务事项的协商成果，未在期限内提交街道',
        'what was agreed (or decided) on public service was not submitted to the street in time',
        '发布“成果提交街道”记录', 'publish an outcome_submission');
CREATE VIEW "duty R-12-3" AS
SELECT t.subject, t.unit, t.unit AS division, t.record, t.day AS anchor_day,
       due('submit_days', t.unit, t.day) AS due_day, p.record AS met_record, p.day AS met_day,
       (SELECT h.day FROM held h WHERE h.record = p.record) AS proven_day
  FROM settled t
  LEFT JOIN step p ON p.subject = t.subject AND p.nth =
       (SELECT min(e.place) FROM effect e
         WHERE e.subject = t.subject AND e.place >/* same */ t.place AND e.kind = 'outcome_submission'
           AND (EXISTS (SELECT i.no FROM outcome_submission_items i
                         WHERE i.rec = e.record AND i.no = t.item)
                OR NOT EXISTS (SELECT i.no FROM outcome_submission_items i WHERE i.rec = e.record)))
 WHERE t.nature = 'public_service'
   AND (p.record IS NOT NULL OR t.state NOT IN ('under_correction', 'annulled'));

INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-12-4', 1, 'R-12-4', '12(2)', 'F', 'st', 'matter', 'due', 0, 'street_response_days', NULL, NULL,
        '街道未在期限内对提交的协商成果作出受理、转交或不予落实的答复',
        'the street has not answered a submitted outcome in time',
        '街道发布“街道受理/转交/不予落实”记录；逾期仍须答复',
        'the street publishes a street_response; late is better than never');
CREATE VIEW "duty R-12-4" AS
SELECT s.subject, s.unit, s.street AS division, s.record,
       coalesce(o.submitted_on, s.day) AS anchor_day,
       due('street_response_days', s.unit, coalesce(o.submitted_on, s.day)) AS due_day,
       m.no AS met_record, (SELECT a.day FROM act a WHERE a.record = m.no) AS met_day,
       (SELECT h.day FROM held h WHERE h.record = m.no) AS proven_day
  FROM step_act s JOIN outcome_submission o ON o.rec = s.record
  LEFT JOIN record m ON m.no =
       (SELECT b.record FROM ref f JOIN act b ON b.record = f.rec
         WHERE f.target = s.id AND f.rel = 'answers' AND b.kind = 'street_response'
           AND b.subject = s.subject
         ORDER BY b.day, b.id LIMIT 1)
 WHERE s.kind = 'outcome_submission';

-- Why (2026-11): a due day is asked of what is transferred, too: the street answers for the matter until the
-- department has accepted it.
INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-12-5', 1, 'R-12-5', '12(2)', 'E', 'st', 'record', 'change', 0, '', NULL, NULL,
        '街道答复要素不全：应当写明受理、转交(何部门)或者不予落实(理由)；不是不予落实的，写明办理时限',
        'the street''s response is incomplete: it implements, transfers (to which department) or declines (why), '
        || 'and says by which day unless it declines',
        '补充答复要素后发布', 'complete the response');
CREATE VIEW "R-12-5" AS
SELECT a.subject, a.unit, a.unit AS division, a.record, NULL AS other, 'E' AS severity, c.code,
       a.day AS anchor_day, a.signed_day AS since_day, NULL AS until_day, '' AS fact
  FROM act a JOIN
       (SELECT rec, 'decision' AS code FROM street_response
         WHERE coalesce(decision, '') NOT IN ('implement', 'transfer', 'decline')
        UNION ALL
        SELECT rec, 'department' FROM street_response
         WHERE decision = 'transfer' AND coalesce(department, '') = ''
        UNION ALL
        SELECT rec, 'reason' FROM street_response
         WHERE decision = 'decline' AND coalesce(reason, '') = ''
        UNION ALL
        SELECT rec, 'due' FROM street_response
         WHERE decision IN ('implement', 'transfer') AND due IS NULL) c ON c.rec = a.record;

INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-12-6', 1, 'R-12-6', '12(2)', 'F', 'gd st', 'matter', 'due', 0, 'department_days', NULL, NULL,
        '街道已转交政府部门的协商成果，部门未在期限内答复',
        'the department to which the street has transferred an outcome has not answered in time',
        '部门(或由街道附件代录)发布“部门研究意见”；逾期仍须答复',
        'the department, or the street for it, publishes a department_response; late is better than never');
CREATE VIEW "duty R-12-6" AS
SELECT s.subject, s.unit, s.street AS division, s.record, s.day AS anchor_day,
       due('department_days', s.unit, s.day) AS due_day, m.no AS met_record,
       (SELECT coalesce(d.answered_on, a.day) FROM act a JOIN department_response d ON d.rec = a.record
         WHERE a.record = m.no) AS met_day,
       (SELECT h.day FROM held h WHERE h.record = m.no) AS proven_day
  FROM step_act s JOIN street_response r ON r.rec = s.record
  LEFT JOIN record m ON m.no =
       (SELECT b.record FROM ref f JOIN act b ON b.record = f.rec
          JOIN department_response x ON x.rec = b.record
         WHERE f.target = s.id AND f.rel = 'answers' AND b.subject = s.subject
         ORDER BY coalesce(x.answered_on, b.day), b.id LIMIT 1)
 WHERE r.decision = 'transfer';

-- The newest day stated for an item by a record that had an effect on it; a new day without a reason does
-- not count. Where none lacks its reason, that is the procedure's.
CREATE VIEW item_due AS
SELECT t.subject, t.nth AS track,
       CASE WHEN NOT EXISTS
            (SELECT 1 FROM effect e JOIN implementation_progress p ON p.rec = e.record
              WHERE e.subject = t.subject AND p.item_no = t.item AND p.new_due IS NOT NULL
                AND coalesce(p.new_due_reason, '') = '')
       THEN t.due_day
       ELSE (SELECT d.day FROM
                    (SELECT e.place, coalesce(c.due, i.due, p.due, r.due, g.due, q.new_due) AS day
                       FROM effect e
                       LEFT JOIN consensus_items c ON c.rec = e.record AND c.no = t.item
                        AND e.record = t.consensus
                       LEFT JOIN implementation_plan p ON p.rec = e.record AND e.record = t.plan
                       LEFT JOIN implementation_plan_items i ON i.rec = p.rec AND i.no = t.item
                       LEFT JOIN street_response r ON r.rec = e.record AND e.record = t.response
                       LEFT JOIN department_response g ON g.rec = e.record AND e.record = t.department
                       LEFT JOIN implementation_progress q ON q.rec = e.record AND q.item_no = t.item
                        AND coalesce(q.new_due_reason, '') <> ''
                      WHERE e.subject = t.subject) d
              WHERE d.day IS NOT NULL ORDER BY d.place DESC LIMIT 1)
       END AS day
  FROM track t;

-- Why (2026-11): an item that was declined or annulled is not done and need not be; one that is under
-- correction must not be. What the street has been handed is the street's. A commissioned item ends with its
-- result: R-12-8. A plan may state another day, as the procedure reads it; only progress needs a reason.
INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-12-7', 1, 'R-12-7', '12', 'F', 'rc st gd', 'matter', 'due', 0, '', NULL, NULL,
        '协商成果超过办理时限仍未完成，或者逾期完成；延期未说明理由的，原时限不变',
        'what was agreed is past its due day and not done, or was done late; a day moved without a reason stays',
        '抓紧办理并发布“落实完成”；确需延期的，在“落实进展”中写明新的时限和理由',
        'carry it out and publish the completion; where more time is needed, say until when and why in a '
        || 'progress record');
CREATE VIEW "duty R-12-7" AS
SELECT t.subject, t.unit,
       CASE WHEN t.nature = 'public_service' AND t.submission IS NOT NULL
            THEN t.street ELSE t.unit END AS division,
       t.record, t.day AS anchor_day, d.day AS due_day, t.ended_by AS met_record,
       t.ended_day AS met_day, (SELECT h.day FROM held h WHERE h.record = t.ended_by) AS proven_day
  FROM settled t JOIN item_due d ON d.subject = t.subject AND d.track = t.track
 WHERE t.nature IN ('community_affairs', 'public_service')
   AND (t.result IS NOT NULL
        OR (t.ended_day IS NULL AND t.state NOT IN ('under_correction', 'annulled')));

-- Beside the days: an extension without a reason, which does not move the day.
CREATE VIEW "R-12-7" AS
SELECT a.subject, a.unit, a.unit AS division, a.record, NULL AS other, 'F' AS severity, 'no_reason' AS code,
       a.day AS anchor_day, a.signed_day AS since_day, NULL AS until_day, day_text(p.new_due) AS fact
  FROM act a JOIN implementation_progress p ON p.rec = a.record
 WHERE p.new_due IS NOT NULL AND coalesce(p.new_due_reason, '') = '';

-- Proposals that rest on a commission, by its record id.
CREATE VIEW commissioned AS
SELECT f.target AS request, p.subject, p.unit
  FROM ref f JOIN step_act p ON p.record = f.rec
 WHERE f.rel = 'based_on' AND p.kind = 'topic_proposal';
-- Days on which the deliberation of an item ended, whatever the residents' meeting said.
CREATE VIEW item_end AS
SELECT subject, nature, CASE WHEN decision_matter THEN decided_day ELSE agreed_day END AS day
  FROM track WHERE replaced = 0;

-- Why (2026-11): counted by request and community, not by matter, so that a community that has never begun
-- owes its result, too.
INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-12-8', 1, 'R-12-8', '12(3)', 'F', 'rc', 'unit', 'due', 0, 'commission_days', NULL, NULL,
        '受街道或者政府部门委托协商的事项，未按期提交协商结果',
        'the result of what the street or a department commissioned was not submitted in time',
        '发布“受托事项结果提交”；没有达成共识的，也如实提交',
        'publish a commission_result, also where there was no consensus');
CREATE VIEW "duty R-12-8" AS
SELECT '-' AS subject, v.unit, v.community AS division, v.record,
       CASE WHEN v.result_due IS NULL THEN v.ended ELSE v.day END AS anchor_day,
       coalesce(v.result_due, due('commission_days', v.community, v.ended)) AS due_day,
       m.no AS met_record,
       (SELECT coalesce(o.submitted_on, a.day) FROM act a JOIN commission_result o ON o.rec = a.record
         WHERE a.record = m.no) AS met_day,
       (SELECT h.day FROM held h WHERE h.record = m.no) AS proven_day
  FROM (SELECT u.unit, q.record, q.id, q.day, r.result_due, c.value AS community,
               nullif(max(coalesce((SELECT max(e.day) FROM commissioned p JOIN item_end e
                                        ON e.subject = p.subject
                                     WHERE p.request = q.id AND p.unit = c.value
                                       AND e.nature = 'commissioned'), 0),
                          coalesce((SELECT max(e.day) FROM commissioned p JOIN step_act e
                                        ON e.subject = p.subject
                                     WHERE p.request = q.id AND p.unit = c.value
                                       AND e.kind = 'shelving'), 0)), 0) AS ended
          FROM span u CROSS JOIN commission_request r ON r.rec BETWEEN u.first AND u.last
          CROSS JOIN act q ON q.record = r.rec
          CROSS JOIN commission_request_communities c ON c.rec = r.rec) v
  LEFT JOIN record m ON m.no =
       (SELECT b.record FROM ref f JOIN act b ON b.record = f.rec
          JOIN commission_result x ON x.rec = b.record
         WHERE f.target = v.id AND f.rel = 'answers' AND b.unit = v.community
         ORDER BY coalesce(x.submitted_on, b.day), b.id LIMIT 1);

-- E: what street and departments do (街道、部门履职; 响应, 解决, 满意). A row belongs to the community whose matter
-- it is, so that a street's figure is that of its communities together, and a community sees how it was answered.

-- The places asked about and the units above them: what street and district owe to a community, and what they
-- laid upon it, stands by their units, also where the community is asked about alone.
CREATE TEMP TABLE around (unit TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TEMP VIEW "keep around" AS
SELECT division FROM place UNION SELECT substr(division, 1, 9) FROM place UNION SELECT substr(division, 1, 6) FROM place;

-- Duties of the rules (node/rules/tables.sql) of these.
CREATE TEMP VIEW owed AS
SELECT u.id AS rule, d.unit AS place, d.subject, d.division, d.record, d.anchor_day, d.due_day,
       d.met_record, d.met_day, d.proven_day
  FROM rule u CROSS JOIN around p CROSS JOIN duty d ON d.unit = p.unit AND d.rule = u.view;

-- Submissions with their items (base.sql), as they stood at the period's end: an item is of the newest submission that
-- took it to the street. A day moved without a reason stays, as in D-02. What was annulled is none; what is under correction must not be carried out.
CREATE TEMP VIEW submitted AS
SELECT t.submission AS record, t.subject, substr(t.subject, 1, 12) AS division, count(*) AS items,
       sum(t.ended_day IS NULL OR t.ended_day > k.at_day) AS unended, max(t.ended_day) AS ended_day,
       sum(coalesce(t.result, '') = 'full') AS full,
       sum(coalesce(t.result, '') IN ('full', 'partial')) AS partly,
       min(iif(t.ended_day IS NULL OR t.ended_day > k.at_day, iif(t.state = 'under_correction', NULL, i.due_day),
               NULL)) AS due_day
  FROM asked k CROSS JOIN track t CROSS JOIN item i ON i.subject = t.subject AND i.track = t.nth
 WHERE t.submission IS NOT NULL AND t.replaced = 0 AND t.state <> 'annulled'
 GROUP BY t.submission;

INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('E-01', '提交件数', 'outcomes submitted to the street',
        '统计期内提交街道的协商成果件数', 'outcomes submitted to the street in the period',
        'flow', 'claimed', 0, '', '成果提交街道', 'submission', '提交日期', 'submitted on', '', '');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('E-01', '', '', 'count', '件', 1, 0, 'none', 1, 0, '', '');
CREATE TEMP VIEW "E-01" AS
SELECT p.division, '' AS series, '' AS part, o.rec AS record, e.subject, NULL AS item,
       coalesce(o.submitted_on, e.day) AS day, 1 AS n, NULL AS d, NULL AS value, 0 AS open, '' AS fact
  FROM asked k CROSS JOIN place_log p CROSS JOIN outcome_submission o ON o.rec BETWEEN p.first AND p.last
  CROSS JOIN deed e ON e.record = o.rec
 WHERE coalesce(o.submitted_on, e.day) >= k.from_day AND coalesce(o.submitted_on, e.day) < k.until_day;

-- Why: when a response is due and whether there is one is R-12-4's to say, so that figure and finding agree.
INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('E-02', '响应率', 'submissions answered',
        '答复期限落在统计期内的提交中，截至统计日街道已经答复的件数 / 答复期限落在统计期内的提交件数',
        'of the submissions whose response was due in the period, those answered by the day of asking / all of these',
        'cohort', 'claimed', 0, 'street_response_days', '成果提交街道', 'submission', '答复期限', 'response due', '', '');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('E-02', '', '', 'rate', '%', 100, 1, 'higher', 1, 0, '', '');
CREATE TEMP VIEW "E-02" AS
SELECT o.place AS division, '' AS series, '' AS part, o.record, o.subject, NULL AS item, o.due_day AS day,
       coalesce(o.met_day <= k.as_of_day, 0) AS n, 1 AS d, NULL AS value, 0 AS open, '' AS fact
  FROM asked k CROSS JOIN owed o
 WHERE o.rule = 'R-12-4' AND o.due_day BETWEEN k.from_day AND k.at_day;

INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('E-03', '及时响应率', 'submissions answered in time',
        '答复期限落在统计期内的提交中，街道在期限内答复的件数 / 答复期限落在统计期内的提交件数；另列期限内有上级回执可证的',
        'of the submissions whose response was due in the period, those answered by that day / all of these; and those '
        || 'of which that is proven',
        'cohort', 'claimed', 0, 'street_response_days', '成果提交街道', 'submission', '答复期限', 'response due', '', '');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('E-03', '', '', 'rate', '%', 100, 1, 'higher', 1, 0, '', ''),
       ('E-03', 'proven', 'proven', 'rate', '%', 100, 1, 'higher', 1, 0, '及时响应率(可证)',
        'submissions answered in time, proven');
CREATE TEMP VIEW "E-03" AS
SELECT o.place AS division, s.series, '' AS part, o.record, o.subject, NULL AS item, o.due_day AS day,
       coalesce(iif(s.series = '', o.met_day, o.proven_day) <= o.due_day, 0) AS n, 1 AS d, NULL AS value,
       0 AS open, '' AS fact
  FROM asked k CROSS JOIN owed o CROSS JOIN (SELECT '' AS series UNION ALL SELECT 'proven') s
 WHERE o.rule = 'R-12-4' AND o.due_day BETWEEN k.from_day AND k.at_day;

INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('E-04', '响应天数中位数', 'days until the street answered, median',
        '统计期内首次答复的提交，受理日期 − 提交日期的中位数；期末未答复的另列件数和最长天数',
        'of the submissions first answered in the period, the median of the day received minus the day submitted; '
        || 'those not answered at its end stand beside it',
        'flow', 'claimed', 0, '', '成果提交街道', 'submission', '受理日期(未答复的：提交日期)',
        'received on (not answered: submitted on)', '天数', 'days');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('E-04', '', '', 'median', '天', 1, 1, 'lower', 1, 0, '', '');
CREATE TEMP VIEW "E-04" AS
SELECT q.place AS division, '' AS series, '' AS part, q.record, q.subject, NULL AS item,
       iif(q.answered_day <= k.at_day, q.answered_day, q.anchor_day) AS day, 1 AS n, NULL AS d,
       iif(q.answered_day <=/* same */ k.at_day, q.answered_day, k.at_day) - q.anchor_day AS value,
       q.answered_day IS NULL OR q.answered_day > k.at_day AS open, '' AS fact
  FROM asked k CROSS JOIN
       (SELECT o.place, o.record, o.subject, o.anchor_day, coalesce(r.received_on, o.met_day) AS answered_day
          FROM owed o LEFT JOIN street_response r ON r.rec = o.met_record
         WHERE o.rule = 'R-12-4') q
 WHERE q.answered_day BETWEEN k.from_day AND k.at_day
    OR (q.anchor_day <= k.at_day AND (q.answered_day IS NULL OR q.answered_day >/* same */ k.at_day));

INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('E-05', '转交率、不予落实率', 'responses that pass on, that decline',
        '统计期内街道的答复中，转交部门的 / 全部答复；不予落实的 / 全部答复',
        'of the street''s responses in the period, those that pass the outcome on to a department / all; those that '
        || 'decline / all',
        'flow', 'claimed', 0, '', '街道答复', 'response', '受理日期', 'received on', '', '');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('E-05', 'transferred', 'transfer', 'rate', '%', 100, 1, 'none', 1, 0, '转交率', 'passed on to a department'),
       ('E-05', 'declined', 'decline', 'rate', '%', 100, 1, 'lower', 1, 0, '不予落实率', 'declined');
CREATE TEMP VIEW "E-05" AS
SELECT q.division, s.series, '' AS part, q.record, q.subject, NULL AS item, q.day,
       q.decision = s.series AS n, 1 AS d, NULL AS value, 0 AS open, '' AS fact
  FROM asked k CROSS JOIN
       (SELECT substr(e.subject, 1, 12) AS division, r.rec AS record, e.subject,
               coalesce(r.received_on, e.day) AS day, coalesce(r.decision, '') AS decision
          FROM street_response r CROSS JOIN deed e ON e.record = r.rec) q
  CROSS JOIN (SELECT 'transfer' AS series UNION ALL SELECT 'decline') s
 WHERE q.day >= k.from_day AND q.day < k.until_day;

-- Why: what was overdue before the period and still is counts, too: else it would be forgotten at every year's end.
-- A submission that was declined is closed, and not solved. One that is submitted again is the new one's.
INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('E-06', '解决率', 'submissions solved',
        '全部完成的提交件数 / 统计期内办结(完成、部分完成、无法完成、不予落实)或者期末超过办理时限未办结的提交件数；部分完成的另列',
        'submissions completed in full / submissions that ended in the period (completed, in part, not possible, '
        || 'declined) or were past their day and open at its end; those solved in part stand apart',
        'flow', 'claimed', 0, '', '成果提交街道', 'submission', '办结日期(逾期未办结的：办理时限)',
        'ended on (overdue: due on)', '', '');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('E-06', '', '', 'rate', '%', 100, 1, 'higher', 1, 0, '', ''),
       ('E-06', 'partial', 'partial', 'rate', '%', 100, 1, 'none', 1, 0, '部分解决率', 'submissions solved in part');
CREATE TEMP VIEW "E-06" AS
SELECT q.division, s.series, '' AS part, q.record, q.subject, NULL AS item,
       iif(q.unended = 0, q.ended_day, q.due_day) AS day,
       q.unended = 0 AND iif(s.series = '', q.full = q.items, q.full < q.items AND q.partly > 0) AS n, 1 AS d,
       NULL AS value, 0 AS open, '' AS fact
  FROM asked k CROSS JOIN submitted q CROSS JOIN (SELECT '' AS series UNION ALL SELECT 'partial') s
 WHERE iif(q.unended = 0, q.ended_day >= k.from_day, q.due_day < k.at_day);

-- Why: past date is what a department has not answered in time, and what was passed on to it and is not done by
-- the day that was last stated; an item may be both at different times, never at once: before it answers there is
-- no other day to keep than that.
INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('E-07', '部门逾期数', 'items at departments past their day',
        '期末已转交部门、超过办理时限未办结的协商成果项数，按部门；另列超过答复期限未答复的件数',
        'items passed on to a department and past their day at the period''s end, by department; and responses that '
        || 'departments owe',
        'stock', 'claimed', 0, 'department_days', '转交事项(未答复的：街道答复)',
        'item passed on (not answered: the street''s response)', '期限', 'due on', '逾期天数', 'days overdue');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('E-07', '', '', 'count', '项', 1, 0, 'lower', 1, 1, '', ''),
       ('E-07', 'unanswered', 'unanswered', 'count', '件', 1, 0, 'lower', 1, 1, '部门逾期未答复数',
        'responses that departments owe');
CREATE TEMP VIEW "E-07" AS
SELECT substr(t.subject, 1, 12) AS division, '' AS series, coalesce(r.department, '') AS part,
       t.response AS record, t.subject, t.item, i.due_day AS day, 1 AS n, NULL AS d,
       k.at_day - i.due_day AS value, 0 AS open, '' AS fact
  FROM asked k CROSS JOIN track t CROSS JOIN street_response r ON r.rec = t.response
  CROSS JOIN item i ON i.subject = t.subject AND i.track = t.nth
 WHERE r.decision = 'transfer' AND t.replaced = 0 AND t.state NOT IN ('annulled', 'under_correction')
   AND i.due_day < k.at_day AND (t.ended_day IS NULL OR t.ended_day > k.at_day)
UNION ALL
SELECT substr(o.subject, 1, 12), 'unanswered', coalesce(r.department, ''), o.record, o.subject, NULL, o.due_day,
       1, NULL, k.at_day - o.due_day, 0, ''
  FROM asked k CROSS JOIN owed o CROSS JOIN street_response r ON r.rec = o.record
 WHERE o.rule = 'R-12-6' AND o.due_day < k.at_day AND (o.met_day IS NULL OR o.met_day > k.at_day);

INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('E-08', '委托事项按期提交率', 'results of commissions submitted in time',
        '提交期限落在统计期内的受托事项中，按期提交结果的 / 全部；另列期限内有上级回执可证的',
        'of the commissions whose result was due in the period, by community, those submitted by that day / all; and '
        || 'those of which that is proven',
        'cohort', 'claimed', 0, 'commission_days', '委托(每个受托社区一件)', 'commission, for each community', '提交期限',
        'result due', '', '');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('E-08', '', '', 'rate', '%', 100, 1, 'higher', 1, 0, '', ''),
       ('E-08', 'proven', 'proven', 'rate', '%', 100, 1, 'higher', 1, 0, '委托事项按期提交率(可证)',
        'results of commissions submitted in time, proven');
CREATE TEMP VIEW "E-08" AS
SELECT o.division, s.series, '' AS part, o.record, o.subject, NULL AS item, o.due_day AS day,
       coalesce(iif(s.series = '', o.met_day, o.proven_day) <= o.due_day, 0) AS n, 1 AS d, NULL AS value,
       0 AS open, '' AS fact
  FROM asked k CROSS JOIN owed o CROSS JOIN (SELECT '' AS series UNION ALL SELECT 'proven') s
 WHERE o.rule = 'R-12-8' AND o.due_day BETWEEN k.from_day AND k.at_day;

-- Why: a submission ends when it is declined, which is an answer, or on the day by which the street (later, the
-- department) has promised to act: from then on the community may expect to hear of it (R-13-2).
INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('E-09', '反馈率', 'submissions and commissions with feedback',
        '统计期内到了承诺办理日的提交、不予落实的提交、已提交结果的受托事项中，街道(部门)有进展、完成、不予落实或者签收记录的 / 全部',
        'of the submissions declined or promised for a day in the period, and of the commissions whose result was '
        || 'submitted in it, those of which street or department reported progress, completion or that it declines, or '
        || 'which it acknowledged / all',
        'cohort', 'claimed', 0, '', '街道答复、受托事项结果', 'response, or result of a commission',
        '承诺办理日、不予落实日、提交日', 'promised for, declined on, submitted on', '', '');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('E-09', '', '', 'rate', '%', 100, 1, 'higher', 1, 0, '', '');
CREATE TEMP VIEW "E-09" AS
SELECT substr(o.subject, 1, 12) AS division, '' AS series, '' AS part, o.record, o.subject, NULL AS item,
       o.anchor_day AS day, coalesce(o.met_day <= k.as_of_day, 0) AS n, 1 AS d, NULL AS value, 0 AS open, '' AS fact
  FROM asked k CROSS JOIN owed o
 WHERE o.rule = 'R-13-2' AND o.anchor_day BETWEEN k.from_day AND k.at_day
UNION ALL
SELECT substr(e.subject, 1, 12), '', '', r.rec, e.subject, NULL, coalesce(r.received_on, e.day), 1, 1, NULL, 0, ''
  FROM asked k CROSS JOIN street_response r CROSS JOIN deed e ON e.record = r.rec
 WHERE r.decision = 'decline' AND coalesce(r.received_on, e.day) BETWEEN k.from_day AND k.at_day;

INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('E-10', '纠正件数、按期整改率、整改天数中位数', 'corrections by law: how many, complied with in time, days',
        '统计期内依法纠正件数；整改期限落在统计期内的，按期整改的 / 全部；统计期内完成整改的，整改日期 − 纠正日期的中位数，期末未整改的另列',
        'orders of correction in the period; of those due in it, those complied with by their day / all; of those '
        || 'complied with in it, the median of days since the order, with those open at its end beside it',
        'flow', 'claimed', 0, '', '依法纠正', 'order of correction',
        '纠正日期；整改期限；整改日期', 'ordered on; due on; complied on', '整改天数', 'days');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('E-10', '', '', 'count', '件', 1, 0, 'none', 1, 0, '纠正件数', 'orders of correction'),
       ('E-10', 'in_time', 'due', 'rate', '%', 100, 1, 'higher', 1, 0, '按期整改率', 'complied with in time'),
       ('E-10', 'days', 'done', 'median', '天', 1, 1, 'lower', 1, 0, '整改天数中位数', 'days until complied with, median');
CREATE TEMP VIEW "E-10" AS
SELECT coalesce(c.community, c.unit) AS division, '' AS series, '' AS part, c.record, c.subject, NULL AS item, c.day,
       1 AS n, NULL AS d, NULL AS value, 0 AS open, '' AS fact
  FROM asked k CROSS JOIN correction_order c
 WHERE c.day >= k.from_day AND c.day < k.until_day
UNION ALL
SELECT o.division, 'due', '', o.record, o.subject, NULL, o.due_day, coalesce(o.met_day <= o.due_day, 0), 1, NULL, 0, ''
  FROM asked k CROSS JOIN owed o
 WHERE o.rule = 'R-12-15' AND o.due_day BETWEEN k.from_day AND k.at_day
UNION ALL
SELECT o.division, 'done', '', o.record, o.subject, NULL, iif(o.met_day <= k.at_day, o.met_day, o.anchor_day), 1, NULL,
       iif(o.met_day <=/* same */ k.at_day, o.met_day, k.at_day) - o.anchor_day,
       o.met_day IS NULL OR o.met_day > k.at_day, ''
  FROM asked k CROSS JOIN owed o
 WHERE o.rule = 'R-12-15'
   AND (o.met_day BETWEEN k.from_day AND k.at_day
        OR (o.anchor_day <= k.at_day AND (o.met_day IS NULL OR o.met_day >/* same */ k.at_day)));

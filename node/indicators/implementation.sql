-- D: is it carried out (落实).

-- Why: an item that proved impossible is ended, and not carried out. A matter is carried out when all its
-- items of the period are. By nature a matter with items of two natures stands twice, once with those of
-- each. Annulled items are nobody's to carry out.
INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('D-01', '落实完成率（同期群）', 'matters carried out (cohort)',
        '统计期内达成共识（须经居民会议的，作出决定）的事项中，至统计截止日全部落实的事项 ÷ 这些事项；另按性质分列',
        'of matters agreed (where the residents'' meeting decides, decided) in the period, those carried out by the day of asking; also by nature',
        'cohort', 'claimed', 0, '', '事项', 'matter', '共识或决定日期', 'agreed or decided on',
        '', '');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('D-01', '', '', 'rate', '%', 100, 1, 'higher', 1, 0, '', ''),
       ('D-01', 'nature', 'nature', 'rate', '%', 100, 1, 'higher', 1, 2, '落实完成率（按性质）', 'matters carried out, by nature');
CREATE TEMP VIEW "D-01" AS
SELECT i.division, '' AS series, '' AS part, NULL AS record, i.subject, NULL AS item, min(i.day) AS day,
       min(i.done_day IS NOT NULL AND i.done_day <= (SELECT as_of_day FROM asked)) AS n, 1 AS d, NULL AS value,
       0 AS open, '' AS fact
  FROM item i
 WHERE i.day >= (SELECT from_day FROM asked) AND i.day < (SELECT until_day FROM asked) AND i.state <> 'annulled'
 GROUP BY i.subject
UNION ALL
SELECT i.division, 'nature', i.nature, NULL, i.subject, NULL, min(i.day),
       min(i.done_day IS NOT NULL AND i.done_day <= (SELECT as_of_day FROM asked)), 1, NULL, 0, ''
  FROM item i
 WHERE i.day >= (SELECT from_day FROM asked) AND i.day < (SELECT until_day FROM asked) AND i.state <> 'annulled'
 GROUP BY i.subject, i.nature;

-- Of the items that R-12-7 looks at, with the day that it counts by; due up to the day of asking.
INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('D-02', '按期完成率', 'items done by their day',
        '统计期内到期且按期完成的事项 ÷ 统计期内到期的事项',
        'items done on or before the day on which they were due, of those due in the period',
        'flow', 'claimed', 0, '', '到期的落实事项', 'item due', '到期日期', 'due on',
        '完成日期减到期日期', 'days from due to done');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('D-02', '', '', 'rate', '%', 100, 1, 'higher', 1, 0, '', '');
CREATE TEMP VIEW "D-02" AS
SELECT i.division, '' AS series, '' AS part, i.record, i.subject, i.item, i.due_day AS day,
       coalesce(i.ended_day <= i.due_day, 0) AS n, 1 AS d, i.ended_day - i.due_day AS value, 0 AS open, '' AS fact
  FROM asked k CROSS JOIN item i
 WHERE i.owed AND i.due_day >= k.from_day AND i.due_day <= k.at_day;

INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('D-03', '逾期在办数', 'items overdue',
        '期末已过期限仍未完成的事项数；逾期天数的中位数、最大值',
        'items not done at the period''s end whose day has passed; median and greatest number of days since',
        'stock', 'claimed', 0, '', '逾期在办事项', 'item overdue', '到期日期', 'due on',
        '逾期天数', 'days overdue');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('D-03', '', '', 'count', '件', 1, 0, 'lower', 1, 0, '', ''),
       ('D-03', 'median', '', 'median', '天', 1, 1, 'lower', 1, 0, '逾期天数中位数', 'median days overdue'),
       ('D-03', 'max', '', 'max', '天', 1, 0, 'lower', 1, 0, '最长逾期天数', 'most days overdue');
CREATE TEMP VIEW "D-03" AS
SELECT i.division, '' AS series, '' AS part, i.record, i.subject, i.item, i.due_day AS day,
       1 AS n, NULL AS d, k.at_day - i.due_day AS value, 0 AS open, '' AS fact
  FROM asked k CROSS JOIN item i
 WHERE i.owed AND i.due_day < k.at_day AND (i.ended_day IS NULL OR i.ended_day > k.at_day);

-- Of those completed in the period, in full or in part. Open is what was to be carried out at its end.
INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('D-04', '共识到完成天数中位数', 'median days from consensus to completion',
        '完成日期减达成共识日期的中位数；未完成的另列',
        'median of the days from the consensus to the completion of an item; those not done beside it',
        'flow', 'claimed', 0, '', '落实事项', 'item', '完成日期；共识日期', 'done on; agreed on',
        '天数', 'days');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('D-04', '', '', 'median', '天', 1, 1, 'lower', 1, 0, '', '');
CREATE TEMP VIEW "D-04" AS
SELECT i.division, '' AS series, '' AS part, i.record, i.subject, i.item, i.done_day AS day,
       NULL AS n, NULL AS d, i.done_day - i.agreed_day AS value, 0 AS open, '' AS fact
  FROM asked k CROSS JOIN item i
 WHERE i.result IN ('full', 'partial') AND i.done_day >= k.from_day AND i.done_day <= k.at_day
UNION ALL
SELECT i.division, '', '', i.record, i.subject, i.item, i.agreed_day, NULL, NULL, k.at_day - i.agreed_day, 1, ''
  FROM asked k CROSS JOIN item i
 WHERE i.owed AND i.day <= k.at_day AND (i.ended_day IS NULL OR i.ended_day > k.at_day);

-- Of items agreed (decided) in the period; annulled ones, too.
INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('D-05', '延期次数', 'extensions',
        '延期次数合计；平均每个事项的延期次数',
        'extensions of items agreed in the period; and how many an item',
        'cohort', 'claimed', 0, '', '落实事项', 'item', '共识或决定日期', 'agreed or decided on',
        '', '');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('D-05', '', '', 'count', '次', 1, 0, 'lower', 0, 0, '', ''),
       ('D-05', 'mean', '', 'mean', '次/项', 1, 2, 'lower', 0, 0, '项均延期次数', 'extensions an item');
CREATE TEMP VIEW "D-05" AS
SELECT i.division, '' AS series, '' AS part, i.record, i.subject, i.item, i.day,
       i.extensions AS n, 1 AS d, NULL AS value, 0 AS open, '' AS fact
  FROM asked k CROSS JOIN item i
 WHERE i.day >= k.from_day AND i.day < k.until_day;

INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('D-06', '实施方式分布', 'plans by mode',
        '统计期内的实施方案，按实施方式计数；成立的行动小组数',
        'plans of the period, counted by mode; action groups formed',
        'flow', 'claimed', 0, '', '实施方案；行动小组', 'plan; action group', '制定日期；成立日期', 'made on; begun on',
        '', '');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('D-06', 'mode', 'mode', 'share', '%', 100, 1, 'none', 1, 2, '实施方式分布', 'by mode'),
       ('D-06', 'groups', 'groups', 'count', '个', 1, 0, 'higher', 1, 0, '行动小组数', 'action groups');
CREATE TEMP VIEW "D-06" AS
SELECT p.division, 'mode' AS series, coalesce('by_' || t.mode, 'not_given') AS part, t.rec AS record, e.subject,
       NULL AS item, e.day, 1 AS n, NULL AS d, NULL AS value, 0 AS open, '' AS fact
  FROM asked k CROSS JOIN place_log p CROSS JOIN implementation_plan t ON t.rec BETWEEN p.first AND p.last
  CROSS JOIN deed e ON e.record = t.rec
 WHERE e.day >= k.from_day AND e.day < k.until_day
UNION ALL
SELECT p.division, 'groups', '', t.rec, e.subject, NULL, coalesce(t.started_on, e.day), 1, NULL, NULL, 0, ''
  FROM asked k CROSS JOIN place_log p CROSS JOIN action_group t ON t.rec BETWEEN p.first AND p.last
  CROSS JOIN deed e ON e.record = t.rec
 WHERE coalesce(t.started_on, e.day) >= k.from_day AND coalesce(t.started_on, e.day) < k.until_day;

-- Why: ended is a matter when its last item is (completed, handed over, declined, rejected), or when it is
-- shelved and was not taken up again by the period's end. Its publication is the one that the procedure
-- sees for each item, and R-13-1 for a shelving. Before the law of 2026 asked for days, any will do.
INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('D-07', '反馈公开率', 'results published',
        '结果已公开且不少于规定天数（十五日）的办结事项 ÷ 统计期内有结果的事项',
        'matters whose end is published for the days that the law asks for, of those that came to an end in the period',
        'cohort', 'claimed', 0, 'publication_days', '有结果的事项', 'matter that came to an end', '结果日期', 'ended on',
        '公开天数', 'days published');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('D-07', '', '', 'rate', '%', 100, 1, 'higher', 1, 0, '', '');
CREATE TEMP VIEW "D-07" AS
SELECT q.division, '' AS series, '' AS part, NULL AS record, q.subject, NULL AS item, q.day,
       q.published AS n, 1 AS d, q.days AS value, 0 AS open, '' AS fact
  FROM (SELECT p.division, t.subject, max(t.ended_day) AS day,
               min(coalesce(t.published_to >= coalesce(due('publication_days', p.division, t.published_from),
                                                       t.published_from), 0)) AS published,
               min(t.published_to - t.published_from) AS days, count(*) AS items, count(t.ended_day) AS ended
          FROM place p
          CROSS JOIN track t ON t.subject >=/* same */ p.division || '-' AND t.subject </* same */ p.division || '.'
         WHERE t.replaced = 0 AND t.state <> 'annulled' GROUP BY p.division, t.subject) q
  CROSS JOIN asked k
 WHERE q.items = q.ended AND q.day >= k.from_day AND q.day < k.until_day
UNION ALL
SELECT s.division, '', '', s.record, s.subject, NULL, s.day,
       coalesce(f."to" >= coalesce(due('publication_days', s.division, f."from"), f."from"), 0), 1,
       f."to" - f."from", 0, ''
  FROM put_off s CROSS JOIN asked k CROSS JOIN duty w ON w.record = s.record AND w.rule = 'R-11-10'
  LEFT JOIN duty d ON d.record = s.record AND d.rule = 'R-13-1'
  LEFT JOIN feedback_publication f ON f.rec = d.met_record
 WHERE (w.met_day IS NULL OR w.met_day > k.at_day);

-- F: what the participants think of the street (评议, article 12(3)). Ballots are added up, never averages of them:
-- what is printed of a street is that of all its ballots together.

INSERT INTO part_name (word, zh, en)
VALUES ('participation', '参与社区协商', 'participation'),
       ('implementation', '协商成果落实', 'implementation'),
       ('feedback', '协商结果反馈', 'feedback'),
       ('participation_5', '参与社区协商:很满意', 'participation: very satisfied'),
       ('participation_4', '参与社区协商:满意', 'participation: satisfied'),
       ('participation_3', '参与社区协商:一般', 'participation: so-so'),
       ('participation_2', '参与社区协商:不满意', 'participation: dissatisfied'),
       ('participation_1', '参与社区协商:很不满意', 'participation: very dissatisfied'),
       ('participation_0', '参与社区协商:不了解', 'participation: cannot say'),
       ('implementation_5', '协商成果落实:很满意', 'implementation: very satisfied'),
       ('implementation_4', '协商成果落实:满意', 'implementation: satisfied'),
       ('implementation_3', '协商成果落实:一般', 'implementation: so-so'),
       ('implementation_2', '协商成果落实:不满意', 'implementation: dissatisfied'),
       ('implementation_1', '协商成果落实:很不满意', 'implementation: very dissatisfied'),
       ('implementation_0', '协商成果落实:不了解', 'implementation: cannot say'),
       ('feedback_5', '协商结果反馈:很满意', 'feedback: very satisfied'),
       ('feedback_4', '协商结果反馈:满意', 'feedback: satisfied'),
       ('feedback_3', '协商结果反馈:一般', 'feedback: so-so'),
       ('feedback_2', '协商结果反馈:不满意', 'feedback: dissatisfied'),
       ('feedback_1', '协商结果反馈:很不满意', 'feedback: very dissatisfied'),
       ('feedback_0', '协商结果反馈:不了解', 'feedback: cannot say');

-- Results of evaluations held in the period.
CREATE TEMP VIEW evaluated AS
SELECT p.division, v.rec AS record, e.subject, coalesce(v.held_on, e.day) AS day, v.issued, v.returned, v.valid
  FROM asked k CROSS JOIN place_log p CROSS JOIN evaluation_result v ON v.rec BETWEEN p.first AND p.last
  CROSS JOIN deed e ON e.record = v.rec
 WHERE coalesce(v.held_on, e.day) >= k.from_day AND coalesce(v.held_on, e.day) < k.until_day;

-- The grades that were given in them, by dimension. `graded`: all but grade 0 (cannot say); `points`: 0 to 4 each.
CREATE TEMP VIEW graded AS
SELECT v.division, v.record, v.subject, v.day, v.valid, g.dimension, g.grade_5, g.grade_4, g.grade_3, g.grade_2,
       g.grade_1, g.grade_0, g.grade_5 + g.grade_4 AS satisfied,
       g.grade_5 + g.grade_4 + g.grade_3 + g.grade_2 + g.grade_1 AS graded,
       4 * g.grade_5 + 3 * g.grade_4 + 2 * g.grade_3 + g.grade_2 AS points
  FROM evaluated v CROSS JOIN
       (SELECT rec, dimension, coalesce(grade_5, 0) AS grade_5, coalesce(grade_4, 0) AS grade_4,
               coalesce(grade_3, 0) AS grade_3, coalesce(grade_2, 0) AS grade_2, coalesce(grade_1, 0) AS grade_1,
               coalesce(grade_0, 0) AS grade_0
          FROM evaluation_result_dimensions) g ON g.rec = v.record;

-- Each dimension with each grade.
CREATE TEMP TABLE graded_word (
  dimension TEXT NOT NULL, grade INTEGER NOT NULL, word TEXT NOT NULL, PRIMARY KEY (dimension, grade)
) STRICT, WITHOUT ROWID;
INSERT INTO graded_word
SELECT d.word, g.value, d.word || '_' || g.value
  FROM part_name d CROSS JOIN json_each('[5, 4, 3, 2, 1, 0]') g
 WHERE d.word IN ('participation', 'implementation', 'feedback');

-- The weights of the dimensions that hold for each unit at the period's end (DOMAIN.md 3.3).
CREATE TEMP VIEW dimension_weight AS
SELECT u.unit, d.dimension, param('dimension_weights', u.unit, k.at_day) / d.place % 256 AS weight
  FROM asked k CROSS JOIN asked_unit u CROSS JOIN
       (SELECT 'participation' AS dimension, 65536 AS place UNION ALL SELECT 'implementation', 256
        UNION ALL SELECT 'feedback', 1) d;

-- A rate of each dimension, ready to be weighed. One of more than 100,000 ballots is cut to a hundred-thousandth, so
-- that the product of three denominators stays a whole number.
CREATE TEMP VIEW weighed AS
SELECT w.unit, w.dimension, w.weight, r.indicator, r.code, r.d AS cases,
       iif(r.d >/* same */ 100000, (200000 * r.n + r.d) / (2 * r.d), r.n) AS n, iif(r.d >/* same */ 100000, 100000, r.d) AS d
  FROM result r CROSS JOIN dimension_weight w ON w.unit = r.unit AND w.dimension = r.part
 WHERE r.d > 0 AND w.weight > 0;
-- Their weighted mean; there is none while a dimension that has a weight has no grade.
CREATE TEMP VIEW weighted AS
SELECT q.indicator, q.code, q.unit, q.cases, q.w1 * q.n1 * q.d2 * q.d3 + q.w2 * q.n2 * q.d1 * q.d3
       + q.w3 * q.n3 * q.d1 * q.d2 AS n, (q.w1 + q.w2 + q.w3) * q.d1 * q.d2 * q.d3 AS d
  FROM (SELECT v.indicator, v.code, v.unit, min(v.cases) AS cases, count(*) AS dimensions,
               max(iif(v.dimension = 'participation', v.weight, 0)) AS w1,
               max(iif(v.dimension = 'participation', v.n, 0)) AS n1,
               max(iif(v.dimension = 'participation', v.d, 1)) AS d1,
               max(iif(v.dimension = 'implementation', v.weight, 0)) AS w2,
               max(iif(v.dimension = 'implementation', v.n, 0)) AS n2,
               max(iif(v.dimension = 'implementation', v.d, 1)) AS d2,
               max(iif(v.dimension = 'feedback', v.weight, 0)) AS w3,
               max(iif(v.dimension = 'feedback', v.n, 0)) AS n3,
               max(iif(v.dimension = 'feedback', v.d, 1)) AS d3
          FROM weighed v GROUP BY v.indicator, v.code, v.unit) q
 WHERE q.dimensions = (SELECT count(*) FROM dimension_weight w WHERE w.unit = q.unit AND w.weight > 0);

INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('F-01', '评议场次、评议覆盖率', 'evaluations held; matters evaluated',
        '统计期内开展的评议场次；统计期内有结果应评议的事项中，截至统计日已经评议的 / 全部',
        'rounds begun in the period; of the matters to be evaluated whose first item came to its end in the period, '
        || 'those evaluated by the day of asking / all',
        'cohort', 'claimed', 0, 'evaluation_scope', '评议活动；应评议事项', 'round; matter', '开始日期；事项有结果的日期',
        'begun on; ended on', '', '');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('F-01', '', '', 'count', '场', 1, 0, 'none', 1, 0, '评议场次', 'evaluations held'),
       ('F-01', 'coverage', 'eligible', 'rate', '%', 100, 1, 'higher', 1, 0, '评议覆盖率', 'matters evaluated');
CREATE TEMP VIEW "F-01" AS
SELECT p.division, '' AS series, '' AS part, v.rec AS record, e.subject, NULL AS item,
       coalesce(v."from", e.day) AS day, 1 AS n, NULL AS d, NULL AS value, 0 AS open, '' AS fact
  FROM asked k CROSS JOIN place_log p CROSS JOIN evaluation_round v ON v.rec BETWEEN p.first AND p.last
  CROSS JOIN deed e ON e.record = v.rec
 WHERE coalesce(v."from", e.day) >= k.from_day AND coalesce(v."from", e.day) < k.until_day
UNION ALL
SELECT o.place, 'eligible', '', o.record, o.subject, NULL, o.anchor_day, coalesce(o.met_day <= k.as_of_day, 0), 1,
       NULL, 0, ''
  FROM asked k CROSS JOIN owed o
 WHERE o.rule = 'R-12-10' AND o.anchor_day BETWEEN k.from_day AND k.at_day;

INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('F-02', '回收率、有效率', 'ballots returned; valid',
        '统计期内的评议，收回票数 / 发出票数；有效票数 / 收回票数',
        'of the evaluations held in the period, ballots returned / issued; valid / returned',
        'flow', 'claimed', 0, '', '评议结果', 'result of an evaluation', '评议日期', 'held on', '', '');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('F-02', 'returned', 'returned', 'rate', '%', 100, 1, 'higher', 0, 0, '回收率', 'ballots returned'),
       ('F-02', 'valid', 'valid', 'rate', '%', 100, 1, 'higher', 0, 0, '有效率', 'valid ballots');
CREATE TEMP VIEW "F-02" AS
SELECT v.division, 'returned' AS series, '' AS part, v.record, v.subject, NULL AS item, v.day,
       coalesce(v.returned, 0) AS n, coalesce(v.issued, 0) AS d, NULL AS value, 0 AS open, '' AS fact
  FROM evaluated v
UNION ALL
SELECT v.division, 'valid', '', v.record, v.subject, NULL, v.day, coalesce(v.valid, 0), coalesce(v.returned, 0), NULL,
       0, ''
  FROM evaluated v;

INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('F-03', '三维度得分分布', 'grades given, by dimension',
        '统计期内的评议，每个维度很满意、满意、一般、不满意、很不满意和不了解的票数',
        'of the evaluations held in the period, how many ballots gave each grade, by dimension',
        'flow', 'claimed', 0, '', '评议结果', 'result of an evaluation', '评议日期', 'held on', '', '');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('F-03', '', '', 'count', '票', 1, 0, 'none', 0, 2, '', '');
CREATE TEMP VIEW "F-03" AS
SELECT v.division, '' AS series, w.word AS part, v.record, v.subject, NULL AS item, v.day,
       CASE w.grade WHEN 5 THEN g.grade_5 WHEN 4 THEN g.grade_4 WHEN 3 THEN g.grade_3 WHEN 2 THEN g.grade_2
                    WHEN 1 THEN g.grade_1 ELSE g.grade_0 END AS n,
       NULL AS d, NULL AS value, 0 AS open, '' AS fact
  FROM evaluated v CROSS JOIN evaluation_result_dimensions g ON g.rec = v.record
  CROSS JOIN graded_word w ON w.dimension = g.dimension;

INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('F-04', '满意率(各维度)', 'satisfied',
        '统计期内的评议，每个维度(很满意 + 满意) / (很满意 + 满意 + 一般 + 不满意 + 很不满意)；不了解的不计入，另列票数',
        'of the evaluations held in the period, by dimension, ballots with grade 5 or 4 / with grade 5 to 1; those that '
        || 'cannot say do not count, and stand beside it',
        'flow', 'claimed', 0, '', '评议结果', 'result of an evaluation', '评议日期', 'held on', '', '');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('F-04', '', '', 'rate', '%', 100, 1, 'higher', 0, 2, '', ''),
       ('F-04', 'unknown', 'unknown', 'count', '票', 1, 0, 'none', 0, 2, '不了解票数', 'cannot say');
CREATE TEMP VIEW "F-04" AS
SELECT v.division, '' AS series, v.dimension AS part, v.record, v.subject, NULL AS item, v.day, v.satisfied AS n,
       v.graded AS d, NULL AS value, 0 AS open, '' AS fact
  FROM graded v
UNION ALL
SELECT v.division, 'unknown', v.dimension, v.record, v.subject, NULL, v.day, v.grade_0, NULL, NULL, 0, ''
  FROM graded v;

INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('F-05', '平均分(百分制)', 'mean score',
        '统计期内的评议，每个维度的平均等级(5 至 1，不了解的不计入)换算成百分制：(平均等级 − 1) / 4 × 100',
        'of the evaluations held in the period, by dimension, the mean grade (5 to 1, without those that cannot say) on '
        || 'a scale of 100: (mean - 1) / 4 x 100',
        'flow', 'claimed', 0, '', '评议结果', 'result of an evaluation', '评议日期', 'held on', '', '');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('F-05', '', '', 'rate', '分', 25, 1, 'higher', 0, 2, '', '');
CREATE TEMP VIEW "F-05" AS
SELECT v.division, '' AS series, v.dimension AS part, v.record, v.subject, NULL AS item, v.day, v.points AS n,
       v.graded AS d, NULL AS value, 0 AS open, '' AS fact
  FROM graded v;

-- Why: exact, from what F-04 shows of each unit; so a street's is that of all its ballots, not the mean of communities.
INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('F-06', '综合满意率', 'satisfied, all dimensions',
        '三个维度满意率(F-04)按维度权重的加权平均；有权重的维度没有评分的，不计算',
        'the mean of the three rates of F-04 by the weights of the dimensions; none where a dimension that has a weight '
        || 'has no grade',
        'flow', 'claimed', 0, 'dimension_weights', '评议结果', 'result of an evaluation', '评议日期', 'held on', '', '');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('F-06', '', '', 'derived', '%', 100, 1, 'higher', 0, 0, '', '');
CREATE TEMP VIEW "F-06" AS
SELECT v.division, '' AS series, v.dimension AS part, v.record, v.subject, NULL AS item, v.day, v.satisfied AS n,
       v.graded AS d, NULL AS value, 0 AS open, '' AS fact
  FROM graded v;
CREATE TEMP VIEW "unit F-06" AS
SELECT '' AS code, w.unit, '' AS part, w.n, w.d, w.cases FROM weighted w WHERE w.indicator = 'F-04' AND w.code = '';

-- Why: of rounds on the street office itself (target st), not of those on a department. The mean of the communities
-- stands beside every figure of this kind (README.md).
INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('F-07', '街道得分', 'score of the street',
        '统计期内以街道为对象的评议，全部选票合并计算的三维度平均分(F-05 的算法)按维度权重的加权平均；另列各社区得分的简单平均',
        'of the evaluations of the street office held in the period, all ballots together: the mean score by dimension as '
        || 'in F-05, weighed by the weights of the dimensions; beside it the plain mean of the communities',
        'flow', 'claimed', 0, 'dimension_weights', '评议结果', 'result of an evaluation', '评议日期', 'held on', '', '');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('F-07', 'dimension', 'street', 'rate', '分', 25, 1, 'higher', 0, 2, '街道得分(分维度)',
        'score of the street, by dimension'),
       ('F-07', '', '', 'derived', '分', 25, 1, 'higher', 0, 0, '', ''); -- after that of which it is made
CREATE TEMP VIEW "F-07" AS
SELECT v.division, 'street' AS series, v.dimension AS part, v.record, v.subject, NULL AS item, v.day, v.points AS n,
       v.graded AS d, NULL AS value, 0 AS open, '' AS fact
  FROM graded v
 WHERE EXISTS (SELECT t.result FROM result_round t CROSS JOIN evaluation_round r ON r.rec = t.round
                WHERE t.result = v.record AND r.target = 'st');
CREATE TEMP VIEW "unit F-07" AS
SELECT '' AS code, w.unit, '' AS part, w.n, w.d, w.cases FROM weighted w
 WHERE w.indicator = 'F-07' AND w.code = 'dimension';

INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('F-08', '低分清单', 'low scores',
        '统计期内有效票数达到最少有效票数、任一维度满意率低于低分线的评议场次',
        'evaluations held in the period with enough valid ballots of which any dimension is below the line',
        'flow', 'claimed', 0, 'low_score_percent min_ballots', '评议结果', 'result of an evaluation', '评议日期', 'held on',
        '', '');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('F-08', '', '', 'count', '场', 1, 0, 'lower', 1, 0, '', '');
CREATE TEMP VIEW "F-08" AS
SELECT v.division, '' AS series, '' AS part, v.record, v.subject, NULL AS item, v.day, 1 AS n, NULL AS d, NULL AS value,
       0 AS open, group_concat(v.dimension || ' ' || v.satisfied || '/' || v.graded, ', ') AS fact
  FROM graded v
 WHERE 100 * v.satisfied < v.graded * param('low_score_percent', v.division, v.day)
   AND v.valid >= param('min_ballots', v.division, v.day)
 GROUP BY v.record;

-- Why: a result that may still be answered in time stands beside the rate, as open; the day is R-13-3's.
INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('F-09', '评议回应率', 'evaluations answered in time',
        '统计期内的评议结果中，街道在期限内回应的 / 全部；截至统计日未到期限又未回应的另列；另列期限内有上级回执可证的',
        'of the evaluations held in the period, those to which the street replied in time / all; those not answered '
        || 'whose day has not passed stand beside it; and those of which that is proven',
        'cohort', 'claimed', 0, 'reply_days', '评议结果', 'result of an evaluation', '评议日期', 'held on', '天数',
        'days since');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('F-09', '', '', 'rate', '%', 100, 1, 'higher', 1, 0, '', ''),
       ('F-09', 'proven', 'proven', 'rate', '%', 100, 1, 'higher', 1, 0, '评议回应率(可证)',
        'evaluations answered in time, proven');
CREATE TEMP VIEW "F-09" AS
SELECT p.division, s.series, '' AS part, o.record, e.subject, NULL AS item, o.anchor_day AS day,
       coalesce(iif(s.series = '', o.met_day, o.proven_day) <= o.due_day, 0) AS n, 1 AS d,
       k.as_of_day - o.anchor_day AS value,
       o.due_day >= k.as_of_day AND (o.met_day IS NULL OR o.met_day > k.as_of_day) AS open, '' AS fact
  FROM asked k CROSS JOIN owed o CROSS JOIN place_log p ON p.log = o.record >> 32
  CROSS JOIN record e ON e.no = o.record CROSS JOIN (SELECT '' AS series UNION ALL SELECT 'proven') s
 WHERE o.rule = 'R-13-3' AND o.anchor_day BETWEEN k.from_day AND k.at_day;

-- C: what comes of it (成效).

-- Matters withdrawn, each once: all that opened it is, on the day of the last withdrawal; else closed as such.
CREATE TEMP VIEW gone AS
SELECT p.division, NULL AS record, m.subject,
       (SELECT max(s.day) FROM step s CROSS JOIN withdrawal w ON w.rec = s.record WHERE s.subject = m.subject) AS day,
       '' AS text
  FROM place p CROSS JOIN matter m ON m.subject >=/* same */ p.division || '-' AND m.subject </* same */ p.division || '.'
 WHERE m.stage = 'withdrawn'
UNION ALL
SELECT p.division, c.rec, e.subject, coalesce(c.closed_on, e.day), coalesce(c.text, '')
  FROM place_log p CROSS JOIN matter_close c ON c.rec BETWEEN p.first AND p.last
  CROSS JOIN deed e ON e.record = c.rec
 WHERE c."end" = 'withdrawn'
   AND NOT EXISTS (SELECT NULL FROM matter m WHERE m.subject = e.subject AND m.stage = 'withdrawn');

-- A matter that was shelved and came to a consensus in the same period has come to one.
INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('C-01', '共识达成率', 'matters that reach consensus',
        '统计期内达成共识的事项 ÷ 统计期内达成共识或搁置的事项',
        'matters that came to a consensus in the period, of those that did or were shelved',
        'flow', 'claimed', 0, '', '达成共识或搁置的事项', 'matter with a consensus, or shelved', '达成或搁置日期', 'reached or shelved on',
        '', '');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('C-01', '', '', 'rate', '%', 100, 1, 'higher', 1, 0, '', '');
CREATE TEMP VIEW "C-01" AS
SELECT a.division, '' AS series, '' AS part, a.record, a.subject, NULL AS item, a.day,
       1 AS n, 1 AS d, NULL AS value, 0 AS open, '' AS fact
  FROM reached a
UNION ALL
SELECT s.division, '', '', s.record, s.subject, NULL, s.day, 0, 1, NULL, 0, ''
  FROM put_off s;

-- A consensus that refers to no session is left out: nobody can say in which it was reached.
INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('C-02', '一次达成率', 'consensus in the first session',
        '第一次协商会即达成共识的事项 ÷ 达成共识的事项',
        'matters that came to their consensus in the first session, of all that came to one',
        'flow', 'claimed', 0, '', '达成共识的事项', 'matter with a consensus', '达成日期', 'reached on',
        '达成时的协商会次序', 'number of the session');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('C-02', '', '', 'rate', '%', 100, 1, 'higher', 1, 0, '', '');
CREATE TEMP VIEW "C-02" AS
SELECT a.division, '' AS series, '' AS part, a.record, a.subject, NULL AS item, a.day,
       a.session_no = 1 AS n, 1 AS d, a.session_no AS value, 0 AS open, '' AS fact
  FROM reached a WHERE a.session_no IS NOT NULL;

INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('C-03', '达成共识平均次数', 'sessions to consensus',
        '达成共识时协商会次序的平均数',
        'mean number of the session in which consensus was reached',
        'flow', 'claimed', 0, '', '达成共识的事项', 'matter with a consensus', '达成日期', 'reached on',
        '', '');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('C-03', '', '', 'mean', '次', 1, 2, 'lower', 0, 0, '', '');
CREATE TEMP VIEW "C-03" AS
SELECT a.division, '' AS series, '' AS part, a.record, a.subject, NULL AS item, a.day,
       a.session_no AS n, 1 AS d, NULL AS value, 0 AS open, '' AS fact
  FROM reached a WHERE a.session_no IS NOT NULL;

-- Open are those listed by the period's end that have come to no consensus, were not shelved since, and
-- have not been closed; a matter of which all that opened it is withdrawn was none.
INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('C-04', '确定到共识天数中位数', 'median days from listing to consensus',
        '达成共识日期减最近一次确定列入日期的中位数；未达成的另列',
        'median of the days from the last listing to the consensus; those without one beside it',
        'flow', 'claimed', 0, '', '达成共识的事项；未达成的', 'matter with a consensus; without one', '达成日期；确定日期', 'reached on; listed on',
        '天数', 'days');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('C-04', '', '', 'median', '天', 1, 1, 'lower', 1, 0, '', '');
CREATE TEMP VIEW "C-04" AS
SELECT * FROM
       (SELECT a.division, '' AS series, '' AS part, a.record, a.subject, NULL AS item, a.day,
               NULL AS n, NULL AS d, a.day - (SELECT max(t.day) FROM determined t
                                               WHERE t.subject = a.subject AND t.decision = 'listed'
                                                 AND t.day <= a.day) AS value, 0 AS open, '' AS fact
          FROM asked k CROSS JOIN reached a WHERE a.day <= k.at_day)
 WHERE value IS NOT NULL
UNION ALL
SELECT t.division, '', '', t.record, t.subject, NULL, t.day, NULL, NULL, k.at_day - t.day, 1, ''
  FROM asked k CROSS JOIN determined t
 WHERE t.decision = 'listed' AND t.day <= k.at_day
   AND NOT EXISTS (SELECT NULL FROM agreed a
                    WHERE a.subject = t.subject AND a.day >= t.day AND a.day <= k.at_day)
   AND NOT EXISTS (SELECT NULL FROM shelved s
                    WHERE s.subject = t.subject AND s.day >= t.day AND s.day <= k.at_day)
   AND NOT EXISTS (SELECT NULL FROM determined o
                    WHERE o.subject = t.subject AND o.day <= k.at_day AND (o.day, o.id) > (t.day, t.id))
   AND NOT EXISTS (SELECT NULL FROM step_act e CROSS JOIN matter_close c ON c.rec = e.record
                    WHERE e.subject = t.subject AND coalesce(c.closed_on, e.day) <= k.at_day)
   AND NOT EXISTS (SELECT NULL FROM matter m WHERE m.subject = t.subject AND m.stage = 'withdrawn');

-- What ends a shelving is R-11-10's to say: it is taken up, determined anew, or closed.
INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('C-05', '搁置率、搁置存量', 'matters shelved',
        '搁置的事项 ÷（达成共识的事项＋搁置的事项）；期末仍搁置的事项，按搁置时间分段',
        'matters shelved, of those shelved or with a consensus; those shelved at the period''s end, by age',
        'flow', 'claimed', 0, '', '搁置的事项；达成共识的事项', 'matter shelved; with a consensus', '搁置或达成日期', 'shelved or reached on',
        '已搁置天数', 'days shelved');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('C-05', '', '', 'rate', '%', 100, 1, 'lower', 1, 0, '搁置率', 'share of matters shelved'),
       ('C-05', 'stock', 'stock', 'count', '件', 1, 0, 'lower', 1, 1, '搁置存量', 'matters shelved at the end');
CREATE TEMP VIEW "C-05" AS
SELECT s.division, '' AS series, '' AS part, s.record, s.subject, NULL AS item, s.day,
       1 AS n, 1 AS d, NULL AS value, 0 AS open, '' AS fact
  FROM put_off s
UNION ALL
SELECT a.division, '', '', a.record, a.subject, NULL, a.day, 0, 1, NULL, 0, ''
  FROM reached a
UNION ALL
SELECT q.division, 'stock', CASE WHEN q.age <= 90 THEN 'up_to_90' WHEN q.age <= 365 THEN 'up_to_365' ELSE 'over_365' END,
       q.record, q.subject, NULL, q.day, 1, NULL, q.age, 0, ''
  FROM (SELECT s.division, s.record, s.subject, s.day, k.at_day - s.day AS age
          FROM asked k CROSS JOIN shelved s CROSS JOIN duty d ON d.record = s.record AND d.rule = 'R-11-10'
         WHERE s.day <= k.at_day AND (d.met_day IS NULL OR d.met_day > k.at_day)
           AND NOT EXISTS (SELECT NULL FROM shelved b
                            WHERE b.subject = s.subject AND b.day <= k.at_day
                              AND (b.day, b.id) > (s.day, s.id))) q;

INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('C-06', '居民会议通过率', 'decisions passed',
        '通过的居民会议（居民代表会议）决定 ÷ 召开表决的次数',
        'decisions of residents'' meetings that passed, of all that were put to the vote',
        'flow', 'claimed', 0, '', '居民会议决定', 'decision of a residents'' meeting', '召开日期', 'held on',
        '', '');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('C-06', '', '', 'rate', '%', 100, 1, 'higher', 1, 0, '', '');
CREATE TEMP VIEW "C-06" AS
SELECT p.division, '' AS series, '' AS part, t.rec AS record, e.subject, NULL AS item,
       coalesce(t.held_on, e.day) AS day, coalesce(t.passed, 0) AS n, 1 AS d, NULL AS value, 0 AS open, '' AS fact
  FROM asked k CROSS JOIN place_log p
  CROSS JOIN residents_meeting_decision t ON t.rec BETWEEN p.first AND p.last
  CROSS JOIN deed e ON e.record = t.rec
 WHERE coalesce(t.held_on, e.day) >= k.from_day AND coalesce(t.held_on, e.day) < k.until_day;

-- As R-11-8 counts them. Open are those agreed by the period's end.
INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('C-07', '共识到居民会议天数中位数', 'median days from consensus to residents'' meeting',
        '居民会议召开日期减达成共识日期的中位数；未召开的另列',
        'median of the days from the consensus to the residents'' meeting; those without one beside it',
        'flow', 'claimed', 0, '', '须经居民会议决定的共识', 'consensus on a decision matter', '居民会议召开日期；达成日期', 'meeting held on; reached on',
        '天数', 'days');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('C-07', '', '', 'median', '天', 1, 1, 'lower', 1, 0, '', '');
CREATE TEMP VIEW "C-07" AS
SELECT d.unit AS division, '' AS series, '' AS part, d.record, d.subject, NULL AS item, d.met_day AS day,
       NULL AS n, NULL AS d, d.met_day - d.anchor_day AS value, 0 AS open, '' AS fact
  FROM asked k CROSS JOIN place p CROSS JOIN duty d ON d.unit = p.division AND d.rule = 'R-11-8'
 WHERE d.met_day >= k.from_day AND d.met_day <= k.at_day
UNION ALL
SELECT d.unit, '', '', d.record, d.subject, NULL, d.anchor_day, NULL, NULL, k.at_day - d.anchor_day, 1, ''
  FROM asked k CROSS JOIN place p CROSS JOIN duty d ON d.unit = p.division AND d.rule = 'R-11-8'
 WHERE d.anchor_day <= k.at_day AND (d.met_day IS NULL OR d.met_day > k.at_day);

INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('C-08', '未通过、撤回、不列入数', 'matters rejected, withdrawn, not listed',
        '居民会议未通过、撤回、联席会议不列入的件数及理由',
        'matters that a residents'' meeting rejected, that were withdrawn, or that were not listed, with the reasons',
        'flow', 'claimed', 0, '', '未通过、撤回或不列入的事项', 'matter rejected, withdrawn or not listed', '发生日期', 'happened on',
        '', '');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('C-08', '', '', 'count', '件', 1, 0, 'none', 1, 1, '', '');
CREATE TEMP VIEW "C-08" AS
SELECT p.division, '' AS series, 'rejected' AS part, t.rec AS record, e.subject, NULL AS item,
       coalesce(t.held_on, e.day) AS day, 1 AS n, NULL AS d, NULL AS value, 0 AS open, '' AS fact
  FROM asked k CROSS JOIN place_log p
  CROSS JOIN residents_meeting_decision t ON t.rec BETWEEN p.first AND p.last
  CROSS JOIN deed e ON e.record = t.rec
 WHERE t.passed = 0 AND coalesce(t.held_on, e.day) >= k.from_day AND coalesce(t.held_on, e.day) < k.until_day
UNION ALL
SELECT w.division, '', 'withdrawn', w.record, w.subject, NULL, w.day, 1, NULL, NULL, 0, w.text
  FROM asked k CROSS JOIN gone w
 WHERE w.day >= k.from_day AND w.day < k.until_day
UNION ALL
SELECT t.division, '', 'not_listed', t.record, t.subject, NULL, t.day, 1, NULL, NULL, 0, coalesce(t.reason, '')
  FROM asked k CROSS JOIN determined t
 WHERE t.decision = 'not_listed' AND t.day >= k.from_day AND t.day < k.until_day;

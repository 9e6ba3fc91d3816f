-- B: is the procedure kept (规范性).

INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('B-01', '公示合规率', 'sessions with notice in time',
        '有有效公示且按规定天数（三日前）提前张贴的协商会 ÷ 协商会次数',
        'sessions with a notice in force that was posted in time, of all sessions',
        'flow', 'claimed', 0, 'notice_min_days notice_count', '协商会', 'session', '召开日期', 'held on',
        '公示提前天数', 'days of notice');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('B-01', '', '', 'rate', '%', 100, 1, 'higher', 1, 0, '', '');
CREATE TEMP VIEW "B-01" AS
SELECT m.division, '' AS series, '' AS part, m.record, m.subject, NULL AS item, m.day,
       coalesce(m.first_day <= m.due_day, 0) AS n, 1 AS d, m.day - m.first_day AS value, 0 AS open,
       '' AS fact
  FROM met_notice m;

-- Why: a notice that leaves time and place as they were goes on with the count of the one that it supersedes,
-- and is proven with that one (posting_count).
INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('B-02', '公示可证率', 'sessions with notice proven to be in time',
        '公示在规定天数之前已由上级节点回执证明的协商会 ÷ 协商会次数',
        'sessions whose notice the units above are proven to have held in time, of all sessions',
        'flow', 'proven', 0, 'notice_min_days notice_count', '协商会', 'session', '召开日期', 'held on',
        '可证提前天数', 'proven days of notice');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('B-02', '', '', 'rate', '%', 100, 1, 'higher', 1, 0, '', '');
CREATE TEMP VIEW "B-02" AS
SELECT m.division, '' AS series, '' AS part, m.record, m.subject, NULL AS item, m.day,
       coalesce(m.proven_day <= m.due_day, 0) AS n, 1 AS d, m.day - m.proven_day AS value, 0 AS open,
       '' AS fact
  FROM met_notice m;

-- Sessions without a notice have no days; they are in B-01.
INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('B-03', '公示提前天数中位数', 'median days of notice',
        '协商会召开日期减公示张贴日期的中位数', 'median of the days from posting to session',
        'flow', 'claimed', 0, '', '有公示的协商会', 'session with a notice', '召开日期', 'held on',
        '公示提前天数', 'days of notice');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('B-03', '', '', 'median', '天', 1, 1, 'higher', 1, 0, '', '');
CREATE TEMP VIEW "B-03" AS
SELECT m.division, '' AS series, '' AS part, m.record, m.subject, NULL AS item, m.day,
       NULL AS n, NULL AS d, m.day - m.posted_day AS value, 0 AS open, '' AS fact
  FROM met_notice m WHERE m.notice IS NOT NULL;

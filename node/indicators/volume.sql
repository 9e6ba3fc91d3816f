-- A: how much is deliberated (活跃度). How a view is written: README.md.

INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('A-01', '议题提议数', 'topics proposed',
        '统计期内提出的议题提议件数',
        'proposals made in the period',
        'flow', 'claimed', 0, '', '议题提议', 'proposal', '提议日期', 'proposed on',
        '', '');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('A-01', '', '', 'count', '件', 1, 0, 'none', 1, 0, '', '');
CREATE TEMP VIEW "A-01" AS
SELECT p.division, '' AS series, '' AS part, t.rec AS record, e.subject, NULL AS item,
       coalesce(t.proposed_on, e.day) AS day, 1 AS n, NULL AS d, NULL AS value, 0 AS open, '' AS fact
  FROM asked k CROSS JOIN place_log p CROSS JOIN topic_proposal t ON t.rec BETWEEN p.first AND p.last
  CROSS JOIN deed e ON e.record = t.rec
 WHERE coalesce(t.proposed_on, e.day) >= k.from_day AND coalesce(t.proposed_on, e.day) < k.until_day;

INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('A-02', '议题确定数', 'topics listed',
        '统计期内两委联席会议确定列入协商的议题件数',
        'topics that the two committees listed in the period',
        'flow', 'claimed', 0, '', '列入的议题', 'topic listed', '联席会议日期', 'met on',
        '', '');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('A-02', '', '', 'count', '件', 1, 0, 'none', 1, 0, '', '');
CREATE TEMP VIEW "A-02" AS
SELECT t.division, '' AS series, '' AS part, t.record, t.subject, NULL AS item, t.day,
       1 AS n, NULL AS d, NULL AS value, 0 AS open, '' AS fact
  FROM asked k CROSS JOIN determined t
 WHERE t.decision = 'listed' AND t.day >= k.from_day AND t.day < k.until_day;

-- Merged and deferred topics are in neither: they are decided elsewhere, or later.
INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('A-03', '议题列入率', 'share of topics listed',
        '列入的议题 ÷（列入的议题＋不列入的议题）',
        'listed, of those listed or not listed',
        'flow', 'claimed', 0, '', '列入或不列入的议题', 'topic listed or not listed', '联席会议日期', 'met on',
        '', '');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('A-03', '', '', 'rate', '%', 100, 1, 'none', 1, 0, '', '');
CREATE TEMP VIEW "A-03" AS
SELECT t.division, '' AS series, '' AS part, t.record, t.subject, NULL AS item, t.day,
       t.decision = 'listed' AS n, 1 AS d, NULL AS value, 0 AS open, '' AS fact
  FROM asked k CROSS JOIN determined t
 WHERE t.decision IN ('listed', 'not_listed') AND t.day >= k.from_day AND t.day < k.until_day;

INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('A-04', '协商会次数', 'sessions',
        '统计期内召开的协商会次数',
        'sessions held in the period',
        'flow', 'claimed', 0, '', '协商会', 'session', '召开日期', 'held on',
        '', '');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('A-04', '', '', 'count', '次', 1, 0, 'higher', 1, 0, '', '');
CREATE TEMP VIEW "A-04" AS
SELECT m.division, '' AS series, '' AS part, m.record, m.subject, NULL AS item, m.day,
       1 AS n, NULL AS d, NULL AS value, 0 AS open, '' AS fact
  FROM met m;

-- A matter is counted once, for the community whose it is; a session that another one recorded of it is in
-- A-04 alone.
INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('A-05', '协商事项数', 'matters deliberated',
        '统计期内至少召开一次协商会的事项数',
        'matters with at least one session in the period',
        'flow', 'claimed', 0, '', '事项', 'matter', '首次召开日期', 'first held on',
        '', '');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('A-05', '', '', 'count', '件', 1, 0, 'higher', 1, 0, '', '');
CREATE TEMP VIEW "A-05" AS
SELECT m.division, '' AS series, '' AS part, NULL AS record, m.subject, NULL AS item, min(m.day) AS day,
       1 AS n, NULL AS d, NULL AS value, 0 AS open, '' AS fact
  FROM met m WHERE substr(m.subject, 1, 12) = m.division GROUP BY m.subject;

INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('A-06', '件均协商次数', 'sessions a matter',
        '协商会次数 ÷ 协商事项数',
        'sessions, by matters with a session',
        'flow', 'claimed', 0, '', '事项', 'matter', '首次召开日期', 'first held on',
        '', '');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('A-06', '', '', 'mean', '次/件', 1, 2, 'none', 0, 0, '', '');
CREATE TEMP VIEW "A-06" AS
SELECT m.division, '' AS series, '' AS part, NULL AS record, m.subject, NULL AS item, min(m.day) AS day,
       count(*) AS n, 1 AS d, NULL AS value, 0 AS open, '' AS fact
  FROM met m WHERE substr(m.subject, 1, 12) = m.division GROUP BY m.subject;

INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('A-07', '参与人次', 'participations',
        '各次协商会到会人数之和',
        'persons present, summed over sessions',
        'flow', 'claimed', 0, '', '协商会', 'session', '召开日期', 'held on',
        '', '');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('A-07', '', '', 'count', '人次', 1, 0, 'higher', 0, 0, '', '');
CREATE TEMP VIEW "A-07" AS
SELECT m.division, '' AS series, '' AS part, m.record, m.subject, NULL AS item, m.day,
       m.present AS n, NULL AS d, NULL AS value, 0 AS open, '' AS fact
  FROM met m;

INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('A-08', '居民参与人次占比', 'share of residents',
        '居民、居民代表、居民小组到会人次 ÷ 参与人次',
        'residents, their representatives and groups, of all present',
        'flow', 'claimed', 0, '', '协商会', 'session', '召开日期', 'held on',
        '', '');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('A-08', '', '', 'rate', '%', 100, 1, 'higher', 0, 0, '', '');
CREATE TEMP VIEW "A-08" AS
SELECT m.division, '' AS series, '' AS part, m.record, m.subject, NULL AS item, m.day,
       m.residents AS n, m.present AS d, NULL AS value, 0 AS open, '' AS fact
  FROM met m;

-- Why: a community without a profile would add participations and no residents, so its sessions are left
-- out and it is told beside, as open. The profile is the newest one of a year not after that of the
-- period's end.
INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('A-09', '千人参与人次', 'participations per thousand',
        '1000 × 参与人次 ÷ 成年居民人数（最近一次社区基本情况）',
        '1000 times participations, by adult residents of the latest profile',
        'flow', 'claimed', 0, '', '协商会、社区基本情况', 'session, or profile', '召开日期、填报日期', 'held on, or stated on',
        '', '');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('A-09', '', '', 'mean', '人次/千人', 1000, 1, 'higher', 0, 0, '', '');
CREATE TEMP VIEW "A-09" AS
WITH profile(division, record, day, adults) AS MATERIALIZED
     (SELECT p.division, c.rec, e.day, c.residents_adult
        FROM asked k CROSS JOIN year y ON k.at_day BETWEEN y.from_day AND y.to_day
        CROSS JOIN place_log p CROSS JOIN community_profile c ON c.rec BETWEEN p.first AND p.last
        CROSS JOIN deed e ON e.record = c.rec
       WHERE c.year <= y.year AND c.residents_adult > 0
         AND NOT EXISTS
             (SELECT NULL FROM place_log q CROSS JOIN community_profile o ON o.rec BETWEEN q.first AND q.last
                CROSS JOIN deed f ON f.record = o.rec
               WHERE q.division = p.division AND o.year <= y.year AND o.residents_adult > 0
                 AND (o.year, f.day, f.id) > (c.year, e.day, e.id)))
SELECT m.division, '' AS series, '' AS part, m.record, m.subject, NULL AS item, m.day,
       m.present AS n, NULL AS d, NULL AS value, 0 AS open, '' AS fact
  FROM met m WHERE m.division IN (SELECT division FROM profile)
UNION ALL
SELECT f.division, '', '', f.record, '-', NULL, f.day, NULL, f.adults, NULL, 0, ''
  FROM profile f
UNION ALL
SELECT p.division, '', '', NULL, '-', NULL, NULL, NULL, NULL, NULL, 1, ''
  FROM place p WHERE p.level = 'community' AND p.division NOT IN (SELECT division FROM profile);

-- All communities that were there in the period: certified or heard of before its end, and not merged into
-- others before its begin.
INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('A-10', '社区覆盖率', 'communities that deliberate',
        '至少召开一次协商会的社区 ÷ 社区总数',
        'communities with at least one session, of all',
        'flow', 'claimed', 0, '', '社区', 'community', '首次召开日期', 'first held on',
        '', '');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('A-10', '', '', 'rate', '%', 100, 1, 'higher', 1, 0, '', '');
CREATE TEMP VIEW "A-10" AS
SELECT p.division, '' AS series, '' AS part, NULL AS record, '-' AS subject, NULL AS item, s.day,
       s.day IS NOT NULL AS n, 1 AS d, NULL AS value, 0 AS open, '' AS fact
  FROM asked k CROSS JOIN place p LEFT JOIN (SELECT division, min(day) AS day FROM met GROUP BY division) s
       ON s.division = p.division
 WHERE p.level = 'community' AND p.since_day < k.until_day
   AND (p.until_day IS NULL OR p.until_day > k.from_day);

INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('A-11', '事项类别分布', 'matters by category',
        '统计期内确定列入的议题，按类别、性质、层面、形式分别计数',
        'topics listed in the period, counted by category, nature, level and form',
        'flow', 'claimed', 0, '', '列入的议题', 'topic listed', '联席会议日期', 'met on',
        '', '');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('A-11', 'category', 'category', 'share', '%', 100, 1, 'none', 1, 2, '事项类别分布', 'by category'),
       ('A-11', 'nature', 'nature', 'share', '%', 100, 1, 'none', 1, 2, '事项性质分布', 'by nature'),
       ('A-11', 'level', 'level', 'share', '%', 100, 1, 'none', 1, 2, '协商层面分布', 'by level'),
       ('A-11', 'form', 'form', 'share', '%', 100, 1, 'none', 1, 2, '协商形式分布', 'by form');
CREATE TEMP VIEW "A-11" AS
SELECT t.division, c.series, coalesce(CASE c.series WHEN 'category' THEN t.category WHEN 'nature' THEN t.nature
                                                   WHEN 'level' THEN t.level ELSE t.form END, 'not_given') AS part,
       t.record, t.subject, NULL AS item, t.day, 1 AS n, NULL AS d, NULL AS value, 0 AS open, '' AS fact
  FROM asked k CROSS JOIN determined t
  CROSS JOIN (SELECT 'category' AS series UNION ALL SELECT 'nature' UNION ALL SELECT 'level'
              UNION ALL SELECT 'form') c
 WHERE t.decision = 'listed' AND t.day >= k.from_day AND t.day < k.until_day;

INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('A-12', '提议来源分布', 'proposals by source',
        '统计期内的议题提议，按提议主体、渠道分别计数',
        'proposals made in the period, counted by who proposed and by channel',
        'flow', 'claimed', 0, '', '议题提议', 'proposal', '提议日期', 'proposed on',
        '', '');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('A-12', 'proposer', 'proposer', 'share', '%', 100, 1, 'none', 1, 2, '提议主体分布', 'by who proposed'),
       ('A-12', 'channel', 'channel', 'share', '%', 100, 1, 'none', 1, 2, '提议渠道分布', 'by channel');
CREATE TEMP VIEW "A-12" AS
SELECT p.division, c.series,
       coalesce(iif(c.series = 'proposer', t.proposer_kind, t.channel), 'not_given') AS part, t.rec AS record,
       e.subject, NULL AS item, coalesce(t.proposed_on, e.day) AS day, 1 AS n, NULL AS d, NULL AS value,
       0 AS open, '' AS fact
  FROM asked k CROSS JOIN place_log p CROSS JOIN topic_proposal t ON t.rec BETWEEN p.first AND p.last
  CROSS JOIN deed e ON e.record = t.rec
  CROSS JOIN (SELECT 'proposer' AS series UNION ALL SELECT 'channel') c
 WHERE coalesce(t.proposed_on, e.day) >= k.from_day AND coalesce(t.proposed_on, e.day) < k.until_day;

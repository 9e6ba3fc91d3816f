-- A: how much is deliberated (活跃度). How a view is written: README.md.

INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('A-01', '议题提议数', 'topics proposed',
        '统计期内提出的议题提议件数', 'proposals made in the period',
        'flow', 'claimed', 0, '', '议题提议', 'proposal', '提议日期', 'proposed on', '', '');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('A-01', '', '', 'count', '件', 1, 0, 'none', 1, 0, '', '');
CREATE TEMP VIEW "A-01" AS
SELECT p.division, '' AS series, '' AS part, t.rec AS record, e.subject, NULL AS item, coalesce(t.proposed_on, e.day) AS day,
       1 AS n, NULL AS d, NULL AS value, 0 AS open, '' AS fact
  FROM asked k CROSS JOIN place_log p CROSS JOIN topic_proposal t ON t.rec BETWEEN p.first AND p.last
  CROSS JOIN deed e ON e.record = t.rec
 WHERE coalesce(t.proposed_on, e.day) >= k.from_day AND coalesce(t.proposed_on, e.day) < k.until_day;

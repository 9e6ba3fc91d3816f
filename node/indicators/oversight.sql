-- G: oversight and audit (监督、审计). What a node is responsible for (R-S-1, R-S-2, R-S-3, R-S-5) depends on what it was
-- told and holds: that stands in G-05 and G-07 to G-09, in the annex of a report, and in none of the others.

-- Rules whose findings count: not those about what a node was told, nor about reports like this one.
CREATE TEMP VIEW counted_rule AS
SELECT u.view FROM rule u WHERE u.who <> 'node' AND u.id <> 'R-S-6';

-- Findings of the rules against the places asked about, by who must act, and until when they are some.
CREATE TEMP VIEW found AS
SELECT p.division, p.level, u.id AS rule, f.severity,
       iif(u.who = 'author', CASE p.level WHEN 'community' THEN 'rc' WHEN 'street' THEN 'st' ELSE 'da' END, u.who)
       AS who,
       f.subject, f.record, f.since_day, f.until_day
  FROM place p CROSS JOIN finding f ON f.division = p.division CROSS JOIN rule u ON u.view = f.rule
 WHERE u.view IN (SELECT c.view FROM counted_rule c);

INSERT INTO part_name (word, zh, en)
VALUES ('E', '应拒绝发布', 'to be refused'), ('F', '不合规', 'flagged'), ('I', '提示', 'information'),
       ('rc', '居民委员会', 'residents'' committee'), ('po', '社区党组织', 'party organisation'),
       ('rc po', '居民委员会、社区党组织', 'residents'' committee, party organisation'),
       ('st', '街道办事处', 'street office'), ('st gd', '街道办事处、政府部门', 'street office, departments'),
       ('gd st', '政府部门、街道办事处', 'departments, street office'),
       ('st da', '街道办事处、区级主管', 'street office, district'),
       ('da', '区级主管', 'district'),
       ('rc st', '居民委员会、街道办事处', 'residents'' committee, street office'),
       ('rc st gd', '居民委员会、街道办事处、政府部门', 'residents'' committee, street office, departments');

INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('G-01', '不合规数', 'open findings',
        '期末仍未消除的规则发现数，按规则、按严重程度、按责任主体；计入应当作为的单位，不计入由节点负责的',
        'findings of the rules that are open at the period''s end, by rule, by severity, by responsible body; they count '
        || 'for the unit that must act; what nodes are responsible for is not among them',
        'stock', 'claimed', 0, '', '规则发现', 'finding', '发现日期', 'found on', '已存在天数', 'days since');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('G-01', '', '', 'count', '条', 1, 0, 'lower', 1, 1, '', ''),
       ('G-01', 'severity', 'severity', 'count', '条', 1, 0, 'lower', 0, 2, '不合规数(按严重程度)', 'by severity'),
       ('G-01', 'body', 'body', 'count', '条', 1, 0, 'lower', 0, 2, '不合规数(按责任主体)', 'by responsible body');
CREATE TEMP VIEW "G-01" AS
WITH several AS MATERIALIZED
     (SELECT f.division, f.severity, f.who, count(*) AS n
        FROM asked k CROSS JOIN found f
       WHERE f.since_day <= k.at_day AND (f.until_day IS NULL OR f.until_day > k.at_day)
       GROUP BY f.division, f.severity, f.who)
SELECT f.division, '' AS series, f.rule AS part, f.record, f.subject, NULL AS item, f.since_day AS day, 1 AS n,
       NULL AS d, k.at_day - f.since_day AS value, 0 AS open, f.severity || ' ' || f.who AS fact
  FROM asked k CROSS JOIN found f
 WHERE f.since_day <= k.at_day AND (f.until_day IS NULL OR f.until_day > k.at_day)
UNION ALL
SELECT s.division, 'severity', s.severity, NULL, '-' AS subject, NULL, NULL, s.n, NULL, NULL, 0, '' FROM several s
UNION ALL
SELECT s.division, 'body', s.who, NULL, '-' AS subject, NULL, NULL, s.n, NULL, NULL, 0, '' FROM several s;

-- Why: a row is a matter, with its findings and whether there was a session: so the list behind the figure shows both.
-- Findings about no matter stand in one row of each unit.
INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('G-02', '百件不合规率', 'findings per hundred matters',
        '100 × 统计期内出现的 F 级发现数 / 统计期内开过协商会的事项数(A-05)',
        '100 x findings of severity F that arose in the period / matters with a session in it (A-05)',
        'flow', 'claimed', 0, '', '事项', 'matter', '首次发现或者协商日期',
        'first found or met on', '', '');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('G-02', '', '', 'mean', '条', 100, 1, 'lower', 0, 0, '', '');
CREATE TEMP VIEW "G-02" AS
SELECT q.division, '' AS series, '' AS part, NULL AS record, q.subject, NULL AS item, min(q.day) AS day,
       sum(q.findings) AS n, max(q.met) AS d, NULL AS value, 0 AS open, '' AS fact
  FROM (SELECT f.division, f.subject, min(f.since_day) AS day, count(*) AS findings, 0 AS met
          FROM asked k CROSS JOIN place p CROSS JOIN finding f ON f.division = p.division
         WHERE f.severity = 'F' AND f.since_day BETWEEN k.from_day AND k.at_day
           AND f.rule IN (SELECT u.view FROM counted_rule u)
         GROUP BY f.division, f.subject
        UNION ALL
        SELECT m.division, m.subject, m.day, 0, 1 FROM met m WHERE substr(m.subject, 1, 12) = m.division) q
 GROUP BY q.division, q.subject;

-- Why: what oversight itself has raised (audit_finding), by the day that it set. It is closed by whoever raised it.
INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('G-03', '发现整改率', 'audit findings closed in time',
        '整改期限落在统计期内的监督审计发现中，期限内销号的 / 全部',
        'of the audit findings due in the period, those closed by their day / all',
        'cohort', 'claimed', 0, '', '监督审计发现', 'audit finding', '整改期限', 'due on', '', '');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('G-03', '', '', 'rate', '%', 100, 1, 'higher', 1, 0, '', '');
CREATE TEMP VIEW "G-03" AS
SELECT coalesce(nullif(a.division, ''), nullif(substr(coalesce(a.matter, nullif(e.subject, '-')), 1, 12), ''),
                e.origin_division) AS division,
       '' AS series, '' AS part, a.rec AS record, e.subject, NULL AS item, a.due AS day,
       EXISTS (SELECT c.rec FROM ref f CROSS JOIN finding_close c ON c.rec = f.rec CROSS JOIN deed z ON z.record = c.rec
                WHERE f.target = e.id AND coalesce(c.closed_on, z.day) <= a.due
                  AND (SELECT g.division FROM log g WHERE g.no = z.log) = e.origin_division) AS n,
       1 AS d, NULL AS value, 0 AS open, a.rule_id AS fact
  FROM asked k CROSS JOIN audit_finding a CROSS JOIN
       (SELECT y.record, y.id, y.subject, (SELECT g.division FROM log g WHERE g.no = y.log) AS origin_division
          FROM deed y) e ON e.record = a.rec
 WHERE a.due BETWEEN k.from_day AND k.at_day;

INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('G-04', '逾期义务清单', 'duties past their day',
        '期末已过期限仍未履行的义务，按逾期天数；计入应当作为的单位',
        'duties that are past their day and not done at the period''s end, by days overdue; they count for the unit that '
        || 'must act',
        'stock', 'claimed', 0, '', '义务', 'duty', '期限', 'due on', '逾期天数', 'days overdue');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('G-04', '', '', 'count', '项', 1, 0, 'lower', 1, 1, '', ''),
       ('G-04', 'median', '', 'median', '天', 1, 1, 'lower', 1, 0, '逾期天数中位数', 'days overdue, median'),
       ('G-04', 'longest', '', 'max', '天', 1, 0, 'lower', 1, 0, '最长逾期天数', 'days overdue, most');
CREATE TEMP VIEW "G-04" AS
SELECT d.division, '' AS series, u.id AS part, d.record, d.subject, NULL AS item, d.due_day AS day, 1 AS n, NULL AS d,
       k.at_day - d.due_day AS value, 0 AS open, '' AS fact
  FROM asked k CROSS JOIN duty d CROSS JOIN rule u ON u.view = d.rule
 WHERE u.who <> 'node' AND d.due_day < k.at_day AND (d.met_day IS NULL OR d.met_day > k.at_day);

-- Why: every record that is held, whenever it was signed: this says what the node has checked, and none may fail.
INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('G-05', '验签通过率', 'records whose signatures verify',
        '本节点已核验的全部记录中，全部签名有效的 / 已核验的；应为 100%，不通过的逐条列出',
        'of all records that this node has checked, those all of whose signatures verify / all; must be 100 %, and each '
        || 'that fails is listed',
        'stock', 'claimed', 1, '', '日志；签名不通过的记录', 'log; record that fails', '签署日期', 'signed on', '', '');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('G-05', '', '', 'rate', '%', 100, 3, 'higher', 0, 0, '', ''),
       ('G-05', 'failed', 'failed', 'count', '条', 1, 0, 'lower', 1, 0, '签名不通过的记录数', 'records that fail');
CREATE TEMP VIEW "G-05" AS
SELECT p.division, '' AS series, '' AS part, NULL AS record, '-' AS subject, NULL AS item, NULL AS day,
       sum(r.verdict = 'ok') AS n, sum(r.verdict IN ('ok', 'bad', 'unknown_key')) AS d, NULL AS value, 0 AS open, '' AS fact
  FROM place_log p CROSS JOIN record r ON r.no BETWEEN p.first AND p.last GROUP BY p.division
UNION ALL
SELECT p.division, 'failed', '', r.no, r.subject, NULL, (r.signed_s + 28800) / 86400, 1, NULL, NULL, 0,
       r.verdict
  FROM place_log p CROSS JOIN record r ON r.log = p.log AND r.verdict IN ('bad', 'unknown_key');

-- Corrections and withdrawals in force that were signed in the period, and whether they touch a count or a result:
-- a correction with a new value that is no words for people (as R-C-2 has it); a withdrawal of a record that holds any.
-- What is left of a correction that was corrected itself is the last one (record.stated_by).
CREATE TEMP VIEW changed AS
SELECT p.division, e.record, e.subject, e.signed_day AS day, e.kind,
       CASE e.kind WHEN 'correction' THEN
            EXISTS (SELECT h.rec FROM correction_changes h
                     WHERE h.rec = (SELECT coalesce(r.stated_by, r.no) FROM record r WHERE r.no = e.record)
                       AND coalesce(h.new_value, '') NOT GLOB '*[^0-9a-z_".:TZ+-]*')
       ELSE EXISTS (SELECT f.rec FROM ref f CROSS JOIN record t ON t.id = f.target
                     WHERE f.rec = e.record AND f.rel = 'withdraws' AND t.kind IN
                           ('community_profile', 'topic_collection', 'topic_determination', 'participation_registration',
                            'meeting_session', 'consensus', 'residents_meeting_decision', 'implementation_progress',
                            'implementation_completion', 'street_opinion', 'street_response', 'department_response',
                            'commission_result', 'correction_compliance', 'evaluation_result', 'residents_review',
                            'objection_reply', 'finding_close')) END AS figures
  FROM asked k CROSS JOIN
       (SELECT DISTINCT rec FROM ref WHERE rel IN ('supersedes', 'withdraws', 'redacts'/* same */)) x
  CROSS JOIN place_log p ON p.log = x.rec >> 32 CROSS JOIN deed e ON e.record = x.rec
 WHERE e.kind IN ('correction', 'withdrawal') AND e.signed_day >= k.from_day AND e.signed_day < k.until_day;

-- Why: of records that bodies sign (6 is one of rc to da), by the day of signing, since that is when somebody wrote.
INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('G-06', '更正撤回率', 'records corrected or withdrawn',
        '统计期内签署的更正和撤回 / 统计期内各主体签署的全部记录；涉及数字或者结果的另列件数',
        'corrections and withdrawals signed in the period / all records that bodies signed in it; those that touch a count '
        || 'or a result stand apart',
        'flow', 'claimed', 0, '', '更正、撤回；日志', 'correction, withdrawal; log', '签署日期', 'signed on', '', '');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('G-06', '', '', 'rate', '%', 100, 1, 'lower', 0, 0, '', ''),
       ('G-06', 'figures', 'figures', 'count', '件', 1, 0, 'lower', 1, 0, '涉及数字或者结果的更正撤回',
        'corrections and withdrawals of a count or a result');
CREATE TEMP VIEW "G-06" AS
SELECT c.division, '' AS series, '' AS part, c.record, c.subject, NULL AS item, c.day, 1 AS n, 0 AS d, NULL AS value,
       0 AS open, c.kind AS fact
  FROM changed c
UNION ALL
SELECT p.division, '', '', NULL, '-' AS subject, NULL, NULL, 0, count(*), NULL, 0, ''
  FROM asked k CROSS JOIN place_log p CROSS JOIN record r ON r.no BETWEEN p.first AND p.last
 WHERE +r.verdict = 'ok' AND (r.signers & 63) <> 0
   AND (r.signed_s + 28800) / 86400 >= k.from_day AND (r.signed_s + 28800) / 86400 < k.until_day
 GROUP BY p.division
UNION ALL
SELECT c.division, 'figures', '', c.record, c.subject, NULL, c.day, 1, NULL, NULL, 0, c.kind
  FROM changed c WHERE c.figures;

-- Why: of communities whose log is here; of others this node cannot say.
INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('G-07', '日志一致性', 'consistent logs',
        '本节点持有日志的社区中，检查点构成唯一历史、没有分叉证明或者分叉通知的 / 全部',
        'of the communities whose log this node holds, those whose signed heads form one history, without a proof or a '
        || 'notice of a fork / all',
        'stock', 'claimed', 1, '', '社区', 'community', '不按日期', 'no day', '', '');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('G-07', '', '', 'rate', '%', 100, 1, 'higher', 1, 0, '', '');
CREATE TEMP VIEW "G-07" AS
SELECT p.division, '' AS series, '' AS part, NULL AS record, '-' AS subject, NULL AS item, NULL AS day,
       NOT EXISTS (SELECT l.log FROM place_log l CROSS JOIN node_log s ON s.log = l.log
                    WHERE l.division = p.division AND s.state = 'forked')
       AND NOT EXISTS (SELECT f.rec FROM fork_notice f CROSS JOIN log l ON l.origin = f.log
                        WHERE l.division = p.division) AS n,
       1 AS d, NULL AS value, 0 AS open, '' AS fact
  FROM place p
 WHERE p.level = 'community' AND EXISTS (SELECT l.log FROM place_log l WHERE l.division = p.division);

-- Why: of each unit's newest log. One that has no signed head which anybody cosigned stands beside these, as open.
INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('G-08', '同步新鲜度', 'hours since the last witnessed head',
        '各单位最新日志距最近一次经见证的检查点的小时数：中位数、最大值、超过新鲜小时数的、超过静默天数的',
        'of each unit''s newest log the hours since its last witnessed head: median, most, how many beyond fresh_hours and '
        || 'beyond silent_days',
        'stock', 'claimed', 1, 'fresh_hours silent_days', '单位', 'unit', '不按日期', 'no day', '小时数', 'hours');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('G-08', '', '', 'median', '小时', 1, 1, 'lower', 1, 0, '', ''),
       ('G-08', 'longest', '', 'max', '小时', 1, 0, 'lower', 1, 0, '最长未见证小时数', 'hours, most'),
       ('G-08', 'stale', 'stale', 'count', '个', 1, 0, 'lower', 1, 0, '超过新鲜小时数的单位', 'units beyond fresh_hours'),
       ('G-08', 'silent', 'silent', 'count', '个', 1, 0, 'lower', 1, 0, '超过静默天数的单位', 'units beyond silent_days');
CREATE TEMP VIEW witnessed AS
SELECT p.division, max(0, (k.as_of_s - s.seen_s) / 3600) AS hours, k.as_of_day
  FROM asked k CROSS JOIN place p CROSS JOIN node_log s ON s.log =
       (SELECT l.no FROM log l WHERE l.division = p.division ORDER BY l.incarnation DESC LIMIT 1);
CREATE TEMP VIEW "G-08" AS
SELECT w.division, s.series, '' AS part, NULL AS record, '-' AS subject, NULL AS item, NULL AS day, 1 AS n, NULL AS d,
       w.hours AS value, w.hours IS NULL AS open, '' AS fact
  FROM witnessed w CROSS JOIN (SELECT '' AS series UNION ALL SELECT 'stale' UNION ALL SELECT 'silent') s
 WHERE CASE s.series WHEN 'stale' THEN w.hours > param('fresh_hours', w.division, w.as_of_day)
                     WHEN 'silent' THEN w.hours > 24 * param('silent_days', w.division, w.as_of_day) ELSE TRUE END;

-- Why: a content is checked against its hash when it comes, so what is here (node_attachment) has been checked. What was
-- erased by a redaction is not missed.
INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('G-09', '附件齐备率', 'attachments that are here',
        '有效记录引用的、应当随记录传送的附件中，本节点已收到并核对摘要的 / 全部',
        'of the attachments of records in force that should travel with them, those that this node holds and has checked '
        || 'against their hash / all',
        'stock', 'claimed', 1, '', '附件', 'attachment', '签署日期', 'signed on', '', '');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('G-09', '', '', 'rate', '%', 100, 1, 'higher', 1, 0, '', '');
CREATE TEMP VIEW "G-09" AS
WITH gone AS MATERIALIZED
     (SELECT t.no AS record, x.attachment AS hash
        FROM redaction x CROSS JOIN deed e ON e.record = x.rec CROSS JOIN ref f ON f.rec = x.rec AND f.rel = 'redacts'
        CROSS JOIN record t ON t.id = f.target
       WHERE x.attachment IS NOT NULL)
SELECT p.division, '' AS series, '' AS part, a.rec AS record, r.subject, a.nth AS item,
       (r.signed_s + 28800) / 86400 AS day,
       EXISTS (SELECT b.hash FROM node_attachment b WHERE a.alg = 'sha256' AND b.hash = a.hash) AS n, 1 AS d,
       NULL AS value, 0 AS open, '' AS fact
  FROM place_log p CROSS JOIN attachment a ON a.rec BETWEEN p.first AND p.last CROSS JOIN record r ON r.no = a.rec
 WHERE a.scope = 'replicated' AND r.verdict = 'ok' AND r.standing = 'in_force'
   AND NOT EXISTS (SELECT g.hash FROM gone g WHERE g.record = a.rec AND g.hash = a.hash);

INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('G-10', '归档率', 'matters archived',
        '统计期首日的上一年办结的事项中，截至统计日已归档移交的 / 全部',
        'of the matters closed in the year before the period''s first day, those archived by the day of asking / all',
        'cohort', 'claimed', 0, '', '办结', 'closing of a matter', '办结日期', 'closed on', '', '');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('G-10', '', '', 'rate', '%', 100, 1, 'higher', 1, 0, '', '');
CREATE TEMP VIEW "G-10" AS
SELECT o.place AS division, '' AS series, '' AS part, o.record, o.subject, NULL AS item, o.anchor_day AS day,
       coalesce(o.met_day <= k.as_of_day, 0) AS n, 1 AS d, NULL AS value, 0 AS open, '' AS fact
  FROM asked k CROSS JOIN year t ON k.from_day BETWEEN t.from_day AND t.to_day
  CROSS JOIN year y ON y.year = t.year - 1 CROSS JOIN owed o
 WHERE o.rule = 'R-13-4' AND o.anchor_day BETWEEN y.from_day AND y.to_day;

INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('G-11', '居民会议监督评议完成率', 'communities with a residents'' review',
        '统计期内居民会议开展过监督评议的社区 / 全部社区',
        'communities with a review by the residents'' meeting held in the period / communities',
        'flow', 'claimed', 0, '', '社区', 'community', '首次评议日期', 'first held on', '', '');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('G-11', '', '', 'rate', '%', 100, 1, 'higher', 1, 0, '', '');
CREATE TEMP VIEW "G-11" AS
SELECT p.division, '' AS series, '' AS part, v.record, '-' AS subject, NULL AS item, v.day, v.record IS NOT NULL AS n,
       1 AS d, NULL AS value, 0 AS open, '' AS fact
  FROM asked k CROSS JOIN place p LEFT JOIN
       (SELECT l.division, v.rec AS record, min(coalesce(v.held_on, e.day)) AS day
          FROM asked q CROSS JOIN place_log l CROSS JOIN residents_review v ON v.rec BETWEEN l.first AND l.last
          CROSS JOIN deed e ON e.record = v.rec
         WHERE coalesce(v.held_on, e.day) >= q.from_day AND coalesce(v.held_on, e.day) < q.until_day
         GROUP BY l.division) v ON v.division = p.division
 WHERE p.level = 'community' AND coalesce(p.since_day, k.from_day) < k.until_day
   AND (p.until_day IS NULL OR p.until_day > k.from_day);

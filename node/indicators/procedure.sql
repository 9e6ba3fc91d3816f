-- B: is the procedure kept (规范性).

-- Records that R-G-07 finds entered too late.
CREATE TEMP TABLE late (record INTEGER PRIMARY KEY) STRICT;
CREATE TEMP VIEW "keep late" AS
SELECT f.record FROM place p CROSS JOIN finding f ON f.unit = p.division AND f.rule = 'R-G-07';

-- A notice that leaves time and place as they were goes on with the count of the one that it supersedes
-- (posting_count).
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
       coalesce(m.first_day <= m.due_day, 0) AS n, 1 AS d, m.day - m.first_day AS value, 0 AS open, '' AS fact
  FROM met_notice m;

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
       coalesce(m.proven_day <= m.due_day, 0) AS n, 1 AS d, m.day - m.proven_day AS value, 0 AS open, '' AS fact
  FROM met_notice m;

-- Sessions without a notice have no days; they are in B-01.
INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('B-03', '公示提前天数中位数', 'median days of notice',
        '协商会召开日期减公示张贴日期的中位数',
        'median of the days from posting to session',
        'flow', 'claimed', 0, '', '有公示的协商会', 'session with a notice', '召开日期', 'held on',
        '公示提前天数', 'days of notice');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('B-03', '', '', 'median', '天', 1, 1, 'higher', 1, 0, '', '');
CREATE TEMP VIEW "B-03" AS
SELECT m.division, '' AS series, '' AS part, m.record, m.subject, NULL AS item, m.day,
       NULL AS n, NULL AS d, m.day - m.posted_day AS value, 0 AS open, '' AS fact
  FROM met_notice m WHERE m.notice IS NOT NULL;

-- Whether it was asked before is R-09-3's to say.
INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('B-04', '征求街道意见率', 'public-service topics with opinion asked',
        '确定前已征求街道意见的公共服务议题 ÷ 列入的公共服务议题',
        'public-service topics listed after the street was asked, of all that were listed',
        'flow', 'claimed', 0, '', '列入的公共服务议题', 'public-service topic listed', '联席会议日期', 'met on',
        '', '');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('B-04', '', '', 'rate', '%', 100, 1, 'higher', 1, 0, '', '');
CREATE TEMP VIEW "B-04" AS
SELECT t.division, '' AS series, '' AS part, t.record, t.subject, NULL AS item, t.day,
       NOT EXISTS (SELECT NULL FROM finding f WHERE f.record = t.record AND f.rule = 'R-09-3') AS n, 1 AS d, NULL AS value, 0 AS open, '' AS fact
  FROM asked k CROSS JOIN determined t
 WHERE t.decision = 'listed' AND t.nature = 'public_service' AND t.day >= k.from_day AND t.day < k.until_day;

-- Of those asked in the period, up to the day of asking, with the answers up to then, as R-09-6 counts them.
INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('B-05', '街道意见答复时长中位数', 'median days to the street''s opinion',
        '街道答复日期减征求意见日期的中位数；未答复的另列',
        'median of the days from request to opinion; unanswered ones beside it',
        'cohort', 'claimed', 0, '', '征求街道意见', 'request for an opinion', '征求日期', 'asked on',
        '答复天数；未答复的为已等天数', 'days to the answer; waited so far');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('B-05', '', '', 'median', '天', 1, 1, 'lower', 1, 0, '', '');
CREATE TEMP VIEW "B-05" AS
SELECT d.unit AS division, '' AS series, '' AS part, d.record, d.subject, NULL AS item, d.anchor_day AS day,
       NULL AS n, NULL AS d, min(coalesce(d.met_day, k.as_of_day), k.as_of_day) - d.anchor_day AS value,
       (d.met_day IS NULL OR d.met_day > k.as_of_day) AS open, '' AS fact
  FROM asked k CROSS JOIN place p CROSS JOIN duty d ON d.unit = p.division AND d.rule = 'R-09-6'
 WHERE d.anchor_day >= k.from_day AND d.anchor_day <= k.at_day;

-- One registration may be of several people: they are counted, not the records.
INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('B-06', '申请参加邀请率', 'applicants invited',
        '已邀请的申请人 ÷ 登记的申请人',
        'applicants invited, of those registered',
        'flow', 'claimed', 0, '', '参加登记', 'registration', '申请日期', 'applied on',
        '', '');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('B-06', '', '', 'rate', '%', 100, 1, 'higher', 0, 0, '', '');
CREATE TEMP VIEW "B-06" AS
SELECT p.division, '' AS series, '' AS part, t.rec AS record, e.subject, NULL AS item,
       coalesce(t.applied_on, e.day) AS day, iif(t.invited, coalesce(t.count, 1), 0) AS n, coalesce(t.count, 1) AS d,
       NULL AS value, 0 AS open, '' AS fact
  FROM asked k CROSS JOIN place_log p
  CROSS JOIN participation_registration t ON t.rec BETWEEN p.first AND p.last
  CROSS JOIN deed e ON e.record = t.rec
 WHERE coalesce(t.applied_on, e.day) >= k.from_day AND coalesce(t.applied_on, e.day) < k.until_day;

INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('B-07', '主体多元度', 'kinds of participants',
        '各次协商会到会主体类数的平均数',
        'mean number of kinds of participants present',
        'flow', 'claimed', 0, '', '协商会', 'session', '召开日期', 'held on',
        '', '');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('B-07', '', '', 'mean', '类', 1, 1, 'higher', 0, 0, '', '');
CREATE TEMP VIEW "B-07" AS
SELECT m.division, '' AS series, '' AS part, m.record, m.subject, NULL AS item, m.day,
       m.kinds AS n, 1 AS d, NULL AS value, 0 AS open, '' AS fact
  FROM met m;

-- Of what nature a session is, says the newest determination by its day, as in R-11-2.
INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('B-08', '街道（部门）到会率', 'sessions with the street or a department',
        '街道或部门到会的公共服务事项协商会 ÷ 公共服务事项协商会',
        'public-service sessions with street or department present, of all such',
        'flow', 'claimed', 0, '', '公共服务事项协商会', 'public-service session', '召开日期', 'held on',
        '', '');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('B-08', '', '', 'rate', '%', 100, 1, 'higher', 1, 0, '', '');
CREATE TEMP VIEW "B-08" AS
SELECT m.division, '' AS series, '' AS part, m.record, m.subject, NULL AS item, m.day,
       coalesce(m.street_present, 0) OR coalesce(m.department_present, 0) AS n, 1 AS d, NULL AS value, 0 AS open, '' AS fact
  FROM met m
 WHERE (SELECT t.nature FROM determined t
         WHERE t.subject = m.subject AND t.decision = 'listed' AND t.day <= m.day
         ORDER BY t.day DESC, t.id DESC LIMIT 1) = 'public_service';

-- What is attached is R-11-12's to say.
INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('B-09', '记录完整率', 'sessions with minutes and sign-in sheet',
        '有会议记录和签到表附件的协商会 ÷ 协商会次数',
        'sessions with minutes and a sign-in sheet attached, of all sessions',
        'flow', 'claimed', 0, '', '协商会', 'session', '召开日期', 'held on',
        '', '');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('B-09', '', '', 'rate', '%', 100, 1, 'higher', 1, 0, '', '');
CREATE TEMP VIEW "B-09" AS
SELECT m.division, '' AS series, '' AS part, m.record, m.subject, NULL AS item, m.day,
       NOT EXISTS (SELECT NULL FROM finding f WHERE f.record = m.record AND f.rule = 'R-11-12') AS n, 1 AS d, NULL AS value, 0 AS open, '' AS fact
  FROM met m;

-- What is too late is R-G-07's to say.
INSERT INTO indicator (id, zh, en, formula_zh, formula_en, basis, evidence, annex, parameters, case_zh, case_en,
                       day_zh, day_en, value_zh, value_en)
VALUES ('B-10', '录入及时率', 'records entered in time',
        '发生后在规定天数（七日）内录入的记录 ÷ 记录总数；录入间隔的中位数',
        'records signed within the days allowed of what they tell, of all that say when it was; and the median lag',
        'flow', 'claimed', 0, 'record_lag_days', '写明发生日期的记录', 'record that says when it happened', '发生日期', 'happened on',
        '录入间隔天数', 'days until it was signed');
INSERT INTO figure (indicator, code, series, kind, unit, scale, decimals, better, cases, parts, zh, en)
VALUES ('B-10', '', '', 'rate', '%', 100, 1, 'higher', 1, 0, '', ''),
       ('B-10', 'lag', '', 'median', '天', 1, 1, 'lower', 1, 0, '录入间隔中位数', 'median lag');
CREATE TEMP VIEW "B-10" AS
SELECT p.division, '' AS series, '' AS part, r.no AS record, r.subject, NULL AS item,
       coalesce(o.day, r.occurred_day) AS day, r.no NOT IN (SELECT record FROM late) AS n, 1 AS d,
       (r.signed_s + 28800) / 86400 - coalesce(o.day, r.occurred_day) AS value, 0 AS open, '' AS fact
  FROM asked k CROSS JOIN place_log p CROSS JOIN record r ON r.no BETWEEN p.first AND p.last
  LEFT JOIN own_day o ON o.rec = r.no
 WHERE +r.verdict = 'ok' AND +r.standing = 'in_force'
   AND coalesce(o.day, r.occurred_day) >= k.from_day AND coalesce(o.day, r.occurred_day) < k.until_day;

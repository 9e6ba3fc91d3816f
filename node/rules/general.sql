-- Rules for records of every kind, and for corrections.

INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-G-01', 1, 'R-G-01', 'design', 'E', 'author', 'record', 'change', 0, '', NULL,
        NULL,
        '缺少应有的签名，或签名无效，或所用密钥未登记、在该处已停用',
        'a required signature is missing or bad, or its key is not registered or not valid at this place',
        '由应签的主体用登记在册的密钥签名；已存入日志的作废重发',
        'let the bodies sign with their registered keys; publish a record anew that is in the log');
-- What is ok has all that its kind requires, so that a signature which the kind's row asks for is missing
-- only in a trial; that of the bodies whose record is added to may be missing in a log, too. A note that
-- cannot be read has no day and no kind: R-S-3. Corrections and withdrawals: R-C-1.
CREATE VIEW "R-G-01" AS
SELECT e.subject, e.unit, e.unit AS division, e.record, e.target AS other, 'E' AS severity,
       CASE e.verdict WHEN 'ok' THEN 'missing' ELSE e.verdict END AS code, e.signed_day AS anchor_day,
       e.signed_day AS since_day, NULL AS until_day, '' AS fact
  FROM (SELECT r.*, (SELECT t.no FROM ref f JOIN record t ON t.id = f.target
                      WHERE f.rec = r.record AND f.rel = 'based_on' AND r.kind = 'attachment_add'
                        AND (t.signers & ~r.signers) <> 0
                      ORDER BY f.nth LIMIT 1) AS target
          FROM entry r) e
  LEFT JOIN kind k ON k.name = e.kind
 WHERE e.verdict IN ('bad', 'unknown_key')
    OR (e.verdict = 'ok' AND e.standing = 'in_force'
        AND (e.target IS NOT NULL OR (k.also & ~e.signers) <> 0));

INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-G-02', 1, 'R-G-02', 'design', 'E', 'author', 'record', 'change', 0, '', NULL, NULL,
        '签名的主体无权制作或会签此类记录，或应由其他主体答复、销号',
        'signed by a body that does not write or countersign records of this kind, or that is not the one to answer',
        '由有权的主体签名，去掉多余的签名', 'let the right body sign, and nobody else');
-- Why: who answers a finding and who closes it is said by the finding. Of a department's that has no node, whoever
-- writes for it. Who answers an objection rests on what that objects to, two records away: R-L-35.
CREATE VIEW "R-G-02" AS
SELECT a.subject, a.unit, a.unit AS division, a.record, NULL AS other, 'E' AS severity, '' AS code,
       a.day AS anchor_day, a.signed_day AS since_day, NULL AS until_day, '' AS fact
  FROM act a JOIN kind k ON k.name = a.kind
 WHERE (a.signers & k.authors) = 0 OR (a.signers & ~(k.authors | k.also | k.may)) <> 0
UNION ALL
SELECT a.subject, a.unit, a.unit, a.record, t.no, 'E', 'answerer', a.day, a.signed_day, NULL,
       iif(k.answerer = 'author', l.division, d.division || ' ' || d.body)
  FROM act a JOIN kind k ON k.name = a.kind JOIN kind_ref g ON g.kind = k.name AND g.nth = 1
       JOIN ref f ON f.rec = a.record AND f.rel = g.rel JOIN record t ON t.id = f.target AND t.kind = g.target
       JOIN log l ON l.no = t.log LEFT JOIN audit_finding d ON d.rec = t.no
 WHERE (k.answerer = 'author' AND l.division <> a.unit)
    OR (k.answerer = 'named'
        AND (d.division <> a.unit
             OR (a.signers & CASE substr(d.body, 1, 2) WHEN 'rc' THEN 1 WHEN 'po' THEN 2 WHEN 'sc' THEN 4 WHEN 'st' THEN 8
                                  WHEN 'gd' THEN 56 ELSE 32 END) = 0));

INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-G-03', 1, 'R-G-03', 'design', 'E', 'author', 'record', 'change', 0, '', NULL, NULL,
        '应引用的记录没有引用、查不到、种类不对、无效、已撤回或属于另一事项',
        'a record that must be referred to is not, is not here, of a wrong kind, not valid, withdrawn, or of '
        || 'another matter',
        '引用本事项中应有的有效记录', 'refer to the record of this matter that is asked for');
-- Why: an obligation is met by one good reference; further ones may point to what is withdrawn. What was
-- withdrawn after the record was signed is the withdrawal's fault (R-C-3). The first record of a matter in
-- the own log that is entered late may rest on what is only on paper. An acknowledgement may be of a record
-- that another community has shown, and whoever reports on several matters names them.
CREATE VIEW "R-G-03" AS
SELECT o.subject, o.unit, o.unit AS division, o.record, NULL AS other, 'E' AS severity,
       CASE o.reached WHEN 0 THEN 'missing' WHEN 1 THEN 'absent' WHEN 2 THEN 'kind' WHEN 3 THEN 'void'
                    WHEN 4 THEN 'withdrawn' ELSE 'matter' END AS code,
       o.day AS anchor_day, o.signed_day AS since_day, NULL AS until_day, '' AS fact
  FROM (SELECT a.*, g.rel,
               coalesce((SELECT max(CASE
                   WHEN t.no IS NULL THEN iif(a.kind = 'acknowledgement', 6/* same */, 1)
                   WHEN NOT EXISTS (SELECT * FROM kind_ref q JOIN kind n ON n.name = t.kind
                                     WHERE q.kind = a.kind AND q.nth = g.nth
                                       AND (q.target = t.kind
                                            OR (q.target IS NULL AND n.authors <> 128))) THEN 2
                   WHEN t.verdict <> 'ok' THEN 3
                   WHEN NOT g.any AND t.standing = 'withdrawn'
                        AND EXISTS (SELECT * FROM ref w JOIN record x ON x.no = w.rec
                                     WHERE w.target = t.id AND w.rel = 'withdraws'
                                       AND x.standing = 'in_force' AND x.signed_s < a.signed_s) THEN 4
                   WHEN t.subject <> a.subject AND t.subject <> '-' AND a.subject <> '-'
                        AND NOT EXISTS (SELECT * FROM party_report_matters m
                                         WHERE m.rec = a.record AND m.value = t.subject) THEN 5
                   ELSE 6/* same */ END)
                  FROM ref f LEFT JOIN record t ON t.id = f.target
                 WHERE f.rec = a.record AND f.rel = g.rel), 0) AS reached
          FROM act a
          JOIN (SELECT DISTINCT kind, nth, rel, must, target IS NULL AS any FROM kind_ref) g
            ON g.kind = a.kind AND (g.must & a.signers) <> 0) o
 WHERE o.reached < 6/* same */
   AND (SELECT content FROM record WHERE no = o.record) <> 'tombstone'
   AND (o.backfill_reason IS NULL OR o.subject = '-'
        OR EXISTS (SELECT * FROM record e
                    WHERE e.subject = o.subject AND e.subject <> '-'/* same */ AND e.log = o.log
                      AND e.idx < o.idx));

INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-G-04', 1, 'R-G-04', 'design', 'E', 'author', 'record', 'change', 0, '', NULL, NULL,
        '记录所述的事项或单位不在本单位范围内，或事项编号该有而无、不该有而有',
        'it is about a matter or unit outside that of its log, or has no number of a matter where it must, or '
        || 'one where it must not',
        '改正事项编号或单位代码，由有关单位自己制作', 'correct the number or code; the unit concerned writes it');
-- Why: that a record stands in the log of its own unit is part of the verdict (R-G-01). An acknowledgement
-- may be of a neighbour's matter: joint deliberation (DOMAIN.md 2.5).
CREATE VIEW "R-G-04" AS
SELECT a.subject, a.unit, a.unit AS division, a.record, NULL AS other, 'E' AS severity, c.code,
       a.day AS anchor_day, a.signed_day AS since_day, NULL AS until_day, c.place AS fact
  FROM act a JOIN
       (SELECT r.no AS rec, 'subject' AS code, '' AS place
          FROM record r JOIN kind k ON k.name = r.kind
         WHERE k.about <> 'either' AND (k.about = 'none') <> (r.subject = '-')
        UNION ALL
        SELECT no, 'matter', substr(subject, 1, 12) FROM record
         WHERE subject <> '-' AND kind <> 'acknowledgement'
        UNION ALL
        SELECT rec, 'scope', scope FROM rule_parameter
        UNION ALL
        SELECT rec, 'holder', holder FROM redaction
        UNION ALL
        SELECT rec, 'division', division FROM audit_finding
        UNION ALL
        SELECT rec, 'named_matter', substr(matter, 1, 12) FROM audit_finding WHERE matter IS NOT NULL
        UNION ALL
        SELECT rec, 'scope', scope FROM report_snapshot
        UNION ALL
        SELECT rec, 'communities', value FROM commission_request_communities
        UNION ALL
        SELECT rec, 'relayed', division FROM acknowledgement_relayed
        UNION ALL
        SELECT rec, 'before', division FROM division_change_before
        UNION ALL
        SELECT rec, 'after', division FROM division_change_after) c ON c.rec = a.record
 WHERE substr(c.place, 1, length(a.unit)) <> a.unit;

INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-G-05', 1, 'R-G-05', 'design', 'E', 'author', 'record', 'change', 0, '', NULL, NULL,
        '所记发生时间晚于签署时间', 'it says that it happens only after it was signed',
        '改正日期，或等事情发生后再签署', 'correct the day, or sign when it has happened');
-- Why: ten minutes for the clocks are no parameter of DOMAIN.md 3.3. Notices and invitations are signed
-- before they are posted or sent, so the day of that may lie ahead.
CREATE VIEW "R-G-05" AS
SELECT a.subject, a.unit, a.unit AS division, a.record, NULL AS other, 'E' AS severity, c.code,
       a.day AS anchor_day, a.signed_day AS since_day, NULL AS until_day,
       day_text(c.day) || ' > ' || day_text(a.signed_day) AS fact
  FROM act a JOIN
       (SELECT no AS record, 'occurred_at' AS code, occurred_day AS day,
               coalesce(occurred_ms / 1000, occurred_day * 86400 - 28800) AS from_s
          FROM record
        UNION ALL
        SELECT o.record, 'day', o.own, o.own * 86400 - 28800
          FROM record_day o JOIN record r ON r.no = o.record
         WHERE r.kind NOT IN ('public_notice', 'residents_meeting_notice', 'invitation')) c
       ON c.record = a.record
 WHERE c.from_s > a.signed_s + 600;

INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-G-06', 1, 'R-G-06', 'PIPL 6, 51', 'E', 'author', 'record', 'change', 0, '', NULL,
        NULL,
        '上传共享的文字中有身份证号、手机号或银行卡号',
        'a text that is shared holds an identity number, a mobile number or the number of a bank card',
        '删去号码；确需保存的只放在本地密封数据中；确系误判的，在 not_personal 中写明位置和理由',
        'take the number out, or seal it; if it is nobody''s, say where and why in not_personal');
-- The field and the place in it, never the number. Of one that is said to be none: for information, with
-- the reason, so that whoever oversees can judge it.
CREATE VIEW "R-G-06" AS
SELECT a.subject, a.unit, a.unit AS division, a.record, NULL AS other,
       iif(p.reason IS NULL, 'E', 'I') AS severity, p.what AS code,
       a.day AS anchor_day, a.signed_day AS since_day, NULL AS until_day,
       p.path || ' @' || p.position || coalesce(': ' || substr(p.reason, 1, 60), '') AS fact
  FROM act a JOIN personal p ON p.rec = a.record;

INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-G-07', 1, 'R-G-07', 'L39', 'F', 'author', 'record', 'change', 0, 'record_lag_days',
        NULL, NULL,
        '事后录入超过规定天数', 'recorded long after it happened',
        '及时录入；补录的写明原因', 'record events soon; say why a late entry is late');
CREATE VIEW "R-G-07" AS
SELECT a.subject, a.unit, a.unit AS division, a.record, NULL AS other, 'F' AS severity, '' AS code,
       o.claimed AS anchor_day, a.signed_day AS since_day, NULL AS until_day,
       day_text(a.signed_day) || ' - ' || day_text(o.claimed) || ' = ' || (a.signed_day - o.claimed)
       AS fact
  FROM act a JOIN record_day o ON o.record = a.record
 WHERE a.signed_day > due('record_lag_days', a.unit, o.claimed);

INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-G-08', 1, 'R-G-08', 'design', 'F', 'author', 'record', 'change', 0, '', NULL, NULL,
        '所记发生时间早于其所依据的记录', 'it says that it happened before what it is based on',
        '核对两份记录的日期，有误的更正', 'compare the days of both records and correct the wrong one');
CREATE VIEW "R-G-08" AS
SELECT a.subject, a.unit, a.unit AS division, a.record, b.record AS other, 'F' AS severity,
       f.rel AS code, o.day AS anchor_day, max(a.signed_day, b.signed_day) AS since_day,
       NULL AS until_day, day_text(o.day) || ' < ' || day_text(p.day) AS fact
  FROM act a JOIN record_day o ON o.record = a.record JOIN ref f ON f.rec = a.record
       JOIN act b ON b.id = f.target JOIN record_day p ON p.record = b.record
 WHERE f.rel NOT IN ('supersedes', 'withdraws', 'redacts')
   AND (o.day < p.day OR (o.day = p.day AND a.occurred_ms < b.occurred_ms));

INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-G-09', 1, 'R-G-09', 'design', 'F', 'rc st', 'matter', 'change', 0, '', NULL, NULL,
        '两份记录同时主张事项的同一步骤', 'two records claim the same step of a matter',
        '核实后撤回其中一份', 'find out which is right and withdraw the other');
-- The first counts. `code` is the number of the item, if only that is concerned.
CREATE VIEW "R-G-09" AS
SELECT c.subject, b.unit, b.unit AS division, c.second AS record, c.first AS other, 'F' AS severity,
       coalesce(t.item, '') AS code, b.day AS anchor_day,
       max(a.signed_day, b.signed_day) AS since_day, NULL AS until_day, '' AS fact
  FROM conflict c JOIN act a ON a.record = c.first JOIN act b ON b.record = c.second
  LEFT JOIN track t ON t.subject = c.subject AND t.nth = c.track;

INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-G-10', 1, 'R-G-10', '电子签名法 15', 'F', 'author', 'unit', 'change', 0, '', NULL,
        NULL,
        '签署所用密钥后来被声明已泄露，泄露日期不晚于签署日期',
        'signed with a key that was later said to be compromised from that day or before',
        '由该主体核实记录，用新密钥重新确认或撤回',
        'the body looks at the record again, and confirms it with its new key or withdraws it');
-- Why: a revocation cuts by position (DESIGN.md 3), and what stands at or behind the cut is not ok, so that
-- R-G-01 says so. Two things are left. `day`: it stands below the cut, where the signature holds, but
-- was signed on or after the day since which the key is said to be compromised: the revocation's own
-- `occurred_at`. `cut`: it stands behind the cut and is ok, for the cut has no effect: a street's alone
-- below what the district had. The rows rest on records of the unit below, so `unit` is that of the
-- revocation.
CREATE VIEW "R-G-10" AS
SELECT r.subject, v.unit, r.unit AS division, r.record, v.record AS other, 'F' AS severity,
       CASE WHEN r.idx < k.cut_size THEN 'day' ELSE 'cut' END AS code, r.signed_day AS anchor_day,
       max(v.signed_day, r.signed_day) AS since_day, NULL AS until_day,
       day_text(r.signed_day) || ' >= ' || day_text(v.day) AS fact
  FROM key_revoke k CROSS JOIN act v ON v.record = k.rec
       CROSS JOIN body_key b ON b.key = k.key AND b.log = k.log
       CROSS JOIN unit_act r ON r.origin = k.log AND (r.signers & b.class) <> 0 AND r.idx >= b.start
                                AND (b.until IS NULL OR r.idx < b.until)
 WHERE k.reason = 'compromised' AND (r.signed_day >= v.occurred_day OR r.idx >= k.cut_size);

INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-G-11', 1, 'R-G-11', 'design', 'F', 'author', 'duty', 'change', 0, '', NULL, NULL,
        '按所称时间在期限内，但未能证明：上级节点在期限之后才收到该记录',
        'done in time as claimed, which is not proven: the units above had the record only after its day',
        '保持联网，使记录及时得到回执', 'stay online, so that records get their receipts in time');
CREATE VIEW "R-G-11" AS
SELECT subject, unit, division, met_record AS record, record AS other, 'F' AS severity, rule AS code,
       anchor_day, due_day + 1 AS since_day, NULL AS until_day,
       day_text(met_day) || ' <= ' || day_text(due_day) || ' < ' || coalesce(day_text(proven_day), '-')
       AS fact
  FROM duty WHERE met_day <= due_day AND (proven_day IS NULL OR proven_day > due_day);

INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-G-12', 1, 'R-G-12', 'design', 'F', 'author', 'unit', 'change', 0,
        'bulk_days record_lag_days', NULL, NULL,
        '一日之内集中补录，所记事情的时间跨度超过规定天数',
        'events of many days were entered late on one day',
        '随办随录，不集中补录', 'record events as they happen, not in bulk');
-- Why: of what was entered late (later than `record_lag_days`), for one old record between those of the day
-- is no bulk. Record is the first of these events, other the last.
CREATE VIEW "R-G-12" AS
SELECT '-' AS subject, d.unit, d.unit AS division,
       (SELECT a.record FROM unit_act a CROSS JOIN record_day o ON o.record = a.record
         WHERE a.unit = d.unit AND a.signed_day = d.signed_day AND o.claimed = d.first
         ORDER BY a.id LIMIT 1) AS record,
       (SELECT a.record FROM unit_act a CROSS JOIN record_day o ON o.record = a.record
         WHERE a.unit = d.unit AND a.signed_day = d.signed_day AND o.claimed = d.last
         ORDER BY a.id LIMIT 1) AS other,
       'F' AS severity, '' AS code, d.signed_day AS anchor_day, d.signed_day AS since_day,
       NULL AS until_day, day_text(d.last) || ' - ' || day_text(d.first) || ' = ' || (d.last - d.first)
       AS fact
  FROM (SELECT a.unit, a.signed_day, min(o.claimed) AS first, max(o.claimed) AS last
          FROM unit_act a CROSS JOIN record_day o ON o.record = a.record
         WHERE a.signed_day > due('record_lag_days', a.unit, o.claimed)
         GROUP BY a.unit, a.signed_day) d
 WHERE d.last - d.first > param('bulk_days', d.unit, d.signed_day);

INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-C-1', 1, 'R-C-1', 'design', 'E', 'author', 'record', 'change', 0, '', NULL, NULL,
        '更正或撤回未由原记录的全部主体签名，或不在原单位的日志中，或未写原因，或原记录已被更正或撤回',
        'a correction or withdrawal is not signed by all bodies of the record, stands in another unit''s log, '
        || 'gives no reason, or is of what was corrected or withdrawn before',
        '由原主体会签并写明原因；已更正过的，更正最后一份更正',
        'let the same bodies sign and give a reason; of what was corrected, correct the last correction');
-- Why: a notice that a later one has replaced can still be corrected, for what it said is kept.
CREATE VIEW "R-C-1" AS
SELECT c.subject, c.unit, c.unit AS division, c.record, c.target AS other, 'E' AS severity, c.code,
       c.day AS anchor_day, c.signed_day AS since_day, NULL AS until_day, '' AS fact
  FROM (SELECT a.*, t.record AS target,
               CASE
                 WHEN t.unit <> a.unit THEN 'unit'
                 WHEN (t.signers & ~a.signers) <> 0 THEN 'signers'
                 WHEN t.verdict <> 'ok'
                      OR EXISTS (SELECT * FROM ref g JOIN entry x ON x.record = g.rec
                                  WHERE g.target = t.id AND g.rel IN ('supersedes', 'withdraws')
                                    AND x.kind IN ('correction', 'withdrawal')
                                    AND x.log = a.log AND x.idx < a.idx AND x.standing = 'in_force'
                                    AND (t.signers & ~x.signers) = 0) THEN 'target'
                 WHEN EXISTS (SELECT * FROM correction
                               WHERE rec = a.record
                                 AND coalesce(reason, 'unspecified') = 'unspecified')
                      OR EXISTS (SELECT * FROM withdrawal
                                  WHERE rec = a.record AND coalesce(reason, '') = '') THEN 'reason'
               END AS code
          FROM act a JOIN ref f ON f.rec = a.record JOIN entry t ON t.id = f.target
         WHERE f.rel = CASE a.kind WHEN 'correction' THEN 'supersedes'
                                   WHEN 'withdrawal' THEN 'withdraws' END) c
 WHERE c.code IS NOT NULL;

INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-C-2', 1, 'R-C-2', 'design', 'F', 'author', 'unit', 'change', 0, '', NULL, NULL,
        '统计报告封存后，又更正了报告期内记录的日期、数字或结果',
        'a day, figure or result was corrected after a sealed report had counted it',
        '说明更正原因；由制作报告的单位重新核算', 'explain the correction; whoever made the report counts again');
-- Why: reported is what a sealed report covers: the record stands below the size of its log that the report
-- names, in its period, and the correction at or behind. A new value that is no words for people is a day, a
-- figure, yes or no, or a word of a list. `unit` is that of the report.
CREATE VIEW "R-C-2" AS
SELECT c.subject, n.unit, c.unit AS division, c.record, v.record AS other, 'F' AS severity, '' AS code,
       o.day AS anchor_day, max(c.signed_day, v.signed_day) AS since_day, NULL AS until_day,
       (SELECT count(*) FROM correction_changes h
         WHERE h.rec = c.record AND coalesce(h.new_value, '') NOT GLOB '*[^0-9a-z_".:TZ+-]*') || '' AS fact
  FROM span n CROSS JOIN report_snapshot s ON s.rec BETWEEN n.first AND n.last
       CROSS JOIN act v CROSS JOIN report_snapshot_inputs i CROSS JOIN span l
       CROSS JOIN correction k CROSS JOIN act c CROSS JOIN ref f CROSS JOIN record t ON t.id = f.target
       CROSS JOIN record_day o ON o.record = t.no
 WHERE v.record = s.rec AND i.rec = s.rec AND l.origin = i.log
   AND k.rec >= l.first + i.size AND k.rec <= l.last AND c.record = k.rec AND f.rec = c.record
   AND f.rel = 'supersedes' AND t.log = l.log AND t.idx < i.size
   AND o.day BETWEEN s."from" AND s."to"
   AND EXISTS (SELECT * FROM correction_changes h
                WHERE h.rec = c.record AND coalesce(h.new_value, '') NOT GLOB '*[^0-9a-z_".:TZ+-]*');

INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-C-3', 1, 'R-C-3', 'design', 'E', 'author', 'record', 'change', 0, '', NULL, NULL,
        '撤回的记录仍有其他有效记录以它为依据', 'what is withdrawn is still relied on by a record in force',
        '先更正或撤回依据它的记录', 'first correct or withdraw what relies on it');
-- Why: that relies on it by a reference to its kind which it had to make; what lists, reports, acknowledges,
-- objects to or audits a record does not, or no such record could be withdrawn. What was signed after the withdrawal is
-- the other's fault (R-G-03).
CREATE VIEW "R-C-3" AS
SELECT a.subject, a.unit, a.unit AS division, a.record, b.record AS other, 'E' AS severity, '' AS code,
       a.day AS anchor_day, a.signed_day AS since_day, NULL AS until_day, '' AS fact
  FROM act a JOIN ref f ON f.rec = a.record JOIN record t ON t.id = f.target
       JOIN rests d ON d.target = t.no JOIN act b ON b.record = d.rec
 WHERE a.kind = 'withdrawal' AND f.rel = 'withdraws' AND b.signed_s <= a.signed_s;

INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-C-4', 1, 'R-C-4', 'PIPL 47', 'E', 'author', 'record', 'change', 0, '', NULL, NULL,
        '个人信息删除未指明密封项、附件或全部内容，或所指不存在、不得删除，或无权删除，或未写法定原因',
        'an erasure names no sealed value, attachment or whole content, or one that is not there or may not be '
        || 'erased, or is not of an author, or gives no legal reason',
        '指明要删除的密封项、附件或全部内容及原因；公开字段只能更正；由原签署主体办理，或由区级依法责令',
        'name what is erased, and the reason; a public field can only be corrected; an author of the record does '
        || 'it, or da by order');
-- Why: what is withdrawn or erased here, or whose content a correction gives, shows no more what it held.
-- A correction repeats what it corrects, so it is named in the same erasure, and not alone (FORMATS.md 6.13).
CREATE VIEW "R-C-4" AS
SELECT c.subject, c.unit, c.unit AS division, c.record, c.target AS other, 'E' AS severity, c.code,
       c.day AS anchor_day, c.signed_day AS since_day, NULL AS until_day, '' AS fact
  FROM (SELECT a.*, t.no AS target,
               CASE
                 WHEN (d.slot IS NOT NULL) + (d.attachment IS NOT NULL) + coalesce(d.whole_body, 0) <> 1
                   THEN 'what'
                 WHEN coalesce(d.reason, 'unspecified') = 'unspecified' THEN 'reason'
                 WHEN d.reason = 'order' AND d."order" IS NULL THEN 'order'
                 WHEN NOT ((l.division = a.unit AND (t.signers & a.signers & k.authors) <> 0)
                           OR (d.reason = 'order' AND a.level = 'district'
                               AND substr(l.division, 1, 6) = a.unit AND (a.signers & 32) <> 0))
                   THEN 'who'
                 WHEN d.whole_body
                      AND NOT EXISTS (SELECT * FROM ref q JOIN record z ON z.id = q.target
                                        JOIN kind n ON n.name = z.kind
                                       WHERE q.rec = a.record AND q.rel = 'redacts' AND n.erasable
                                         AND k.erasable
                                         AND (z.no = t.no OR t.kind = 'correction')
                                         AND z.kind <> 'correction') THEN 'kind'
                 WHEN d.whole_body
                      AND EXISTS (SELECT * FROM ref s JOIN record x ON x.no = s.rec
                                   WHERE s.target = t.id AND s.rel = 'supersedes'
                                     AND x.kind = 'correction' AND x.verdict = 'ok'
                                     AND NOT EXISTS (SELECT * FROM ref q
                                                      WHERE q.rec = a.record AND q.rel = 'redacts'
                                                        AND q.target = x.id)) THEN 'corrected'
                 WHEN t.standing NOT IN ('in_force', 'superseded') OR t.stated_by IS NOT NULL
                      OR t.content = 'tombstone' THEN NULL
                 WHEN d.slot IS NOT NULL AND d.slot NOT IN (SELECT slot FROM sealed WHERE rec = t.no)
                   THEN 'slot'
                 WHEN d.attachment IS NOT NULL
                      AND d.attachment NOT IN (SELECT hash FROM attachment WHERE rec = t.no)
                   THEN 'attachment'
               END AS code
          FROM act a JOIN redaction d ON d.rec = a.record JOIN ref f ON f.rec = a.record
               JOIN record t ON t.id = f.target JOIN log l ON l.no = t.log JOIN kind k ON k.name = t.kind
         WHERE f.rel = 'redacts') c
 WHERE c.code IS NOT NULL;

-- Oversight: whether logs go on, agree and verify, and whether communities deliberate at all. R-S-1, R-S-2 and
-- R-S-3 rest on what this node was told and holds, so their rows need not be the same elsewhere.

-- Why: by the certificate, so that a unit that never published is missed; `unit` is the one that certified it,
-- which is looked at again when either changes. Only units whose logs come to this node can fall silent
-- here: those below it and above it. The district is under nobody who would sign for its log.
INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-S-1', 1, 'R-S-1', 'design', 'F', 'node', 'unit', 'due', 0, 'silent_days', NULL, NULL,
        '节点超过规定天数没有经过签认的日志检查点', 'no signed head of a node for too many days',
        '检查节点是否运行、联网，恢复同步', 'see that the node runs and is connected');
CREATE VIEW "duty R-S-1" AS
SELECT '-' AS subject, c.unit, c.division, NULL AS record, c.day AS anchor_day,
       due('silent_days', c.division, c.day) AS due_day,
       NULL AS met_record, NULL AS met_day, NULL AS proven_day
  FROM (SELECT i.unit, d.division, coalesce((n.seen_s + 28800) / 86400, (r.signed_s + 28800) / 86400) AS day
          FROM span i CROSS JOIN node_certificate d ON d.rec BETWEEN i.first AND i.last
         CROSS JOIN record r ON r.no = d.rec
          LEFT JOIN log o ON o.origin = substr(d.log, 1, instr(d.log, '+') - 1) -- of its key
          LEFT JOIN node_log n ON n.log = o.no
         WHERE d.division <> i.unit
           AND NOT EXISTS (SELECT e.rec FROM node_certificate e
                            WHERE e.rec > d.rec AND e.rec <=/* same */ i.last AND e.division = d.division)) c
  JOIN meta m ON m.name = 'division'
   AND (substr(c.division, 1, length(m.value)) = m.value OR substr(m.value, 1, length(c.division)) = c.division);

-- Why: the proof itself has no time: it counts from the last day on which anybody signed for the log, or at
-- once. A notice of another node is a record of its own, and a row of its own.
INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-S-2', 1, 'R-S-2', 'design', 'F', 'node', 'unit', 'change', 0, '', NULL, NULL,
        '同一日志出现两个互相矛盾的检查点（分叉）',
        'two signed heads of one log that cannot both be true: its history was forked',
        '立即停用该日志密钥，查明原因，另立新日志', 'stop the key of the log, find out why, and begin a new log');
CREATE VIEW "R-S-2" AS
SELECT '-' AS subject, f.unit, f.unit AS division, NULL AS record, NULL AS other, 'F' AS severity,
       'critical' AS code, f.day AS anchor_day, f.day AS since_day, NULL AS until_day, f.fact
  FROM (SELECT l.division AS unit, coalesce((n.seen_s + 28800) / 86400, 0) AS day,
               n.fork_a || ', ' || n.fork_b AS fact
          FROM log l JOIN node_log n ON n.log = l.no WHERE n.state = 'forked') f
UNION ALL
SELECT '-', i.unit, coalesce(l.division, i.unit), a.record, NULL, 'F', 'critical', a.day, a.signed_day,
       NULL, coalesce(f.size, '-')
  FROM span i CROSS JOIN fork_notice f ON f.rec BETWEEN i.first AND i.last
 CROSS JOIN act a ON a.record = f.rec
  LEFT JOIN log l ON l.origin = f.log;

-- Why: entries that are not under a signed head are never stored (sync/session.h), so what is left to fail on
-- stored data are signatures. The record's own time is only claimed, and by somebody who may be lying: it
-- counts at the latest from the day of its first receipt.
INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-S-3', 1, 'R-S-3', 'design', 'F', 'node', 'unit', 'change', 0, '', NULL, NULL,
        '已复制的记录签名核验不通过', 'a signature on a replicated record does not verify',
        '核对签名密钥和登记；记录不计入，须由有权主体重新签署发布',
        'check keys and registrations; the record does not count, and must be signed and published anew');
CREATE VIEW "R-S-3" AS
SELECT '-' AS subject, b.unit, b.unit AS division, b.record, NULL AS other, 'F' AS severity, 'critical' AS code,
       b.day AS anchor_day, b.day AS since_day, NULL AS until_day, '' AS fact
  FROM (SELECT l.division AS unit, r.no AS record,
               (coalesce((SELECT min(t.s) FROM (SELECT r.signed_s AS s UNION ALL SELECT p.time_s FROM receipt p
                                                 WHERE p.origin = l.origin AND p.size > r.idx) t), 0/* same */)
                + 28800) / 86400 AS day
          FROM log l JOIN record r ON r.log = l.no
         WHERE r.verdict IN ('bad', 'unknown_key')) b;

-- Why (2026-11): a community that is gone by the year's end (merged), or is yet to come, owes no session of that
-- year; from the year in which its first record in force was signed, not in which it says that something
-- happened: what is entered late of years before would find every year since.
INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-S-4', 1, 'R-S-4', '3', 'F', 'rc', 'unit', 'change', 0, '', NULL, NULL,
        '社区全年没有召开过协商会', 'a community had no session in the year',
        '按居民需求确定议题，组织协商', 'determine topics that residents need, and meet');
CREATE VIEW "R-S-4" AS
SELECT '-' AS subject, u.unit, u.unit AS division, NULL AS record, NULL AS other, 'F' AS severity, '' AS code,
       y.to_day AS anchor_day, y.to_day + 1 AS since_day, NULL AS until_day, y.year || ': 0' AS fact
  FROM (SELECT w.unit,
               (SELECT z.year FROM (SELECT (SELECT a.signed_day FROM act a
                                             WHERE a.record BETWEEN s.first AND s.last
                                             ORDER BY a.record LIMIT 1) AS day
                                      FROM span s WHERE s.unit = w.unit) f
                 CROSS JOIN year z ON f.day BETWEEN z.from_day AND z.to_day
                 ORDER BY z.year LIMIT 1) AS first_year
          FROM unit w WHERE w.level = 'community') u
  JOIN year y ON y.year >= u.first_year
 WHERE NOT EXISTS
       (SELECT a.record FROM span s CROSS JOIN meeting_session m ON m.rec BETWEEN s.first AND s.last
         CROSS JOIN act a ON a.record = m.rec
         WHERE s.unit = u.unit
           AND coalesce((m.started_at_ms / 1000 + 28800) / 86400, a.day) BETWEEN y.from_day AND y.to_day)
   AND NOT EXISTS
       (SELECT g.unit FROM unit_missing g WHERE g.unit = u.unit AND y.to_day BETWEEN g.first AND g.last);

-- Why: what is here is a fact of this node (node_attachment), as in R-S-1; elsewhere the file may have come.
-- Erased ones are not missed.
INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-S-5', 1, 'R-S-5', 'design', 'I', 'node', 'record', 'change', 0, '', NULL, NULL,
        '应随记录传送的附件没有收到，只有摘要值',
        'attachments that should travel with the record are not here: only their hashes are known',
        '由发布单位补送附件；核对摘要值', 'ask whoever published it for the files, and compare their hashes');
CREATE VIEW "R-S-5" AS
SELECT a.subject, a.unit, a.unit AS division, a.record, NULL AS other, 'I' AS severity, '' AS code,
       a.day AS anchor_day, a.signed_day AS since_day, NULL AS until_day, m.missing || '' AS fact
  FROM (SELECT t.rec, count(*) AS missing FROM attachment_due t
         WHERE t.hash NOT IN (SELECT hash FROM node_attachment)
         GROUP BY t.rec) m
  JOIN act a ON a.record = m.rec;

-- What a sealed report must rest on at least, log by log: of those below its scope as many entries as its author's
-- own receipts say that it had, those in its own log up to the size that it names, and those that its node signed before
-- the day of asking; of its own log what those above it had receipted before that day, and what its node had signed
-- in it. Receipts, because nodes sign them at once: when another record came into its log no time says, it may have waited
-- for others to sign it, too. `members`: of its own log and its district's all entries count, of others those of
-- which the district's receipts are in what it names, by the day before.
CREATE VIEW receipted AS -- each log once, without reading all of its receipts
WITH RECURSIVE o(origin) AS
     (SELECT min(p.origin) FROM receipt p UNION ALL
      SELECT (SELECT min(p.origin) FROM receipt p WHERE p.origin > o.origin) FROM o WHERE o.origin IS NOT NULL)
SELECT o.origin FROM o WHERE o.origin IS NOT NULL;
CREATE VIEW known_log AS SELECT l.origin FROM log l UNION SELECT o.origin FROM receipted o;
CREATE VIEW sealed_report AS
SELECT n.unit, n.level, s.rec, n.log, n.first, n.origin AS own, s.scope, a.day AS anchor_day, a.signed_day,
       min(coalesce(s.as_of, s."to"), a.signed_day) AS day,
       coalesce((SELECT x.size FROM report_snapshot_inputs x WHERE x.rec = s.rec AND x.log = n.origin), 0) AS own_size
  FROM span n CROSS JOIN report_snapshot s ON s.rec BETWEEN n.first AND n.last CROSS JOIN act a ON a.record = s.rec;
CREATE VIEW report_due AS
SELECT q.unit, q.rec, q.anchor_day, q.signed_day, q.origin, i.size AS named, coalesce(i.members, i.size) AS named_members,
       CASE WHEN q.origin = q.own THEN
            max(coalesce((SELECT max(p.size) FROM receipt p
                           WHERE p.origin = q.origin AND (p.time_s + 28800) / 86400 < q.day), 0),
                coalesce((SELECT r.idx + 1 FROM record r
                           WHERE r.log = q.log AND r.no <= q.rec AND r.kind = 'receipts'
                             AND (r.signed_s + 28800) / 86400 < q.day ORDER BY r.no DESC LIMIT 1), 0))
       ELSE coalesce((SELECT p.size FROM receipt p CROSS JOIN record r ON r.no = p.record
                       WHERE p.origin = q.origin AND p.level = q.level AND p.record BETWEEN q.first AND q.rec
                         AND (r.idx < q.own_size OR (r.signed_s + 28800) / 86400 < q.day)
                       ORDER BY p.size DESC LIMIT 1), 0) END AS due,
       CASE WHEN q.origin = q.own OR q.origin GLOB '*/[0-9][0-9][0-9][0-9][0-9][0-9]/*' THEN i.size
       ELSE min(i.size, coalesce((SELECT p.size FROM receipt p CROSS JOIN record r ON r.no = p.record
                                   CROSS JOIN log g ON g.no = r.log
                                   CROSS JOIN report_snapshot_inputs d ON d.rec = q.rec AND d.log = g.origin
                                   WHERE p.origin = q.origin AND p.level = 'district' AND r.idx < d.size
                                     AND (p.time_s + 28800) / 86400 < q.day
                                   ORDER BY p.size DESC LIMIT 1), 0)) END AS due_members
  FROM (SELECT s.*, o.origin FROM sealed_report s CROSS JOIN known_log o
            ON substr(o.origin, instr(o.origin, '/') + 1, length(s.scope)) = s.scope OR o.origin = s.own
               OR EXISTS (SELECT x.rec FROM report_snapshot_inputs x WHERE x.rec = s.rec AND x.log = o.origin)) q
  LEFT JOIN report_snapshot_inputs i ON i.rec = q.rec AND i.log = q.origin
 WHERE NOT EXISTS (SELECT k.log FROM log l CROSS JOIN node_log k ON k.log = l.no AND k.state = 'forked'
                    WHERE l.origin = q.origin);

-- Why (2026-11): DOMAIN.md has no rule for it, and what a street says about itself is what its evaluation rests on. What
-- the logs that a report names do give is counted outside (node/report/recount.h), once, where they are held; what was
-- found for what a correction has replaced is none. That a log, or what is new in it, is left out counts only as
-- receipts say that the author had it: the time at which a log says that it began is claimed. A forked one cannot
-- be used. What was counted by an earlier version's rules may be another figure and right, and so may what rested
-- on something that was erased by law since. One that rests on what nobody has is against the rule once a log might be
-- silent no longer.
INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-S-6', 1, 'R-S-6', 'design', 'F', 'author', 'papers', 'change', 0, 'silent_days', NULL, NULL,
        '封存报告中的数值与所列日志重算的结果不一致，或者遗漏了已收到的日志、记录，或者所列日志无从取得',
        'a sealed report says another figure than the logs that it names give, or leaves out a log or entries that were '
        || 'there, or names what nobody can get',
        '核对所列记录；更正或撤回封存报告，重新签署', 'look at the records that are named; correct or withdraw the report and sign anew');
CREATE VIEW "R-S-6" AS
SELECT '-' AS subject, n.unit, n.unit AS division, a.record,
       (SELECT r.no FROM record r WHERE r.id = d.behind) AS other, iif(d.code IN ('former', 'erased'), 'I', 'F') AS severity,
       d.code, a.day AS anchor_day,
       iif(d.code = 'uncounted', due('silent_days', n.unit, a.signed_day) + 1, a.signed_day) AS since_day,
       NULL AS until_day, d.fact
  FROM span n CROSS JOIN report_snapshot s ON s.rec BETWEEN n.first AND n.last
 CROSS JOIN act a ON a.record = s.rec
 CROSS JOIN snapshot_count c ON c.snapshot = a.id
   AND c.stated = (SELECT t.id FROM record r CROSS JOIN record t ON t.no = coalesce(r.stated_by, r.no)
                    WHERE r.no = a.record)
 CROSS JOIN snapshot_difference d ON d.snapshot = a.id
UNION ALL
SELECT '-', w.unit, w.unit, w.rec, NULL, 'F',
       CASE WHEN w.named IS NULL THEN 'left_out' WHEN w.named < w.due THEN 'short' ELSE 'members' END,
       w.anchor_day, w.signed_day, NULL,
       w.origin || CASE WHEN w.named IS NULL THEN '' WHEN w.named < w.due THEN ' ' || w.named || ' < ' || w.due
                        ELSE ' ' || w.named_members || ' < ' || w.due_members END
  FROM report_due w WHERE coalesce(w.named, 0) < w.due OR w.named_members < w.due_members;

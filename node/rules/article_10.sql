-- Article 10: public notice (第十条).

-- A notice that changes time or place is counted from its own posting; one that leaves them as they were
-- goes on with the count of the one that it supersedes (posting_count).
INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en,
                  kinds)
VALUES ('R-10-1', 1, 'R-10-1', '10', 'E/F', 'rc', 'matter', 'change', 1, 'notice_min_days notice_count', NULL, NULL,
        '协商公示未在会前规定天数（三日前）张贴',
        'a notice is posted fewer days before the meeting than are asked for',
        '推迟会议；确需紧急协商的写明理由',
        'hold the meeting later; where it cannot wait, give the urgent reason',
        'public_notice');
CREATE VIEW "R-10-1" AS
SELECT n.subject, n.unit, n.unit AS division, n.record, NULL AS other,
       iif(n.urgent_reason <> '', 'F', 'E') AS severity, '' AS code, n.meeting_day AS anchor_day,
       n.signed_day AS since_day, NULL AS until_day,
       day_text(n.meeting_day) || ' - ' || day_text(n.first_day) || ' = '
       || (n.meeting_day - n.first_day) AS fact
  FROM posting_count n
 WHERE n.standing = 'in_force'
   AND n.first_day > notice_due('notice_min_days', n.unit, n.meeting_day);

INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-10-2', 1, 'R-10-2', '10', 'E', 'rc', 'record', 'change', 0, '', NULL, NULL,
        '协商公示缺少时间、地点、主持人、主要内容或参加人员',
        'a notice lacks time, place, moderator, main content or participants',
        '补全五项公示内容', 'give all five');
CREATE VIEW "R-10-2" AS
SELECT a.subject, a.unit, a.unit AS division, a.record, NULL AS other, 'E' AS severity, c.code,
       coalesce(n.posted_on, a.day) AS anchor_day, a.signed_day AS since_day, NULL AS until_day,
       '' AS fact
  FROM act a JOIN public_notice n ON n.rec = a.record
  CROSS JOIN (SELECT 'time' AS code UNION ALL SELECT 'place' UNION ALL SELECT 'moderator'
        UNION ALL SELECT 'content' UNION ALL SELECT 'participants') c
 WHERE CASE c.code
         WHEN 'time' THEN n.meeting_at_ms IS NULL
         WHEN 'place' THEN n.place IS NULL
         WHEN 'moderator' THEN n.moderator_party_kind IS NULL
         WHEN 'content' THEN n.main_content IS NULL
         ELSE NOT EXISTS (SELECT p.rec FROM public_notice_participants p WHERE p.rec = a.record)
       END;

-- Why (2026-11): "the newest notice posted before it" alone would let a session rest on the notice of an
-- earlier one, and would hold it against the notice of the next one that is posted the same evening.
-- So a notice is used up by the session of its day, and on the very day only one for that day counts
-- (session_notice).
INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en,
                  kinds)
VALUES ('R-10-3', 1, 'R-10-3', '10', 'F', 'rc', 'matter', 'change', 0, '', NULL, NULL,
        '召开协商会时没有有效的协商公示', 'a session was held without a notice in force',
        '每次协商会前张贴并发布协商公示；已公示的补录',
        'post and publish a notice before each session; enter late one that was posted',
        'meeting_session');
CREATE VIEW "R-10-3" AS
SELECT s.subject, s.unit, s.unit AS division, s.record, NULL AS other, 'F' AS severity, '' AS code,
       s.day AS anchor_day, s.signed_day AS since_day, NULL AS until_day, day_text(s.day) AS fact
  FROM session_notice s WHERE s.notice IS NULL;

INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en,
                  kinds)
VALUES ('R-10-4', 1, 'R-10-4', '10', 'F', 'rc', 'matter', 'change', 0, '', NULL, NULL,
        '协商会的日期或地点与公示不一致', 'a session differs from its notice in date or place',
        '变更时间、地点的，会前重新公示；填写有误的更正',
        'post a changed time or place anew before the session; correct what was written wrongly',
        'meeting_session');
CREATE VIEW "R-10-4" AS
SELECT s.subject, s.unit, s.unit AS division, s.record, n.record AS other, 'F' AS severity, c.code,
       s.day AS anchor_day, s.signed_day AS since_day, NULL AS until_day,
       iif(c.code = 'date', day_text(s.day) || ' <> ' || day_text(n.meeting_day), '') AS fact
  FROM session_notice s CROSS JOIN posting n ON n.record = s.notice
  CROSS JOIN (SELECT 'date' AS code UNION ALL SELECT 'place') c
 WHERE CASE c.code WHEN 'date' THEN n.meeting_day <> s.day ELSE n.place <> s.place END;

-- Days are left until the earlier of the two days: who does not hear of a postponement comes in vain. A
-- notice for the next session, after one was held, changes nothing. What was superseded again since did
-- happen all the same.
INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en,
                  kinds)
VALUES ('R-10-5', 1, 'R-10-5', '10', 'F', 'rc', 'matter', 'change', 0, 'notice_min_days notice_count', NULL, NULL,
        '临近会议才变更时间或地点，剩余天数少于规定的公示天数',
        'time or place of a meeting was changed when fewer days were left than a notice takes',
        '变更时重新留足公示天数，并逐户通知',
        'leave the days of a notice again after a change, and tell people at their doors',
        'public_notice');
CREATE VIEW "R-10-5" AS
SELECT k.subject, k.unit, k.unit AS division, k.record, k.other, 'F' AS severity, c.code,
       k.earlier AS anchor_day, k.signed_day AS since_day, NULL AS until_day,
       day_text(k.earlier) || ' - ' || day_text(k.day) || ' = ' || (k.earlier - k.day) AS fact
  FROM (SELECT n.subject, n.unit, n.record, p.record AS other, n.signed_day, n.day,
               min(n.meeting_day, p.meeting_day) AS earlier,
               n.meeting_at_ms <> p.meeting_at_ms AS moved, n.place <> p.place AS elsewhere
          FROM posting n JOIN ref f ON f.rec = n.record JOIN posting p ON p.id = f.target
         WHERE f.rel = 'supersedes' AND +p.subject = n.subject AND p.unit = n.unit
           AND NOT EXISTS (SELECT s.record FROM session s
                            WHERE s.subject = n.subject AND s.unit = n.unit
                              AND s.day >= p.meeting_day AND s.day <= n.day)) k
  CROSS JOIN (SELECT 'time' AS code UNION ALL SELECT 'place') c
 WHERE CASE c.code WHEN 'time' THEN k.moved ELSE k.elsewhere END
   AND k.day > notice_due('notice_min_days', k.unit, k.earlier);

-- In time: until the day that the notice gives for it, without one until the meeting.
INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en,
                  kinds)
VALUES ('R-10-6', 1, 'R-10-6', '10', 'F', 'rc', 'matter', 'change', 0, '', NULL, NULL,
        '公示期间申请参加的居民或利益相关方未被邀请',
        'an applicant who registered in time was not invited',
        '应予登记并邀请参加，居委会没有裁量余地；已邀请的更正登记',
        'invite every applicant: there is no discretion; correct the registration once invited',
        'participation_registration');
CREATE VIEW "R-10-6" AS
SELECT k.subject, k.unit, k.unit AS division, k.record, n.record AS other, 'F' AS severity,
       '' AS code, k.day AS anchor_day, k.signed_day AS since_day, NULL AS until_day,
       day_text(k.day) || ' <= ' || day_text(coalesce(n.apply_until_day, n.meeting_day)) AS fact
  FROM (SELECT a.subject, a.unit, a.record, a.signed_day, coalesce(r.applied_on, a.day) AS day
          FROM step_act a JOIN participation_registration r ON r.rec = a.record
         WHERE coalesce(r.invited, 0) = 0) k
  JOIN posting n ON n.record =
       (SELECT p.record FROM ref f JOIN posting p ON p.id = f.target
         WHERE f.rec = k.record AND f.rel = 'based_on' AND +p.subject = k.subject
           AND k.day <= coalesce(p.apply_until_day, p.meeting_day)
         ORDER BY p.day DESC, p.id DESC LIMIT 1);

-- Why (2026-11): the period ends with the meeting, not with `apply_until`: a committee may be generous,
-- and whom it still registered did apply. It begins with the first of the notices that supersede each
-- other, whatever they changed, since people apply for the matter.
INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en,
                  kinds)
VALUES ('R-10-7', 1, 'R-10-7', '10', 'E', 'rc', 'matter', 'change', 1, '', NULL, NULL,
        '参加登记的日期不在公示期间', 'an application is dated outside the time of the notice',
        '核对申请日期，引用申请时有效的公示',
        'check the day of the application, and refer to the notice of that time',
        'participation_registration');
CREATE VIEW "R-10-7" AS
SELECT k.subject, k.unit, k.unit AS division, k.record, n.record AS other, 'E' AS severity,
       iif(k.day < k.begun, 'before', 'after') AS code, k.day AS anchor_day,
       k.signed_day AS since_day, NULL AS until_day,
       day_text(k.day)
       || iif(k.day < k.begun, ' < ' || day_text(k.begun), ' > ' || day_text(n.meeting_day)) AS fact
  FROM (SELECT q.subject, q.unit, q.record, q.signed_day, q.day, q.notice,
               (WITH RECURSIVE earlier(record, day) AS
                       (SELECT p.record, p.day FROM posting p WHERE p.record = q.notice UNION
                        SELECT p.record, p.day
                          FROM earlier e CROSS JOIN ref f ON f.rec = e.record
                          CROSS JOIN posting p ON p.id = f.target
                         WHERE f.rel = 'supersedes' AND +p.subject = q.subject)
                SELECT min(day) FROM earlier) AS begun
          FROM (SELECT a.subject, a.unit, a.record, a.signed_day,
                       coalesce(r.applied_on, a.day) AS day,
                       (SELECT p.record FROM ref f JOIN posting p ON p.id = f.target
                         WHERE f.rec = a.record AND f.rel = 'based_on' AND +p.subject = a.subject
                         ORDER BY p.day DESC, p.id DESC LIMIT 1) AS notice
                  FROM step_act a JOIN participation_registration r ON r.rec = a.record) q) k
  JOIN posting n ON n.record = k.notice
 WHERE k.day < k.begun OR k.day > n.meeting_day;

-- Of notices that are in time as claimed, those that the units above did not have in time; R-10-1 has the
-- others. That one is late as proven shows from the day after the last on which it could be posted.
INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en,
                  kinds)
VALUES ('R-10-8', 1, 'R-10-8', '10', 'F', 'rc', 'matter', 'change', 0, 'notice_min_days notice_count', NULL, NULL,
        '协商公示按期张贴未能证明：上级节点在期限之后才收到该记录',
        'a notice is in time as claimed, which is not proven: the units above had it only after its day',
        '张贴当日发布协商公示并保持联网，使其及时得到回执',
        'publish a notice on the day on which it is posted, and stay online so that it gets its receipts',
        'public_notice');
CREATE VIEW "R-10-8" AS
SELECT k.subject, k.unit, k.unit AS division, k.record, NULL AS other, 'F' AS severity, '' AS code,
       k.meeting_day AS anchor_day, k.due_day + 1 AS since_day, NULL AS until_day,
       day_text(k.first_day) || ' <= ' || day_text(k.due_day) || ' < '
       || coalesce(day_text(k.proven_day), '-') AS fact
  FROM (SELECT n.subject, n.unit, n.record, n.meeting_day, n.first_day, n.proven_day,
               notice_due('notice_min_days', n.unit, n.meeting_day) AS due_day
          FROM posting_count n WHERE n.standing = 'in_force') k
 WHERE k.first_day <= k.due_day AND (k.proven_day IS NULL OR k.proven_day > k.due_day);

INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en,
                  kinds)
VALUES ('R-10-9', 1, 'R-10-9', '10', 'I', 'rc', 'matter', 'change', 0, '', NULL, NULL,
        '协商公示没有张贴照片', 'there is no photograph of the posting',
        '拍摄张贴现场，以“补充附件”记录补上', 'take one and add it by an attachment_add',
        'public_notice');
CREATE VIEW "R-10-9" AS
SELECT a.subject, a.unit, a.unit AS division, a.record, NULL AS other, 'I' AS severity, '' AS code,
       coalesce(n.posted_on, a.day) AS anchor_day, a.signed_day AS since_day, NULL AS until_day,
       '' AS fact
  FROM step_act a JOIN public_notice n ON n.rec = a.record
 WHERE NOT EXISTS (SELECT t.rec FROM attachment t
                    WHERE t.rec = a.record AND t.media_type LIKE 'image/%')
   AND NOT EXISTS (SELECT f.rec FROM ref f JOIN act b ON b.record = f.rec
                     JOIN attachment t ON t.rec = b.record
                    WHERE f.target = a.id AND f.rel = 'based_on' AND b.kind = 'attachment_add'
                      AND b.unit = a.unit AND b.subject IN (a.subject, '-')
                      AND t.media_type LIKE 'image/%');

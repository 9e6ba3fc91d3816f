-- Article 11: the meeting, and what it comes to (第十一条).

-- Sessions, with the day on which they began.
CREATE VIEW session_held AS
SELECT a.subject, a.unit, a.street, a.record, a.id, a.signed_day,
       (m.started_at_ms + 28800000) / 86400000 AS day, m.started_at_ms, m.session_no, m.level, m.result,
       m.moderator_party_kind, m.third_party_reason, m.present_total, m.street_present,
       m.department_present
  FROM step_act a JOIN meeting_session m ON m.rec = a.record;

-- Determinations by which a topic is listed.
CREATE VIEW topic_listed AS
SELECT a.subject, a.unit, a.record, a.id, t.met_on AS day, t.nature, t.decision_matter
  FROM step_act a JOIN topic_determination t ON t.rec = a.record WHERE t.decision = 'listed';

-- With what a round of deliberation begins (node/model/PROCEDURE.md).
CREATE VIEW round_begun AS
SELECT a.subject, a.record, coalesce(t.met_on, o.reopened_on) AS day
  FROM step_act a LEFT JOIN topic_determination t ON t.rec = a.record
  LEFT JOIN reopening o ON o.rec = a.record
 WHERE t.decision = 'listed' OR o.rec IS NOT NULL;

-- Decisions of the residents' meeting and of the representatives.
CREATE VIEW assembly_held AS
SELECT a.subject, a.unit, a.record, a.id, a.signed_day, d.held_on AS day, d.body_kind, d.entitled,
       d.present, d."for" AS voted_for, d.passed, d.party_discussed_on
  FROM step_act a JOIN residents_meeting_decision d ON d.rec = a.record;

-- Dissent that was noted. "无" and the like say that there was none.
CREATE VIEW dissent_noted AS
SELECT a.subject, a.record, a.id,
       coalesce(c.reached_on, (m.started_at_ms + 28800000) / 86400000) AS day
  FROM step_act a LEFT JOIN meeting_session m ON m.rec = a.record
  LEFT JOIN consensus c ON c.rec = a.record
 WHERE trim(coalesce(m.dissent, c.dissent)) NOT IN ('', '无', '无。', '没有', '无异议');

-- Publications about a matter: its own, and those of several matters that refer to one of its records.
CREATE VIEW published AS
SELECT s.subject, a.unit, a.record, a.id, a.signed_day, p.subject AS what, p."from" AS from_day,
       p."to" AS to_day, coalesce(p.explained_to_dissenters, 0) AS explained
  FROM step s JOIN feedback_publication p ON p.rec = s.record JOIN act a ON a.record = s.record;

-- Why (2026-11): article 11(1) leaves the moderator of meetings of a compound or courtyard (小区、楼院) to the
-- committee, so no reason is asked there. A determination without one is refused by its form already.
INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-11-1', 1, 'R-11-1', '11(1)', 'E', 'rc', 'record', 'change', 1, '', NULL, NULL,
        '由第三方主持协商会，未写明专业性、技术性理由',
        'a third party moderated the session, and no professional or technical reason is given',
        '填写第三方主持的理由', 'state why a third party moderated');
CREATE VIEW "R-11-1" AS
SELECT subject, unit, unit AS division, record, NULL AS other, 'E' AS severity, '' AS code,
       day AS anchor_day, signed_day AS since_day, NULL AS until_day, NULL AS fact
  FROM session_held
 WHERE moderator_party_kind = 'third_party' AND level NOT IN ('compound', 'courtyard')
       AND trim(coalesce(third_party_reason, '')) = '';

-- Why (2026-11): whoever came had been told, so nothing is found when street or department were present;
-- and who was not invited is not blamed for being absent. An invitation upon a notice is for the next session,
-- one upon the determination for all. A department has no division: its absence counts at the street.
INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en,
                  kinds)
VALUES ('R-11-2', 1, 'R-11-2', '11(2)', 'F', 'rc st', 'matter', 'change', 0, '', NULL, NULL,
        '政府公共服务事项的协商会，未邀请街道（乡镇）或政府部门（not_invited），或者其受邀未到会（absent）',
        'a session on a public service, to which neither street nor department was invited (not_invited) '
        || 'or to which neither came (absent)',
        '邀请街道或相关部门参加下一次协商会；受邀的派人到会',
        'invite street or department to the next session; those who are invited send somebody',
        'meeting_session');
CREATE VIEW "R-11-2" AS
SELECT s.subject, s.unit, iif(s.invited, s.street, s.unit) AS division, s.record, s.invitation AS other,
       'F' AS severity, iif(s.invited, 'absent', 'not_invited') AS code, s.day AS anchor_day,
       s.signed_day AS since_day, NULL AS until_day, NULL AS fact
  FROM (SELECT b.*, b.invitation IS NOT NULL OR EXISTS
               (SELECT NULL FROM meeting_session_attendance p
                 WHERE p.rec = b.record AND p.party_kind IN ('street', 'department')
                       AND p.invited > 0) AS invited
          FROM (SELECT h.*,
                       (SELECT d.nature FROM topic_listed d
                         WHERE d.subject = h.subject AND d.day <= h.day
                         ORDER BY d.day DESC, d.id DESC LIMIT 1) AS nature,
                       (SELECT a.record FROM step_act a JOIN invitation i ON i.rec = a.record
                         WHERE a.subject = h.subject AND i.invited_kind IN ('street', 'department')
                               AND i.sent_on <= h.day
                               AND (EXISTS (SELECT NULL FROM link k
                                             WHERE k.rec = a.record
                                                   AND k.target_kind = 'topic_determination')
                                    OR NOT EXISTS
                                    (SELECT NULL FROM session_held e
                                      WHERE e.subject = h.subject AND e.day > i.sent_on
                                            AND e.day < h.day))
                         ORDER BY i.sent_on DESC, a.id DESC LIMIT 1) AS invitation
                  FROM session_held h WHERE h.street_present = 0 AND h.department_present = 0) b) s
 WHERE s.nature = 'public_service';

INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-11-3', 1, 'R-11-3', '11(2)', 'F', 'rc', 'record', 'change', 0, '', NULL, NULL,
        '协商会除社区“两委”外无其他协商主体到会',
        'nobody was present at the session besides the two committees',
        '邀请居民和其他利益相关方参加', 'invite residents and others who are concerned');
CREATE VIEW "R-11-3" AS
SELECT subject, unit, unit AS division, record, NULL AS other, 'F' AS severity, '' AS code,
       day AS anchor_day, signed_day AS since_day, NULL AS until_day, '0 / ' || present_total AS fact
  FROM session_held s
 WHERE NOT EXISTS (SELECT NULL FROM meeting_session_attendance p
                    WHERE p.rec = s.record AND p.present > 0
                          AND p.party_kind NOT IN ('party_org', 'committee'));

-- Why (2026-11): the number is "of the matter, from 1" (proto/meeting.proto), so it goes on after a reopening or
-- a new determination; it counts by the time at which sessions began, so that one which was forgotten can be
-- entered late with its own number, after which the later ones are corrected. Sessions of other units in this
-- matter, and what was withdrawn, are not counted.
INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en,
                  kinds)
VALUES ('R-11-4', 1, 'R-11-4', '11(4)', 'E', 'rc', 'matter', 'change', 0, '', NULL, NULL,
        '协商会次序号不连续：同一事项的协商会按召开时间依次编为第1、2、3次',
        'the sessions of a matter are not numbered 1, 2, 3 in the order in which they were held',
        '更正会次；此前的协商会尚未录入的先补录', 'correct the number; enter earlier sessions first',
        'meeting_session');
CREATE VIEW "R-11-4" AS
SELECT s.subject, s.unit, s.unit AS division, s.record, NULL AS other, 'E' AS severity, '' AS code,
       s.day AS anchor_day, s.signed_day AS since_day, NULL AS until_day,
       s.session_no || ' <> ' || s.nth AS fact
  FROM (SELECT h.*, (SELECT count(*) + 1 FROM session_held e
                      WHERE e.subject = h.subject AND e.unit = h.unit
                            AND (e.started_at_ms, e.id) < (h.started_at_ms, h.id)) AS nth
          FROM session_held h) s
 WHERE s.session_no <> s.nth;

-- Why (2026-11): sessions of the round under way count, as for the procedure. One that was adjourned had no
-- consensus either.
INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en,
                  kinds)
VALUES ('R-11-5', 1, 'R-11-5', '11(4)', 'E', 'rc po', 'matter', 'change', 1, 'shelve_min_sessions', NULL,
        NULL, '未经多次协商即搁置：未达成共识的协商会次数不足',
        'shelved after too few sessions without a consensus',
        '继续组织协商；次数达到要求后方可搁置', 'hold further sessions before shelving',
        'shelving');
CREATE VIEW "R-11-5" AS
SELECT s.subject, s.unit, s.unit AS division, s.record, NULL AS other, 'E' AS severity, '' AS code,
       s.day AS anchor_day, s.signed_day AS since_day, NULL AS until_day,
       s.sessions || ' < ' || s.least AS fact
  FROM (SELECT a.*, param('shelve_min_sessions', a.unit, a.day) AS least,
               (SELECT count(*) FROM session_held h
                 WHERE h.subject = a.subject AND h.result IN ('none', 'adjourned') AND h.day <= a.day
                       AND NOT EXISTS (SELECT NULL FROM round_begun b
                                        WHERE b.subject = a.subject AND b.day > h.day
                                              AND b.day < a.day)) AS sessions
          FROM step_act a WHERE a.kind = 'shelving') s
 WHERE s.sessions < s.least;

INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en,
                  kinds)
VALUES ('R-11-6', 1, 'R-11-6', '11(4)', 'E', 'rc po', 'matter', 'change', 1, '', NULL, NULL,
        '属于居民会议决策的事项不得搁置', 'what the residents'' meeting decides cannot be shelved',
        '继续协商，或者提请居民会议（居民代表会议）决定',
        'go on deliberating, or put it to the residents'' meeting',
        'shelving');
CREATE VIEW "R-11-6" AS
SELECT s.subject, s.unit, s.unit AS division, s.record, t.record AS other, 'E' AS severity, '' AS code,
       s.day AS anchor_day, s.signed_day AS since_day, NULL AS until_day, NULL AS fact
  FROM step_act s JOIN topic_listed t ON t.record =
       (SELECT d.record FROM topic_listed d WHERE d.subject = s.subject AND d.day <= s.day
         ORDER BY d.day DESC, d.id DESC LIMIT 1)
 WHERE s.kind = 'shelving' AND t.decision_matter = 1;

-- Why (2026-11): a session whose content is not here (yet, or any more) may have agreed: nothing is found then.
INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-11-7', 1, 'R-11-7', '11(4)', 'E', 'rc po', 'matter', 'change', 1, '', NULL, NULL,
        '共识所依据的协商会没有达成（或部分达成）共识',
        'the consensus does not rest on a session that reached one, be it on a part',
        '引用达成共识的协商会记录', 'refer to the session at which it was reached');
CREATE VIEW "R-11-7" AS
SELECT a.subject, a.unit, a.unit AS division, a.record, NULL AS other, 'E' AS severity, '' AS code,
       c.reached_on AS anchor_day, a.signed_day AS since_day, NULL AS until_day, NULL AS fact
  FROM step_act a JOIN consensus c ON c.rec = a.record
 WHERE NOT EXISTS
       (SELECT NULL FROM ref f JOIN record t ON t.id = f.target
          LEFT JOIN meeting_session m ON m.rec = t.no
         WHERE f.rec = a.record AND f.rel = 'based_on' AND t.subject = a.subject
               AND (t.content <> 'body'
                    OR (t.standing = 'in_force' AND m.result IN ('consensus', 'partial'))));

-- Why (2026-11): the first meeting after the consensus counts, whether or not it passed the item; items of one
-- consensus that one meeting decided are one duty. What was annulled need not be decided any more.
INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-11-8', 1, 'R-11-8', '11(4)', 'F', 'rc', 'matter', 'due', 0, 'assembly_days', NULL, NULL,
        '属于居民会议决策的事项，达成共识后未及时召开居民会议（居民代表会议）',
        'no residents'' meeting has been held in time on a consensus that it must decide',
        '召开居民会议或居民代表会议并录入决定', 'hold the meeting and record its decision');
CREATE VIEW "duty R-11-8" AS
SELECT q.subject, q.unit, q.unit AS division, q.record, q.day AS anchor_day,
       due('assembly_days', q.unit, q.day) AS due_day,
       d.rec AS met_record, d.held_on AS met_day, h.day AS proven_day
  FROM (SELECT DISTINCT t.subject, c.unit, c.record, t.agreed_day AS day,
               (SELECT b.record FROM assembly_held b
                 WHERE b.subject = t.subject AND b.day >= t.agreed_day
                       AND (t.item IN (SELECT i.no FROM residents_meeting_decision_items i
                                        WHERE i.rec = b.record)
                            OR NOT EXISTS (SELECT NULL FROM residents_meeting_decision_items i
                                            WHERE i.rec = b.record))
                 ORDER BY b.day, b.id LIMIT 1) AS met_record
          FROM track t JOIN step_act c ON c.record = t.consensus
         WHERE t.decision_matter = 1 AND t.state <> 'annulled') q
  LEFT JOIN residents_meeting_decision d ON d.rec = q.met_record
  LEFT JOIN held h ON h.record = d.rec;

-- What the procedure says (32: YS_IRREGULAR_UNDECIDED, node/model/track.h): a record that names no items and
-- carries out what may be is no fault, although others of its nature wait for the meeting.
INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-11-9', 1, 'R-11-9', '11(4)', 'E', 'rc', 'matter', 'change', 1, '', NULL, NULL,
        '属于居民会议决策的事项，居民会议（居民代表会议）通过之前即制定实施方案或者提交街道',
        'a plan or a submission of what the residents'' meeting has not passed yet',
        '先召开居民会议（居民代表会议）并录入通过的决定', 'hold the meeting and record its decision first');
CREATE VIEW "R-11-9" AS
SELECT a.subject, a.unit, a.unit AS division, a.record, NULL AS other, 'E' AS severity, '' AS code,
       s.day AS anchor_day, a.signed_day AS since_day, NULL AS until_day, NULL AS fact
  FROM step_act a JOIN step s ON s.record = a.record AND s.subject = a.subject
 WHERE a.kind IN ('implementation_plan', 'outcome_submission') AND (s.irregular & 32) <> 0;

-- What ends the waiting of what was shelved: it is taken up, determined anew (in whatever way), or closed.
CREATE VIEW shelving_review AS
SELECT a.subject, a.record, a.id, coalesce(o.reopened_on, t.met_on, c.closed_on) AS day
  FROM step_act a LEFT JOIN reopening o ON o.rec = a.record
  LEFT JOIN topic_determination t ON t.rec = a.record
  LEFT JOIN matter_close c ON c.rec = a.record
 WHERE a.kind IN ('reopening', 'topic_determination', 'matter_close');

-- Why (2026-11): the day on which the committees meant to look again (look_again_on) is a wish of their own,
-- which `next` shows; it neither lengthens nor shortens the district's limit.
INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-11-10', 1, 'R-11-10', '11(4)', 'F', 'rc po', 'matter', 'due', 0, 'shelved_review_days', NULL,
        NULL, '搁置事项超过规定天数未复议', 'a shelved matter has not been looked at again in time',
        '社区“两委”复议：时机成熟的重新协商，不再协商的办结',
        'the two committees look at it again: reopen it, or close it');
CREATE VIEW "duty R-11-10" AS
SELECT s.subject, s.unit, s.unit AS division, s.record, s.day AS anchor_day,
       due('shelved_review_days', s.unit, s.day) AS due_day, h.record AS met_record, s.met_day,
       h.day AS proven_day
  FROM (SELECT a.*, (SELECT min(r.day) FROM shelving_review r
                      WHERE r.subject = a.subject AND r.day >= a.day) AS met_day
          FROM step_act a WHERE a.kind = 'shelving') s
  LEFT JOIN held h ON h.record = (SELECT r.record FROM shelving_review r
                                    WHERE r.subject = s.subject AND r.day = s.met_day
                                    ORDER BY r.id LIMIT 1);

-- House rules of a unit that are in force, or were.
CREATE VIEW house_rules_made AS
SELECT l.division AS unit, +h.level AS level, h.subject, h.effective_from
  FROM log l CROSS JOIN house_rules h ON h.rec >= l.no << 32 AND h.rec < (l.no + 1) << 32
  CROSS JOIN record r ON r.no = h.rec
 WHERE r.verdict = 'ok' AND r.standing IN ('in_force', 'superseded');

-- Rules that were replaced since were in force on the day of the session. A discipline (11(3)) is no procedure.
INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-11-11', 1, 'R-11-11', '11(5)', 'I', 'rc', 'unit', 'change', 0, '', NULL, NULL,
        '小区、楼院等层面召开协商会，未见该层面的议事规则或程序',
        'a session below the level of the community, without house rules or a procedure of that level',
        '与协商主体共同制定该层面的议事程序并录入', 'make a procedure of that level with those who take part');
CREATE VIEW "R-11-11" AS
SELECT s.subject, a.unit, a.unit AS division, s.record, NULL AS other, 'I' AS severity, '' AS code,
       (m.started_at_ms + 28800000) / 86400000 AS anchor_day, s.signed_day AS since_day,
       NULL AS until_day, NULL AS fact
  FROM span a CROSS JOIN meeting_session m ON m.rec BETWEEN a.first AND a.last
  CROSS JOIN step_act s ON s.record = m.rec
 WHERE m.level <> 'community'
       AND NOT EXISTS
       (SELECT NULL FROM house_rules_made r
         WHERE r.unit = a.unit AND r.level = m.level AND r.subject <> 'discipline'
               AND r.effective_from <= (m.started_at_ms + 28800000) / 86400000);

-- By what an attachment is said to be, or by its title. Where it lies does not matter.
INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en,
                  kinds)
VALUES ('R-11-12', 1, 'R-11-12', '11', 'F', 'rc', 'matter', 'change', 0, '', NULL, NULL,
        '协商会没有附会议记录（minutes）或者签到表（sign_in_sheet）',
        'a session without minutes (minutes) or without a sign-in sheet (sign_in_sheet)',
        '用“补充附件”补上', 'add it by a record of further attachments',
        'meeting_session');
CREATE VIEW "R-11-12" AS
SELECT subject, unit, unit AS division, record, NULL AS other, 'F' AS severity, 'minutes' AS code,
       day AS anchor_day, signed_day AS since_day, NULL AS until_day, NULL AS fact
  FROM session_held s
 WHERE NOT EXISTS (SELECT NULL FROM attached x
                    WHERE x.record = s.record
                          AND (x.role = 'minutes' OR instr(x.title, '会议记录') > 0
                               OR instr(x.title, '会议纪要') > 0))
UNION ALL
SELECT subject, unit, unit, record, NULL, 'F' AS severity, 'sign_in_sheet' AS code, day, signed_day,
       NULL, NULL
  FROM session_held s
 WHERE NOT EXISTS (SELECT NULL FROM attached x
                    WHERE x.record = s.record
                          AND (x.role = 'sign_in_sheet' OR instr(x.title, '签到') > 0));

-- Until one publication explains; that nothing is published at all is R-13-1's.
INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en,
                  kinds)
VALUES ('R-11-13', 1, 'R-11-13', '11(3)', 'F', 'rc', 'matter', 'change', 0, '', NULL, NULL,
        '协商中有不同意见，公开反馈时未向持不同意见者作出说明',
        'dissent was noted, and the feedback does not explain the outcome to those who dissented',
        '向持不同意见者说明，并在反馈公开中注明', 'explain it to them, and say so in a publication',
        'feedback_publication');
CREATE VIEW "R-11-13" AS
SELECT o.subject, o.unit, o.unit AS division, o.record, o.dissent AS other, 'F' AS severity, '' AS code,
       o.from_day AS anchor_day, o.signed_day AS since_day, NULL AS until_day, NULL AS fact
  FROM (SELECT p.*, (SELECT d.record FROM dissent_noted d
                      WHERE d.subject = p.subject AND d.day <= p.from_day
                      ORDER BY d.day, d.id LIMIT 1) AS dissent
          FROM published p WHERE p.what NOT IN ('progress', 'evaluation')) o
 WHERE o.dissent IS NOT NULL
       AND NOT EXISTS (SELECT NULL FROM published q
                        WHERE q.subject = o.subject AND q.explained = 1);

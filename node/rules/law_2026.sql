-- The law of 2026 (城市居民委员会组织法, in force since 2026-01-01, day 20454): residents' meetings, publication.

-- Notices of a residents' meeting, with its day.
CREATE VIEW assembly_notice AS
SELECT a.subject, a.unit, a.record, a.id, a.signed_day, n.body_kind, n.notified_on,
       (n.meeting_at_ms + 28800000) / 86400000 AS day, n.special_circumstances
  FROM step_act a JOIN residents_meeting_notice n ON n.rec = a.record;

-- Why (2026-11): `none`: a meeting that decided, and no notice of one in the matter by then, is the plainest case
-- of less than the days asked. A notice of any day counts, since a meeting may be put off.
INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en,
                  kinds)
VALUES ('R-L-26', 1, 'R-L-26', 'L26', 'F', 'rc', 'matter', 'change', 0,
        'assembly_notice_days notice_count', 20454, NULL,
        '居民会议未提前规定天数通知，也未写明特殊情况；或者没有通知就召开（none）',
        'a residents'' meeting was notified too late, and no special circumstances are given; or not at all (none)',
        '提前通知；确有特殊情况的写明；已通知而未录入的，补录“居民会议通知”',
        'notify in time, or state the special circumstances; enter a notice that was given and not recorded',
        'residents_meeting_notice residents_meeting_decision');
CREATE VIEW "R-L-26" AS
SELECT subject, unit, unit AS division, record, NULL AS other, 'F' AS severity, '' AS code,
       day AS anchor_day, signed_day AS since_day, NULL AS until_day,
       day_text(day) || ' - ' || day_text(notified_on) || ' = ' || (day - notified_on) AS fact
  FROM assembly_notice
 WHERE body_kind = 'assembly' AND notified_on > notice_due('assembly_notice_days', unit, day)
       AND trim(coalesce(special_circumstances, '')) = ''
UNION ALL
SELECT h.subject, h.unit, h.unit, h.record, NULL, 'F', 'none', h.day, h.signed_day, NULL,
       day_text(h.day)
  FROM assembly_held h
 WHERE h.body_kind = 'assembly'
       AND NOT EXISTS (SELECT n.record FROM assembly_notice n
                        WHERE n.subject = h.subject AND n.body_kind = 'assembly'
                              AND n.notified_on <= h.day);

-- quorum: fewer than the law wants were there. E when it is recorded as passed; F when it says itself that
-- it is not valid. majority, not_passed: `passed` contradicts the votes.
INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-L-27', 1, 'R-L-27', 'L27', 'E/F', 'rc', 'record', 'change', 0, '', 20454, NULL,
        '居民会议到会人数未过半数（quorum），或者是否通过与票数不符：赞成未过到会半数却记为通过（majority），'
        || '到会和赞成均过半数却记为未通过（not_passed）',
        'residents'' meeting: not more than half of those entitled were there (quorum); or what is recorded '
        || 'contradicts the votes: passed without more than half of those present (majority), or not passed '
        || 'although both were met (not_passed)',
        '核对人数和票数后更正；人数不足的另行召开', 'check the figures; without a quorum, call it again');
CREATE VIEW "R-L-27" AS
SELECT subject, unit, unit AS division, record, NULL AS other,
       iif(passed, 'E', 'F') AS severity, 'quorum' AS code,
       day AS anchor_day, signed_day AS since_day, NULL AS until_day,
       '2 * ' || present || ' <= ' || entitled AS fact
  FROM assembly_held WHERE body_kind = 'assembly' AND 2 * present <= entitled
UNION ALL
SELECT subject, unit, unit, record, NULL, 'E' AS severity, 'majority' AS code, day, signed_day, NULL,
       '2 * ' || voted_for || ' <= ' || present
  FROM assembly_held WHERE body_kind = 'assembly' AND passed AND 2 * voted_for <= present
UNION ALL
SELECT subject, unit, unit, record, NULL, 'E' AS severity, 'not_passed' AS code, day, signed_day, NULL,
       '2 * ' || voted_for || ' > ' || present
  FROM assembly_held
 WHERE body_kind = 'assembly' AND NOT passed AND 2 * present > entitled AND 2 * voted_for > present;

INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-L-29', 1, 'R-L-29', 'L29', 'E/F', 'rc', 'record', 'change', 0, '', 20454, NULL,
        '居民代表会议到会人数不足三分之二（quorum），或者是否通过与票数不符：赞成未过到会半数却记为通过（majority），'
        || '到会和赞成均达到要求却记为未通过（not_passed）',
        'representatives'' meeting: fewer than two thirds of those entitled were there (quorum); or what is '
        || 'recorded contradicts the votes: passed without more than half of those present (majority), or not '
        || 'passed although both were met (not_passed)',
        '核对人数和票数后更正；人数不足的另行召开', 'check the figures; without a quorum, call it again');
CREATE VIEW "R-L-29" AS
SELECT subject, unit, unit AS division, record, NULL AS other,
       iif(passed, 'E', 'F') AS severity, 'quorum' AS code,
       day AS anchor_day, signed_day AS since_day, NULL AS until_day,
       '3 * ' || present || ' < 2 * ' || entitled AS fact
  FROM assembly_held WHERE body_kind = 'representatives' AND 3 * present < 2 * entitled
UNION ALL
SELECT subject, unit, unit, record, NULL, 'E' AS severity, 'majority' AS code, day, signed_day, NULL,
       '2 * ' || voted_for || ' <= ' || present
  FROM assembly_held WHERE body_kind = 'representatives' AND passed AND 2 * voted_for <= present
UNION ALL
SELECT subject, unit, unit, record, NULL, 'E' AS severity, 'not_passed' AS code, day, signed_day, NULL,
       '2 * ' || voted_for || ' > ' || present
  FROM assembly_held
 WHERE body_kind = 'representatives' AND NOT passed AND 3 * present >= 2 * entitled
       AND 2 * voted_for > present;

-- The last days of months since the law is in force.
CREATE VIEW month_end AS
WITH m(nth) AS (VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11), (12))
SELECT unixepoch(format('%d-%02d-01', y.year, m.nth), '+1 month') / 86400 - 1 AS day
  FROM year y CROSS JOIN m WHERE y.from_day >= 20454;

-- The periods of the representatives' meeting: they end where the parameter's value on that day ends one, and
-- begin where the one before has ended, so that none is lost or counted twice when the value changes.
CREATE VIEW reps_period AS
SELECT u.unit, e.day AS to_day,
       coalesce(lag(e.day) OVER (PARTITION BY u.unit ORDER BY e.day) + 1, 20454) AS from_day
  FROM unit u CROSS JOIN month_end e
 WHERE u.level = 'community' AND period_end('reps_meeting_period', u.unit, e.day) = e.day;

-- Meetings of the representatives: of what they decided, and of what they reviewed.
CREATE VIEW reps_meeting AS
SELECT a.unit, a.record, a.id, coalesce(d.held_on, v.held_on) AS day
  FROM log_record a LEFT JOIN residents_meeting_decision d ON d.rec = a.record
  LEFT JOIN residents_review v ON v.rec = a.record
 WHERE a.standing = 'in_force' AND 'representatives' IN (d.body_kind, v.body_kind);

-- Why (2026-11): from the period in which the community first signed a record of a matter, not from that in
-- which what it entered late had happened: nobody kept these records then. A period without a meeting cannot be
-- made up for; what was found ends with the next meeting, as that of any duty that was done too late. A community
-- that was gone on the last day of a period (merged), or was yet to come, owes none.
INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-L-28', 1, 'R-L-28', 'L28', 'F', 'rc', 'unit', 'due', 0, 'reps_meeting_period', 20454, NULL,
        '本周期（半年）内没有召开居民代表会议',
        'no meeting of the residents'' representatives in the period (half-year)',
        '每半年至少召开一次居民代表会议，并录入决定或监督评议',
        'hold one in each period, and record its decision or review');
CREATE VIEW "duty R-L-28" AS
SELECT '-' AS subject, q.unit, q.unit AS division, NULL AS record, q.from_day AS anchor_day,
       q.to_day AS due_day, h.record AS met_record, q.met_day, h.day AS proven_day
  FROM (SELECT p.*, (SELECT min(m.day) FROM reps_meeting m
                      WHERE m.unit = p.unit AND m.day >= p.from_day) AS met_day
          FROM reps_period p) q
  LEFT JOIN held h ON h.record = (SELECT m.record FROM reps_meeting m
                                    WHERE m.unit = q.unit AND m.day = q.met_day
                                    ORDER BY m.id LIMIT 1)
 WHERE q.to_day >= (SELECT min(r.signed_day) FROM log_record r
                     WHERE r.unit = q.unit AND r.subject <> '-')
   AND NOT EXISTS
       (SELECT g.unit FROM unit_missing g WHERE g.unit = q.unit AND q.to_day BETWEEN g.first AND g.last);

INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-L-30', 1, 'R-L-30', 'L30', 'F', 'rc po', 'record', 'change', 0, '', 20454, NULL,
        '居民会议（居民代表会议）决定前未经社区党组织研究讨论',
        'decided by a residents'' meeting without discussion by the party organisation before it',
        '会前由社区党组织研究讨论，并填写日期', 'have it discussed before the meeting, and state the day');
CREATE VIEW "R-L-30" AS
SELECT subject, unit, unit AS division, record, NULL AS other, 'F' AS severity, '' AS code,
       day AS anchor_day, signed_day AS since_day, NULL AS until_day,
       coalesce(day_text(party_discussed_on), '-') || ' > ' || day_text(day) AS fact
  FROM assembly_held WHERE party_discussed_on IS NULL OR party_discussed_on > day;

-- What must be published: what was settled, and that it was carried out.
CREATE VIEW to_publish AS
SELECT a.subject, a.record, a.id, coalesce(c.reached_on, i.completed_on, r.submitted_on) AS day,
       iif(c.rec IS NULL, 'implementation', 'settled') AS what
  FROM step_act a LEFT JOIN consensus c ON c.rec = a.record
  LEFT JOIN implementation_completion i ON i.rec = a.record
  LEFT JOIN commission_result r ON r.rec = a.record
 WHERE c.rec IS NOT NULL OR i.rec IS NOT NULL OR r.result IN ('consensus', 'partial');

-- Why (2026-11): the law says how long, not until when. So "not published" is said of a matter that has been
-- closed; before that, R-13-1 counts the days of `feedback_days`. A publication on the outcome tells what was
-- settled, too. Publications that follow one another are one.
INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en,
                  kinds)
VALUES ('R-L-34', 1, 'R-L-34', 'L34', 'F', 'rc', 'matter', 'change', 0, 'publication_days', 20454, NULL,
        '协商议定的事项（settled）或其落实情况（implementation）未公开即办结，或者公开天数不足（short）',
        'closed, although what was settled (settled) or its implementation (implementation) had not been '
        || 'published; or published for too few days (short)',
        '补充公开；公开天数达到要求后再撤下', 'publish it, and keep it published long enough',
        'feedback_publication matter_close');
CREATE VIEW "R-L-34" AS
SELECT p.subject, p.unit, p.unit AS division, p.record, NULL AS other, 'F' AS severity, 'short' AS code,
       p.from_day AS anchor_day, p.signed_day AS since_day, NULL AS until_day,
       day_text(p.to_day) || ' - ' || day_text(p.from_day) || ' = ' || (p.to_day - p.from_day) AS fact
  FROM published p
 WHERE p.what NOT IN ('shelving', 'evaluation')
       AND due('publication_days', p.unit, p.from_day) IS NOT NULL
       AND NOT EXISTS
       (SELECT NULL FROM published q
         WHERE q.subject = p.subject AND q.what = p.what
               AND (q.to_day >= due('publication_days', q.unit, q.from_day)
                    OR (q.from_day <= p.to_day + 1 AND p.from_day <= q.to_day + 1
                        AND max(p.to_day, q.to_day)
                            >= due('publication_days', p.unit, min(p.from_day, q.from_day)))))
UNION ALL
SELECT a.subject, a.unit, a.unit, a.record, w.record, 'F' AS severity, w.what AS code, c.closed_on,
       a.signed_day, NULL, NULL
  FROM step_act a JOIN matter_close c ON c.rec = a.record JOIN to_publish w ON w.subject = a.subject
 WHERE c."end" NOT IN ('withdrawn', 'annulled', 'merged')
       AND NOT EXISTS (SELECT NULL FROM to_publish v
                        WHERE v.subject = w.subject AND v.what = w.what
                              AND (v.day, v.id) < (w.day, w.id))
       AND NOT EXISTS (SELECT NULL FROM published p
                        WHERE p.subject = a.subject
                              AND (p.what IN ('progress', 'completion', 'commission')
                                   OR (w.what = 'settled' AND p.what IN ('consensus', 'decision'))));

-- Objections, and the unit whose publication it is: that which holds the matter; without one the community whose
-- record is objected to, else the one that wrote the objection down. Also one whose content was erased by law.
CREATE VIEW objection_act AS
SELECT s.unit, a.no AS record, a.id, a.subject, (a.signed_s + 28800) / 86400 AS signed_day,
       iif(a.subject = '-',
           coalesce((SELECT l.division FROM ref f JOIN record t ON t.id = f.target JOIN log l ON l.no = t.log
                      WHERE f.rec = a.no AND f.rel = 'based_on' AND l.level = 'community'
                      ORDER BY f.nth LIMIT 1), s.unit),
           substr(a.subject, 1, instr(a.subject, '-') - 1)) AS holder
  FROM span s CROSS JOIN record a ON a.log = s.log AND a.kind = 'objection'
 WHERE +a.verdict = 'ok' AND +a.standing = 'in_force';

-- Why (2026-11): whoever made the record objected to answers: the community, or the street for itself and those
-- above it; a unit above may, too. An objection need not name a matter: one to a plan of the year, or to a list of several matters, is
-- to be answered, too. So it is a rule of the unit in whose log the objection stands.
INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-L-35', 1, 'R-L-35', 'L35', 'F', 'rc st', 'unit', 'due', 0, 'objection_days', 20454, NULL,
        '对公开事项的异议未在期限内答复', 'an objection about a publication has not been answered in time',
        '发布“异议答复”记录；逾期仍须答复', 'publish the reply; late is better than never');
CREATE VIEW "duty R-L-35" AS
SELECT s.subject, s.unit, s.division, s.record, coalesce(o.raised_on, s.signed_day) AS anchor_day,
       due('objection_days', s.unit, coalesce(o.raised_on, s.signed_day)) AS due_day,
       r.rec AS met_record, r.replied_on AS met_day, h.day AS proven_day
  FROM (SELECT s.*,
               iif(EXISTS (SELECT NULL FROM ref f JOIN record t ON t.id = f.target
                             JOIN log l ON l.no = t.log
                            WHERE f.rec = s.record AND f.rel = 'based_on' AND l.level <> 'community'
                                  AND (s.subject = '-' OR t.subject IN (s.subject, '-'))),
                   substr(s.holder, 1, 9), s.holder) AS division
          FROM objection_act s) s LEFT JOIN objection o ON o.rec = s.record
  LEFT JOIN objection_reply r ON r.rec =
       (SELECT b.record FROM ref f JOIN act b ON b.record = f.rec
          JOIN objection_reply x ON x.rec = b.record
         WHERE f.target = s.id AND f.rel = 'answers' AND b.unit = substr(s.division, 1, length(b.unit))
               AND (s.subject = '-' OR b.subject IN (s.subject, '-'))
         ORDER BY x.replied_on, b.id LIMIT 1)
  LEFT JOIN held h ON h.record = r.rec
 WHERE coalesce(o.about, 'publication') = 'publication'
       AND coalesce(o.raised_on, s.signed_day) >= 20454;

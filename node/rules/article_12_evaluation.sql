-- Article 12(3): the participants evaluate the street (评议).

-- The matters that a round is about: its subject, those in its list, those whose records it refers to.
CREATE VIEW round_matter AS
SELECT e.rec AS round, r.subject AS matter FROM evaluation_round e CROSS JOIN record r ON r.no = e.rec
 WHERE r.subject <> '-'
UNION ALL
SELECT m.rec, m.value FROM evaluation_round_matters m
UNION ALL
SELECT f.rec, t.subject FROM ref f CROSS JOIN record t ON t.id = f.target
 WHERE f.rel = 'evaluates' AND t.subject <> '-';

-- The rounds on which a result rests.
CREATE VIEW result_round AS
SELECT f.rec AS result, r.no AS round
  FROM ref f CROSS JOIN record r ON r.id = f.target
 WHERE f.rel = 'based_on' AND r.kind = 'evaluation_round';

INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-12-9', 1, 'R-12-9', '12(3)', 'E', 'rc', 'record', 'change', 0, '', NULL, NULL,
        '评议内容应当恰好是三项：参与社区协商、协商成果的落实、协商结果的反馈',
        'an evaluation has exactly three dimensions: participation, implementation, feedback',
        '补齐或删去评议内容', 'ask for these three, once each');
CREATE VIEW "R-12-9" AS
SELECT a.subject, a.unit, a.unit AS division, a.record, NULL AS other, 'E' AS severity, '' AS code,
       a.day AS anchor_day, a.signed_day AS since_day, NULL AS until_day, c.fact
  FROM act a JOIN
       (SELECT e.rec, (SELECT count(DISTINCT d.dimension)
                         FROM evaluation_round_dimensions d WHERE d.rec = e.rec
                          AND d.dimension IN ('participation', 'implementation', 'feedback'))
               || ' / ' || (SELECT count(*) FROM evaluation_round_dimensions d
                             WHERE d.rec = e.rec) AS fact
          FROM evaluation_round e
        UNION ALL
        SELECT e.rec, (SELECT count(DISTINCT d.dimension)
                         FROM evaluation_result_dimensions d WHERE d.rec = e.rec
                          AND d.dimension IN ('participation', 'implementation', 'feedback'))
               || ' / ' || (SELECT count(*) FROM evaluation_result_dimensions d
                             WHERE d.rec = e.rec)
          FROM evaluation_result e) c ON c.rec = a.record
 WHERE c.fact <> '3 / 3';

-- Why (2026-11): eligible is what went up to the street and has come back: a public-service item that was
-- completed or declined, the result of a commission. Its period is that in which the first such item of
-- the matter ended, as the procedure has it. Any evaluation of the matter counts, whenever it was held: one
-- in November need not be held again for what is completed in December.
INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-12-10', 1, 'R-12-10', '12(3)', 'F', 'rc', 'unit', 'due', 0, 'evaluation_period evaluation_scope',
        NULL, NULL,
        '本期内办结的应评议事项，未组织协商主体对街道进行评议',
        'a matter that ended in the period was not evaluated by those who took part',
        '组织评议并发布“评议活动”和“评议结果”', 'hold the evaluation and publish its round and result');
CREATE VIEW "duty R-12-10" AS
SELECT m.subject, u.unit, u.unit AS division, coalesce(t.ended_by, t.response) AS record,
       t.ended_day AS anchor_day, period_end('evaluation_period', u.unit, t.ended_day) AS due_day,
       e.no AS met_record,
       (SELECT coalesce(x.held_on, a.day) FROM act a JOIN evaluation_result x ON x.rec = a.record
         WHERE a.record = e.no) AS met_day,
       (SELECT h.day FROM held h WHERE h.record = e.no) AS proven_day
  FROM unit_span u
  CROSS JOIN matter m ON m.subject BETWEEN u.unit || '-' AND u.unit || '.'
  CROSS JOIN track t ON t.subject = m.subject AND t.nth =
       (SELECT o.nth FROM track o
         WHERE o.subject = m.subject AND o.replaced = 0 AND o.ended_day IS NOT NULL
           AND ((o.nature = 'commissioned' AND o.ended_by IS NOT NULL)
                OR (o.nature = 'public_service' AND o.submission IS NOT NULL
                    AND param('evaluation_scope', u.unit, o.ended_day) =
                        'commissioned_and_public_service'))
         ORDER BY o.ended_day, o.nth LIMIT 1)
  LEFT JOIN record e ON e.no =
       (SELECT b.record FROM evaluation_result x CROSS JOIN act b ON b.record = x.rec
         WHERE x.rec BETWEEN u.first AND u.last AND b.unit = u.unit
           AND (b.subject = m.subject OR EXISTS
                (SELECT c.round FROM result_round c CROSS JOIN round_matter w ON w.round = c.round
                  WHERE c.result = x.rec AND w.matter = m.subject))
         ORDER BY coalesce(x.held_on, b.day), b.id LIMIT 1);

INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-12-11', 1, 'R-12-11', '12(3)', 'E', 'rc', 'record', 'change', 0, '', NULL, NULL,
        '评议结果的数字对不上：各等级票数之和应等于有效票，有效票不多于收回，收回不多于发出',
        'the figures of the evaluation do not add up: the grades of each dimension make up the valid ballots, '
        || 'of which there are no more than were returned, and of these no more than were issued',
        '核对票数后更正', 'count again and correct the figures');
CREATE VIEW "R-12-11" AS
SELECT a.subject, a.unit, a.unit AS division, a.record, NULL AS other, 'E' AS severity, c.code,
       a.day AS anchor_day, a.signed_day AS since_day, NULL AS until_day, c.fact
  FROM act a JOIN
       (SELECT e.rec, d.dimension AS code,
               (d.grade_5 + d.grade_4 + d.grade_3 + d.grade_2 + d.grade_1 + d.grade_0)
               || ' <> ' || e.valid AS fact
          FROM evaluation_result e JOIN evaluation_result_dimensions d ON d.rec = e.rec
         WHERE d.grade_5 + d.grade_4 + d.grade_3 + d.grade_2 + d.grade_1 + d.grade_0 <> e.valid
        UNION ALL
        SELECT rec, 'valid', valid || ' > ' || returned FROM evaluation_result WHERE valid > returned
        UNION ALL
        SELECT rec, 'returned', returned || ' > ' || issued FROM evaluation_result
         WHERE returned > issued) c ON c.rec = a.record;

INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-12-12', 1, 'R-12-12', '12(3)', 'F', 'rc', 'record', 'change', 0, 'min_ballots min_return', NULL,
        NULL,
        '评议有效票过少，或者回收率过低', 'too few valid ballots, or too few that came back',
        '再次组织评议，或者说明原因', 'evaluate again, or explain');
CREATE VIEW "R-12-12" AS
SELECT a.subject, a.unit, a.unit AS division, a.record, NULL AS other, 'F' AS severity, c.code,
       c.day AS anchor_day, a.signed_day AS since_day, NULL AS until_day, c.fact
  FROM act a JOIN
       (SELECT e.rec, 'ballots' AS code, coalesce(e.held_on, b.day) AS day,
               e.valid || ' < ' || param('min_ballots', b.unit, coalesce(e.held_on, b.day)) AS fact
          FROM evaluation_result e JOIN act b ON b.record = e.rec
         WHERE e.valid < param('min_ballots', b.unit, coalesce(e.held_on, b.day))
        UNION ALL
        SELECT e.rec, 'return', coalesce(e.held_on, b.day),
               e.returned || ' / ' || e.issued || ' < '
               || param('min_return', b.unit, coalesce(e.held_on, b.day)) || ' %'
          FROM evaluation_result e JOIN act b ON b.record = e.rec
         WHERE e.returned * 100 < e.issued * param('min_return', b.unit, coalesce(e.held_on, b.day)))
       c ON c.rec = a.record;

-- Sessions held of a matter.
CREATE VIEW held_session AS
SELECT a.subject, a.record, coalesce((s.started_at_ms + 28800000) / 86400000, a.day) AS day
  FROM step_act a JOIN meeting_session s ON s.rec = a.record;

-- Rounds in force, with the day on which they begin.
CREATE VIEW round_act AS
SELECT u.unit, a.record, a.subject, a.signed_day, coalesce(e."from", a.day) AS day
  FROM span u CROSS JOIN evaluation_round e ON e.rec BETWEEN u.first AND u.last
  CROSS JOIN act a ON a.record = e.rec;

-- Why (2026-11): a round of several matters is about none of them in its subject line, so the unit is its
-- scope. Sessions count that had been held when the round began, and of matters that the unit holds: only its
-- own it can have deliberated, and on others its node has no records, which would then be judged by where one
-- looks.
INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en,
                  kinds)
VALUES ('R-12-13', 1, 'R-12-13', '12(3)', 'E', 'rc', 'unit', 'change', 1, '', NULL, NULL,
        '被评议的事项尚未召开过协商会，或者评议人不属于参加过协商的主体',
        'a matter is evaluated that no session has been held on, or by such as took no part in any',
        '只对开过协商会的事项、由参加过协商的主体评议；补录的说明原因',
        'evaluate matters with a session, by those who took part; say why a late entry is late',
        'evaluation_round');
CREATE VIEW "R-12-13" AS
SELECT v.subject, v.unit, v.unit AS division, v.record, NULL AS other, 'E' AS severity,
       'session' AS code, v.day AS anchor_day, v.signed_day AS since_day, NULL AS until_day,
       m.value AS fact
  FROM round_act v CROSS JOIN evaluation_round_matters m ON m.rec = v.record
 WHERE NOT EXISTS (SELECT s.record FROM held_session s WHERE s.subject = m.value AND s.day <= v.day
                      AND s.subject BETWEEN v.unit || '-' AND v.unit || '.')
UNION ALL
SELECT v.subject, v.unit, v.unit, v.record, NULL, 'E', k.party_kind, v.day, v.signed_day, NULL,
       k.count || ' > 0'
  FROM round_act v CROSS JOIN evaluation_round_evaluators_by_kind k ON k.rec = v.record
 WHERE k.count > 0 AND NOT EXISTS
       (SELECT w.round FROM round_matter w CROSS JOIN held_session s ON s.subject = w.matter
          JOIN meeting_session_attendance p ON p.rec = s.record
         WHERE w.round = v.record AND s.day <= v.day AND p.party_kind = k.party_kind
           AND w.matter BETWEEN v.unit || '-' AND v.unit || '.' AND p.present > 0);

-- First and last day on which the entries of a log were signed.
CREATE VIEW log_life AS
SELECT s.log, (b.signed_s + 28800) / 86400 AS first_day, (z.signed_s + 28800) / 86400 AS last_day
  FROM span s JOIN record b ON b.no = s.first JOIN record z ON z.no = s.first + s.size - 1;
-- Days of an entry, whatever it is: as in `act`.
CREATE VIEW entry_day AS
SELECT no AS record, coalesce(occurred_day, (signed_s + 28800) / 86400) AS day,
       (signed_s + 28800) / 86400 AS signed_day
  FROM record;

-- Why (2026-11): of a report only the hash of its figures is recorded, so no figure can be seen to be
-- missing. What can be seen is on which logs it rests, and how far. The figures of a street on
-- implementation (responses, completions) come from its own log, those on evaluation from its communities'
-- logs. A log that was written to in the year is covered by a yearly report of the district, on all or on
-- that street (one record names no more than 512 logs), that names it, and leaves no entry of the year
-- out: the first one beyond is of a later year, or there is none. Where no matter had been opened, there
-- are no figures. By 31 January: the figures go into the yearly assessment, and no text names a day.
INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-12-18', 1, 'R-12-18', '12(2), 12(3)', 'F', 'da', 'unit', 'change', 0, '', NULL, NULL,
        '年度已结束，区级统计报告未包含该街道的成果落实或者评议数据',
        'the year is over, and the district''s report does not cover what a street has implemented, or how it '
        || 'was evaluated',
        '补封年度统计报告，列入该街道及其社区的日志', 'seal a report of the year that covers these logs');
CREATE VIEW "R-12-18" AS
SELECT '-' AS subject, u.unit, u.unit AS division, NULL AS record, a.record AS other, 'F' AS severity,
       iif(l.level = 'street', 'implementation', 'evaluation') AS code, y.from_day AS anchor_day,
       y.to_day + 32 AS since_day, a.day AS until_day,
       l.unit || ', ' || y.year || ': ' || coalesce(day_text(a.day), '-') || ' > '
       || day_text(y.to_day + 31) AS fact
  FROM unit_span u CROSS JOIN span l ON l.district = u.unit
  CROSS JOIN log_life f ON f.log = l.log
  CROSS JOIN year y ON y.to_day >= f.first_day AND y.from_day <= f.last_day
  LEFT JOIN entry_day a ON a.record =
       (SELECT s.record
          FROM report_snapshot p CROSS JOIN act s ON s.record = p.rec
          CROSS JOIN report_snapshot_inputs i ON i.rec = p.rec
         WHERE p.rec BETWEEN u.first AND u.last AND s.unit = u.unit
           AND p.scope IN (l.district, l.street) AND i.log = l.origin
           AND p."from" <= y.from_day AND p."to" >= y.to_day
           AND NOT EXISTS (SELECT x.record FROM entry_day x WHERE x.record = l.first + i.size
                              AND x.signed_day <= y.to_day)
         ORDER BY s.day, s.id LIMIT 1)
 WHERE l.level <> 'district' AND (a.day IS NULL OR a.day > y.to_day + 31)
   AND EXISTS (SELECT m.subject FROM matter m WHERE m.subject BETWEEN l.unit AND l.unit || ':'
                  AND m.opened_day <= y.to_day);

-- What has taken the place of a result, or of what it says. A correction of a correction counts as the
-- newest.
CREATE VIEW result_change AS
SELECT r.no AS result, r.stated_by AS change FROM record r WHERE r.stated_by IS NOT NULL
UNION ALL
SELECT r.no, c.no FROM record r JOIN ref f ON f.target = r.id JOIN record c ON c.no = f.rec
 WHERE f.rel = 'supersedes' AND c.kind = 'evaluation_result' AND r.standing = 'superseded';

-- Why (2026-11): whether the street has read a result is known when it says so: it has acknowledged or
-- answered it. Both were signed, and the later signature is the later act; the days of the evaluation say
-- nothing here. The unit is the street, in whose log it stands that it has read.
INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-12-19', 1, 'R-12-19', '12(3)', 'F', 'rc', 'unit', 'change', 0, '', NULL, NULL,
        '街道签收或者回应之后，评议结果又被更正或者替换',
        'the result of an evaluation was changed after the street had acknowledged or answered it',
        '核查更正理由，必要时核对选票', 'look at the reason of the change, and at the ballots where needed');
CREATE VIEW "R-12-19" AS
SELECT a.subject, v.unit, v.division, a.record, s.record AS other, 'F' AS severity, a.kind AS code,
       a.day AS anchor_day, a.signed_day AS since_day, NULL AS until_day,
       day_text(a.signed_day) || ' > ' || day_text(s.signed_day) AS fact
  FROM (SELECT u.street AS unit, u.unit AS division, c.change,
               (SELECT b.record FROM ref f JOIN act b ON b.record = f.rec
                 WHERE f.target = r.id AND b.unit = u.street
                   AND ((b.kind = 'evaluation_reply' AND f.rel = 'answers')
                        OR (b.kind = 'acknowledgement' AND f.rel = 'acknowledges'))
                 ORDER BY b.signed_s, b.id LIMIT 1) AS read
          FROM span u CROSS JOIN evaluation_result e ON e.rec BETWEEN u.first AND u.last
          CROSS JOIN record r ON r.no = e.rec CROSS JOIN result_change c ON c.result = e.rec) v
  CROSS JOIN act a ON a.record = v.change CROSS JOIN act s ON s.record = v.read
 WHERE a.signed_s > s.signed_s;

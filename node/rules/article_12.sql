-- Article 12: carrying out what was agreed (第十二条).

INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-12-4', 1, 'R-12-4', '12(2)', 'F', 'st', 'matter', 'due', 0, 'street_response_days', NULL, NULL,
        '街道未在期限内对提交的协商成果作出受理、转交或不予落实的答复',
        'the street has not answered a submitted outcome in time',
        '街道发布“街道受理/转交/不予落实”记录；逾期仍须答复',
        'the street publishes a street_response; late is better than never');
CREATE VIEW "duty R-12-4" AS
SELECT s.subject, s.unit, s.street AS division, s.record,
       coalesce(o.submitted_on, s.day) AS anchor_day,
       due('street_response_days', s.unit, coalesce(o.submitted_on, s.day)) AS due_day,
       a.record AS met_record, a.day AS met_day, h.day AS proven_day
  FROM step_act s JOIN outcome_submission o ON o.rec = s.record
  LEFT JOIN act a ON a.record =
       (SELECT b.record FROM ref f JOIN act b ON b.record = f.rec
         WHERE f.target = s.id AND f.rel = 'answers' AND b.kind = 'street_response'
         ORDER BY b.day, b.id LIMIT 1)
  LEFT JOIN held h ON h.record = a.record
 WHERE s.kind = 'outcome_submission';

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
       (SELECT d.rec, d.dimension AS code,
               (d.grade_5 + d.grade_4 + d.grade_3 + d.grade_2 + d.grade_1 + d.grade_0)
               || ' <> ' || e.valid AS fact
          FROM evaluation_result e JOIN evaluation_result_dimensions d ON d.rec = e.rec
         WHERE d.grade_5 + d.grade_4 + d.grade_3 + d.grade_2 + d.grade_1 + d.grade_0 <> e.valid
        UNION ALL
        SELECT rec, 'valid', valid || ' > ' || returned FROM evaluation_result WHERE valid > returned
        UNION ALL
        SELECT rec, 'returned', returned || ' > ' || issued FROM evaluation_result
         WHERE returned > issued) c ON c.rec = a.record;

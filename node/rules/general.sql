-- Rules for records of every kind, and for corrections.

INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-G-07', 1, 'R-G-07', 'L39', 'F', 'author', 'record', 'change', 0, 'record_lag_days', NULL, NULL,
        '事后录入超过规定天数', 'recorded long after it happened',
        '及时录入；补录的写明原因', 'record events soon; say why a late entry is late');
CREATE VIEW "R-G-07" AS
SELECT subject, unit, unit AS division, record, NULL AS other, 'F' AS severity, '' AS code,
       occurred_day AS anchor_day, due('record_lag_days', unit, occurred_day) + 1 AS since_day,
       NULL AS until_day,
       day_text(signed_day) || ' - ' || day_text(occurred_day) || ' = ' || (signed_day - occurred_day)
       AS fact
  FROM act WHERE signed_day > due('record_lag_days', unit, occurred_day);

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

-- Article 12(4): what breaks the law is corrected (依法纠正).

-- Orders of correction, with the community that must comply: that of the matter, else that of the records
-- which are to be corrected.
CREATE VIEW correction_order AS
SELECT o.*, substr(o.community, 1, 9) AS street FROM
(SELECT u.unit, a.record, a.id, a.subject, a.day, k.due,
       CASE WHEN a.subject <> '-' THEN substr(a.subject, 1, instr(a.subject, '-') - 1)
       ELSE (SELECT min(g.division) FROM link t JOIN log g ON g.no = t.target >> 32
              WHERE t.rec = a.record AND t.rel = 'corrects') END AS community
  FROM span u CROSS JOIN street_correction k ON k.rec BETWEEN u.first AND u.last
  CROSS JOIN act a ON a.record = k.rec) o;

-- Why (2026-11): with the day by which it is to be done, as the table of kinds has it: without one nobody
-- could ever be late (R-12-15).
INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-12-14', 1, 'R-12-14', '12(4)', 'E', 'st da', 'record', 'change', 0, '', NULL, NULL,
        '纠正要素不全：应当写明法律依据、问题、纠正方式和期限',
        'the order of correction is incomplete: the legal basis, what is wrong, what to do, and until when',
        '补充要素后发布', 'complete the order');
CREATE VIEW "R-12-14" AS
SELECT a.subject, a.unit, a.unit AS division, a.record, NULL AS other, 'E' AS severity, c.code,
       a.day AS anchor_day, a.signed_day AS since_day, NULL AS until_day, '' AS fact
  FROM act a JOIN
       (SELECT k.rec, 'legal_basis' AS code FROM street_correction k
         WHERE NOT EXISTS (SELECT b.rec FROM street_correction_legal_basis b
                            WHERE b.rec = k.rec AND coalesce(b.name, '') <> '')
        UNION ALL
        SELECT rec, 'problem' FROM street_correction WHERE coalesce(problem, '') = ''
        UNION ALL
        SELECT rec, 'order' FROM street_correction
         WHERE coalesce("order", '') NOT IN ('amend', 'annul', 'suspend')
        UNION ALL
        SELECT rec, 'due' FROM street_correction WHERE due IS NULL) c ON c.rec = a.record;

-- Why (2026-11): that what was ordered has been suspended is compliance in time, too: work must not go on,
-- and to amend or annul it is still open (PROCEDURE.md).
INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-12-15', 1, 'R-12-15', '12(4)', 'F', 'rc po', 'unit', 'due', 0, '', NULL, NULL,
        '未按期完成依法纠正的整改', 'an order of correction was not complied with by its day',
        '整改并发布“整改结果”(居委会、党组织共同签署)',
        'put it right and publish a correction_compliance, signed by committee and party organisation');
CREATE VIEW "duty R-12-15" AS
SELECT o.subject, o.unit, o.community AS division, o.record, o.day AS anchor_day, o.due AS due_day,
       m.no AS met_record,
       (SELECT coalesce(k.done_on, a.day) FROM act a JOIN correction_compliance k ON k.rec = a.record
         WHERE a.record = m.no) AS met_day,
       (SELECT h.day FROM held h WHERE h.record = m.no) AS proven_day
  FROM correction_order o
  LEFT JOIN record m ON m.no =
       (SELECT b.record FROM ref f JOIN act b ON b.record = f.rec
          JOIN correction_compliance x ON x.rec = b.record
         WHERE f.target = o.id AND f.rel = 'answers' AND b.unit = o.community
         ORDER BY coalesce(x.done_on, b.day), b.id LIMIT 1)
 WHERE o.community IS NOT NULL;

-- Why (2026-11): also where the district has corrected (L31): the education is the street's.
INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-12-16', 1, 'R-12-16', '12(4)', 'F', 'st', 'unit', 'due', 0, 'education_days', NULL, NULL,
        '街道作出依法纠正后，未在期限内开展法治宣传教育',
        'no legal education followed in time upon an order of correction',
        '开展法治宣传教育，发布引用该纠正记录的“法治宣传教育”',
        'hold it, and publish a legal_education that refers to the order');
CREATE VIEW "duty R-12-16" AS
SELECT o.subject, o.unit, o.street AS division, o.record, o.day AS anchor_day,
       due('education_days', o.street, o.day) AS due_day, m.no AS met_record,
       (SELECT coalesce(k.held_on, a.day) FROM act a JOIN legal_education k ON k.rec = a.record
         WHERE a.record = m.no) AS met_day,
       (SELECT h.day FROM held h WHERE h.record = m.no) AS proven_day
  FROM correction_order o
  LEFT JOIN record m ON m.no =
       (SELECT b.record FROM ref f JOIN act b ON b.record = f.rec
          JOIN legal_education x ON x.rec = b.record
         WHERE f.target = o.id AND f.rel = 'based_on'
         ORDER BY coalesce(x.held_on, b.day), b.id LIMIT 1)
 WHERE o.community IS NOT NULL;

-- Why (2026-11): what was under correction when is the procedure's to say, since an order concerns items and
-- may be answered in parts. 512 is YS_IRREGULAR_CORRECTING (track.h).
INSERT INTO rule (id, version, view, article, severity, who, scope, clock, late_entry, parameters, since,
                  until, zh, en, remedy_zh, remedy_en)
VALUES ('R-12-17', 1, 'R-12-17', '12(4)', 'E', 'rc st gd', 'matter', 'change', 1, '', NULL, NULL,
        '事项正在依法纠正，不得办结被纠正的内容', 'what is under correction cannot be completed',
        '先完成整改；补录的说明原因', 'comply with the order first; say why a late entry is late');
CREATE VIEW "R-12-17" AS
SELECT s.subject, a.unit, a.unit AS division, a.record,
       (SELECT o.record FROM step o JOIN street_correction k ON k.rec = o.record
         WHERE o.subject = s.subject AND o.nth </* same */ s.nth ORDER BY o.nth DESC LIMIT 1) AS other,
       'E' AS severity, '' AS code, s.day AS anchor_day, a.signed_day AS since_day, NULL AS until_day,
       day_text(s.day) AS fact
  FROM step s JOIN act a ON a.record = s.record
 WHERE a.kind = 'implementation_completion' AND s.irregular & 512;

-- What oversight has done about findings: an audit_finding names the rule, and the record, or the matter, or
-- the unit; responses and its closing refer to it.

CREATE VIEW raised AS
SELECT a.record, a.id, a.unit, a.day, f.rule_id, f.division, f.matter, f.due,
       (SELECT max(k.target) FROM link k WHERE k.rec = a.record) AS target,
       (SELECT r.record FROM ref x JOIN act r ON r.record = x.rec
         WHERE x.target = a.id AND r.kind = 'finding_response' ORDER BY r.day DESC, r.id LIMIT 1)
       AS response,
       (SELECT c.record FROM ref x JOIN act c ON c.record = x.rec
         WHERE x.target = a.id AND c.kind = 'finding_close' AND c.unit = a.unit
         ORDER BY c.day DESC, c.id LIMIT 1) AS closing
  FROM act a JOIN audit_finding f ON f.rec = a.record
 WHERE a.kind = 'audit_finding';

-- The newest of them about each finding.
CREATE VIEW official AS
SELECT f.rowid AS finding,
       (SELECT r.record FROM raised r
         WHERE r.rule_id = (SELECT id FROM rule WHERE view = f.rule)
           AND ((r.target IS NOT NULL AND r.target IN (f.record, f.other)) OR (r.target IS NULL
                AND (r.matter = f.subject OR (coalesce(r.matter, '') = '' AND r.division = f.division))))
         ORDER BY r.day DESC, r.id LIMIT 1) AS raised
  FROM finding f;

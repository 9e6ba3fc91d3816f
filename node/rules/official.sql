-- What oversight has done about findings: an audit_finding names the rule, and the record, or the matter, or
-- the unit; responses and its closing refer to it. Which is about which finding: ys_official_gather (finding.h).

CREATE VIEW raised AS
SELECT a.record, a.id, a.unit, a.day, f.rule_id, f.division, f.matter, f.due,
       (SELECT max(k.target) FROM link k WHERE k.rec = a.record) AS target,
       (SELECT r.record FROM ref x JOIN act r ON r.record = x.rec
         WHERE x.target = a.id AND r.kind = 'finding_response' AND r.unit = f.division
         ORDER BY r.day DESC, r.id LIMIT 1)
       AS response,
       (SELECT c.record FROM ref x JOIN act c ON c.record = x.rec
         WHERE x.target = a.id AND c.kind = 'finding_close' AND c.unit = a.unit
         ORDER BY c.day DESC, c.id LIMIT 1) AS closing
  FROM act a JOIN audit_finding f ON f.rec = a.record
 WHERE a.kind = 'audit_finding';

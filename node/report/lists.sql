-- Names of units by their certificates; of several the newest, by what stands in it.
CREATE TEMP TABLE IF NOT EXISTS unit_name (division TEXT PRIMARY KEY, name TEXT NOT NULL) STRICT, WITHOUT ROWID;
DELETE FROM unit_name;
INSERT INTO unit_name
SELECT c.division, c.name FROM act a JOIN node_certificate c ON c.rec = a.record
 WHERE a.kind = 'node_certificate' AND c.name IS NOT NULL
 ORDER BY a.signed_s, a.id
ON CONFLICT (division) DO UPDATE SET name = excluded.name;

-- Indexes that are made once all entries are folded: sorting rows once costs less than putting each
-- in its place.

CREATE INDEX record_id ON record (id);
CREATE INDEX record_subject ON record (subject) WHERE subject <> '-';
-- Those about no matter, or several: few.
CREATE INDEX record_free ON record (id) WHERE subject = '-';
CREATE INDEX ref_target ON ref (target);
CREATE INDEX attachment_hash ON attachment (hash);
-- Of those that change what another record says.
CREATE INDEX ref_change ON ref (target) WHERE rel IN ('supersedes', 'withdraws', 'redacts');
CREATE INDEX finding_matter ON audit_finding (matter) WHERE matter IS NOT NULL;
-- Those that do not count, and why is no matter of what is not here.
CREATE INDEX record_bad ON record (log) WHERE verdict IN ('bad', 'unknown_key');
-- Who has sealed a report that rests on a log.
CREATE INDEX report_input ON report_snapshot_inputs (log);

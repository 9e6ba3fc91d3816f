-- Indexes that are made once all matters are derived.

CREATE INDEX step_record ON step (record);
CREATE INDEX task_division ON task (division, due_day);

-- Scheduled and manual jobs, as training: one row per kind of job and run.
-- grain: kind, run
-- time: started_at
-- why: what runs, how far it is and how it ended outlive the process; whoever may write here can call a run off. A run
--   that is still running when the next one begins has died with its process, and is marked as lost then.
create table job_runs (
  kind varchar, -- what is run, as train
  run int, -- counts up from 1 for each kind
  state varchar, -- running, done, failed, cancelled or lost
  started_by varchar, -- why it was started, as schedule or hand
  progress double precision, -- share that is done, from 0 to 1
  message varchar, -- what it is doing, or how it ended
  cancel_requested boolean, -- whether somebody has called it off
  started_at timestamptz, -- when it began
  updated_at timestamptz, -- when this row was last written
  finished_at timestamptz, -- when it ended, null while it runs
  primary key (kind, run)
);

-- Versions of sql/ that are built beside the running one, and what became of them. The history stays.
create table if not exists engine.deployments (
  id integer primary key generated always as identity,
  state text not null check (
    state in ('building', 'built', 'audited', 'promoted', 'rolled_back', 'cleaned', 'cancelled', 'failed')
  ),
  wanted text check (wanted in ('promote', 'rollback', 'cleanup', 'cancel')), -- what the engine is asked to do next
  owner text not null, -- who applied it
  host text not null,
  pid integer not null,
  started_at timestamptz not null default now(),
  changed_at timestamptz not null default now(), -- when its state last changed
  plan jsonb not null, -- what was to change, as it was planned
  old_files jsonb not null, -- sql/ that ran before: text by path
  new_files jsonb not null, -- sql/ that is to run
  progress jsonb, -- how far the build is
  complete_since xid8, -- transaction in which the last row was built: older snapshots do not see it whole
  message text -- why it failed, or what is waited for
);
-- One at a time.
create unique index if not exists deployments_active on engine.deployments ((true))
  where state in ('building', 'built', 'audited', 'promoted', 'rolled_back');

create table if not exists engine.deployment_events (
  id bigint primary key generated always as identity,
  deployment integer not null references engine.deployments,
  at timestamptz not null default clock_timestamp(),
  event text not null,
  by text not null,
  detail text
);

create table if not exists engine.audits (
  id bigint primary key generated always as identity,
  deployment integer not null references engine.deployments,
  at timestamptz not null default now(),
  view text not null,
  audit text not null,
  passed boolean not null,
  detail text not null
);

create table if not exists engine.version_lock (
  only_row boolean primary key default true check (only_row),
  owner text not null,
  host text not null,
  pid integer not null,
  verb text not null,
  taken_at timestamptz not null default now(),
  seen_at timestamptz not null default now() -- its owner says so every few seconds
);

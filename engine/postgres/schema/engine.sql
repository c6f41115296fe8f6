-- What the engine keeps for itself on PostgreSQL. Analysts see the views of schema public; these tables are behind them.
create schema if not exists engine;
create schema if not exists store;
create schema if not exists compat;

create table if not exists engine.deployed (
  name text primary key, -- object of sql/
  kind text not null, -- table, view, materialized view or function
  hash text not null, -- of what decides its rows: a view with another hash is built anew
  stored_as text, -- table behind a materialized view
  marks text, -- columns noted of a landing table's changes
  definition text not null, -- statement as deployed
  deployed_at timestamptz not null default now()
);
alter table engine.deployed add column if not exists file text; -- path below the sql folder
alter table engine.deployed add column if not exists source text; -- the whole file as deployed

create table if not exists engine.builds (
  view text primary key,
  rows bigint not null, -- rows that the last build from nothing wrote
  seconds double precision not null, -- and how long it took
  built_at timestamptz not null default now()
);

create table if not exists engine.refreshes (
  only_row boolean primary key default true check (only_row),
  sequence bigint not null -- number of the last refresh, counted over the life of the data folder
);
insert into engine.refreshes (sequence) values (0) on conflict do nothing;

-- Analyzes a landing table that has doubled, and a megabyte more, since it was last analyzed.
create or replace function engine.analyze_grown(relation regclass) returns void language plpgsql as $$
begin
  if pg_relation_size(relation) > (select 2 * 8192::bigint * greatest(relpages, 0) + 1048576 from pg_class where oid = relation) then
    execute format('analyze %s', relation);
  end if;
end $$;

-- Analyzes a stored view of which a fifth changed at once.
create or replace function engine.analyze_changed(relation regclass, changed bigint) returns void language plpgsql as $$
begin
  if changed > (select 0.2 * greatest(reltuples, 0) from pg_class where oid = relation) then
    execute format('analyze %s', relation);
  end if;
end $$;

-- Takes public names for their replacement: all of them, or none and an error with the order in which to try again.
--
-- Readers take several names too, in any order, and wait for one while they keep another. So none may be kept here for long while
-- another is waited for: first it is tried to get all of them without a queue, at a moment when nobody reads; then in the queue, which
-- makes new readers wait. A name that could not be got while others were kept comes first the next time: a reader that keeps it and
-- waits for one of the others then lets go of it. A round in the queue ends before PostgreSQL looks for deadlocks, so that a
-- reader is never the one that fails.
create or replace function engine.lock_names(names text[]) returns void language plpgsql as $lock_names$
declare
  rounds constant integer := 2;
  moments constant integer := 60; -- attempts without a queue in a round
  queue_ms constant integer := 250; -- longest wait for one name
  round_ms constant integer := 600; -- for all of them; PostgreSQL looks for deadlocks after 1,000
  wanted text;
  waiting_for text;
  first text[];
  began timestamptz;
  queued boolean;
begin
  first := names;
  for attempt in 1 .. rounds * (moments + 1) loop
    queued := attempt % (moments + 1) = 0;
    began := clock_timestamp();
    begin
      foreach wanted in array first loop
        waiting_for := wanted;
        perform set_config('lock_timeout', case when not queued then '1ms' else
          greatest(1, least(queue_ms, round_ms - extract(milliseconds from clock_timestamp() - began)::integer)) || 'ms' end, true);
        -- Locks the view alone: `lock table` would take the tables behind it as well.
        execute format('alter view public.%I reset (security_barrier)', wanted);
      end loop;
      perform set_config('lock_timeout', queue_ms || 'ms', true);
      return;
    exception when lock_not_available then
      if queued then first := waiting_for || array_remove(first, waiting_for); end if;
    end;
    perform pg_sleep(0.002); -- those who waited go on
  end loop;
  raise exception using errcode = 'lock_not_available',
    message = format('''%s'' is being read', waiting_for), detail = to_jsonb(first)::text;
end
$lock_names$;

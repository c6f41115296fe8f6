-- Notes which slices of {{table}} a statement touched, in the writer's own transaction.
create or replace function engine.{{capture}}() returns trigger language plpgsql security definer set search_path = public, engine as $capture$
begin
  if tg_op = 'TRUNCATE' then
    insert into engine.{{marks}} ({{mark_columns}}) values ({{nulls}});
  elsif tg_op = 'INSERT' then
    {{mark_after}}
  elsif tg_op = 'DELETE' then
    {{mark_before}}
  else
    {{mark_before}}
    {{mark_after}}
  end if;
  perform pg_notify('tickwave_dirty', '{{table}}');
  return null;
end
$capture$;

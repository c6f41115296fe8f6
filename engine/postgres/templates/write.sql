with fresh as materialized (
  {{fresh}}
), gone as (
  -- By row address, and keys by a hashed NOT IN: the planner knows nothing of how many rows these are, and would join by
  -- looping over all pairs or by reading the whole table.
  delete from {{table}} as stored where stored.ctid = any (array(
    select before.ctid from {{before}} {{before_where}} case
      when num_nulls({{before_key}}) = 0 then ({{before_key}}) not in (select {{key}} from fresh where num_nulls({{key}}) = 0)
      else not exists (select from fresh where {{same_key}})
    end
  ))
  returning {{stored_change_columns}}
), put as (
  insert into {{table}} as stored ({{columns}})
  select {{columns}} from fresh
  on conflict ({{key}}) do {{on_conflict}}
  returning with (old as before) {{stored_change_columns}}, {{before_columns}}
)
insert into {{changes}} (op, {{change_columns}})
select case when {{was_new}} then 'insert' else 'update' end, {{change_columns}} from put
union all
{{moved}}select 'delete', {{change_columns}} from gone

with fresh as materialized (
  {{fresh}}
), gone as (
  delete from {{table}} as stored {{gone_using}}
  where {{gone_where}} not exists (select from fresh where {{same_key}})
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

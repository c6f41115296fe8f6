-- The newest row of a partition may wait until the view's freshness runs out; older rows never do, and once one of a
  -- partition is touched all of it goes, so that a window that has closed is complete.
  insert into {{postponed}} ({{columns}}) select {{columns}} from {{raw}} on conflict do nothing;
  delete from {{raw}};
  with released as (
    delete from {{postponed}} as put_off
    where {{refresh}}.due or {{refresh}}.everything or exists (
      select from {{postponed}} as other where {{same_partition}} and other.lo is distinct from ({{newest}})
    )
    returning {{columns}}
  )
  insert into {{raw}} ({{columns}}) select {{columns}} from released;
  if not exists (select from {{raw}}) then
    return 0;
  end if;

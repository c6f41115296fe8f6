insert into {{memory}} ({{columns}})
  select {{values}} from {{slices}} as slice
  cross join lateral (select own.* from {{table}} as own where {{own_rows}} offset 0) as {{row}}
  cross join lateral (select where not exists ({{known}}) and not exists ({{later}}) offset 0) as wanted
  cross join lateral ({{parts}} offset 0) as parts
  where not slice.long
  on conflict ({{key}}) do update set {{update}};
  
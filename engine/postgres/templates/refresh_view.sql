-- Brings the stored view {{view}} up to date with the changes of its inputs; gives the number of rows that changed.
--   everything  every row is computed anew, slice by slice
--   due         the view's freshness has run out: what was put off is done now
create or replace function engine.{{refresh}}(everything boolean, due boolean) returns bigint language plpgsql as $refresh$
#variable_conflict use_column
declare
  whole boolean := false;
  changed bigint := 0;
  written bigint;
  batch_of_chunks integer;
begin
  if not everything and not ({{any_change}}) then
    return 0;
  end if;

  delete from {{raw}};
  delete from {{slices}};

  -- Which slices the changes touch.
  if everything then
    {{seed_everything}}
  else
    {{seed_changes}}
    whole := {{whole_change}};
  end if;
  whole := whole or exists (select from {{raw}} where {{raw_has_null}});
  if whole then
    {{forget_all}}
    {{write_whole}}
    get diagnostics changed = row_count;
    {{forget_postponed}}
    return changed;
  end if;
  {{postpone}}
  insert into {{slices}} ({{slice_columns}})
  {{merge_slices}};
  {{forget}}
  {{split_long}}

  -- Computes them, compares with what is stored, writes what differs and notes it for the views that read this one.
  {{write_slices}}
  return changed;
end
$refresh$;

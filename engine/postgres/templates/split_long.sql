if exists (select from {{slices}} where long) then
    with long as (
      delete from {{slices}} where long returning {{keys}}lo, hi, number
    ), numbered as (
      select {{slice_keys}}slice.lo, slice.hi, slice.number, {{time}} as at,
        (row_number() over (partition by slice.number order by {{time}}) - 1) / {{chunk_rows}} as chunk
      from long as slice cross join lateral (select own.* from {{table}} as own where {{own_rows}} offset 0) as own
    ), starts as (
      select {{keys}}lo as slice_lo, hi as slice_hi, number, chunk, min(at) as start from numbered group by {{keys}}lo, hi, number, chunk
    ), chunk as (
      select {{keys}}case when chunk = 0 then slice_lo else start end as lo,
        coalesce(lead(start) over (partition by number order by chunk) - interval '1 microsecond', slice_hi) as hi
      from starts
    )
    insert into {{slices}} ({{keys}}lo, hi, number, long{{read_columns}})
    select {{chunk_keys}}chunk.lo, chunk.hi, 1000000 + row_number() over (), true{{reads}} from chunk{{read_ranges}};
  end if;

-- Values of the features $1 in the markets $2, $3 (all when null) from $4 to $5, one minute in $6.
-- As JSON, so that the features need not be named in the text; doubles go through it and back unchanged.
insert into monitored (feature, window_start, value)
select feature, sampled.window_start, nullif((sampled.given ->> feature)::double precision, 'NaN')
from (
  select minutes.window_start, to_jsonb(minutes) as given
  from (
    select exchange, symbol
    from watermarks
    where $2::varchar[] is null or (exchange, symbol) in (select * from unnest($2::varchar[], $3::varchar[]))
  ) as wanted
  cross join lateral (
    select *
    from features
    where features.exchange = wanted.exchange and features.symbol = wanted.symbol
      and features.window_start >= $4::timestamptz and features.window_start <= $5::timestamptz and features.complete
      and (extract(epoch from features.window_start) / 60)::bigint % $6::bigint = 0
    offset 0
  ) as minutes
  offset 0
) as sampled
cross join unnest($1::varchar[]) as feature

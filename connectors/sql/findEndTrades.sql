-- The stored trades with the lowest and the highest id, from the two ends of the key's index.
-- The table is named in `order by`: the column of that name in the list is text, where 9999 is more than 10000.
select
  (
    select to_jsonb(found)
    from (
      select trade_id::text, (extract(epoch from ts) * 1000000)::bigint::text as micros
      from trades
      where exchange = $1 and symbol = $2 and trade_id < $3::bigint
      order by trades.trade_id
      limit 1
    ) as found
  ) as first,
  (
    select to_jsonb(found)
    from (
      select trade_id::text, (extract(epoch from ts) * 1000000)::bigint::text as micros
      from trades
      where exchange = $1 and symbol = $2 and trade_id < $3::bigint
      order by trades.trade_id desc
      limit 1
    ) as found
  ) as last

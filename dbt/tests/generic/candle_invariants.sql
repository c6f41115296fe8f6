{#- Fails with the candles that cannot be: prices outside of their range, negative amounts, an average outside of the prices. -#}
{% test candle_invariants(model) %}
select *
from {{ model }}
where low > least(open, close)
  or high < greatest(open, close)
  or low <= 0
  or volume < 0
  or trades < 0
  or taker_buy_volume < 0
  or taker_buy_volume > volume
  or (trades > 0 and volume = 0)
  -- The average is rounded to ten places.
  or vwap < low - 0.0000000001
  or vwap > high + 0.0000000001
{% endtest %}

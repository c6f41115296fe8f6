-- Every prediction as it was made: one row per exchange, symbol, minute, horizon, model and version.
-- grain: exchange, symbol, window_start, horizon_minutes, model, version
-- time: window_start
-- why: written once and never rewritten, or the score kept of it would be worth nothing. The first row of a key
--   stays, so a job that starts again after a crash may write the same minute again.
create table predictions (
  exchange varchar, -- exchange of the market
  symbol varchar, -- market, as BTC/USD
  window_start timestamptz, -- start of the closed minute that the prediction was made from
  horizon_minutes int, -- how many minutes ahead it looks
  model varchar, -- name of the model in models
  version int, -- version of the model in models
  base_price numeric, -- close of the minute it was made from
  predicted_return double precision, -- predicted log return over the horizon
  predicted_price numeric, -- base price moved by the predicted return, to ten significant digits
  lower_price numeric, -- lower quantile of the predicted price
  upper_price numeric, -- upper quantile of the predicted price
  interval_level double precision, -- share of outcomes that should fall between the quantiles, as 0.8
  direction_probability double precision, -- probability that the price rises over the horizon
  made_at timestamptz, -- when the prediction was made
  latency_ms double precision, -- from the close of the minute to the prediction, in milliseconds; null when it is late
  features_hash varchar, -- hash of the feature values it was made from
  contributions varchar, -- features that moved the predicted return most and by how much, as a JSON array
  late boolean, -- whether a later minute was over too when it was made, as after downtime
  primary key (exchange, symbol, window_start, horizon_minutes, model, version)
) on conflict do nothing;

-- What was predicted against what came true: one row per prediction whose horizon is over.
-- grain: exchange, symbol, window_start, horizon_minutes, model, version
-- time: window_start
-- why: what came true is taken from labels, the same that models learn from, so that training and monitoring cannot
--   disagree. The persistence baseline predicts the price it was made from; its error is kept beside the model's.
create materialized view prediction_errors as
select
  predictions.exchange, -- exchange of the market
  predictions.symbol, -- market, as BTC/USD
  predictions.window_start, -- start of the minute that the prediction was made from
  predictions.horizon_minutes, -- how many minutes ahead it looked
  predictions.model, -- name of the model
  predictions.version, -- version of the model
  predictions.base_price, -- price it was made from
  predictions.predicted_price, -- price it predicted
  predictions.lower_price, -- lower quantile of the predicted price
  predictions.upper_price, -- upper quantile of the predicted price
  predictions.interval_level, -- share of outcomes that should fall between the quantiles
  predictions.direction_probability, -- probability it gave to a rising price
  labels.future_close as realised_price, -- price that came true
  predictions.predicted_return, -- log return it predicted
  labels.forward_return as realised_return, -- log return that came true
  predictions.predicted_price - labels.future_close as error, -- predicted less realised price
  predictions.base_price - labels.future_close as persistence_error, -- the same for the persistence baseline
  predictions.latency_ms, -- from the close of the minute to the prediction, in milliseconds
  predictions.made_at, -- when the prediction was made
  coalesce(predictions.late, false) as late -- whether a later minute was over too when it was made, as after downtime
from predictions
join labels on labels.exchange = predictions.exchange and labels.symbol = predictions.symbol
  and labels.window_start = predictions.window_start and labels.horizon_minutes = predictions.horizon_minutes;

-- How far each model has predicted in each market: one row per model, version, exchange and symbol.
-- grain: model, version, exchange, symbol
-- time: scored_through
-- why: scoring goes on from here after a crash, without looking through predictions. A model comes into service at the
--   event time of that moment, and minutes that were over by then are never predicted with hindsight. Rows are
--   rewritten, in the transaction that stores the predictions.
create table scoring_progress (
  model varchar, -- name of the model in models
  version int, -- version of the model in models
  exchange varchar, -- exchange of the market
  symbol varchar, -- market, as BTC/USD
  starts_after timestamptz, -- end of the last minute that was over when the model came into service
  scored_through timestamptz, -- end of the last closed minute that it has looked at
  updated_at timestamptz, -- when this row was last written
  primary key (model, version, exchange, symbol)
);

-- Stand-ins for the views that the dashboard reads, with 26 hours of two markets up to noon: same names and types as sql/.
create table markets (exchange varchar, symbol varchar, base_asset varchar, primary key (exchange, symbol));
create table watermarks (exchange varchar, symbol varchar, event_time timestamptz, closed_before timestamptz, primary key (exchange, symbol));
create table candles (
  timeframe varchar, exchange varchar, symbol varchar, window_start timestamptz,
  open numeric, high numeric, low numeric, close numeric, volume numeric, trades bigint,
  primary key (exchange, symbol, timeframe, window_start)
);
create table indicators (
  timeframe varchar, exchange varchar, symbol varchar, window_start timestamptz, close double precision, reach_rows bigint, reach_complete boolean,
  sma_21 double precision, ema_26 double precision, bollinger_upper_20_2 double precision, bollinger_lower_20_2 double precision,
  rsi_14 double precision, macd_12_26 double precision, macd_signal_12_26_9 double precision, macd_histogram_12_26_9 double precision,
  primary key (exchange, symbol, timeframe, window_start)
);
create table trend (
  timeframe varchar, exchange varchar, symbol varchar, window_start timestamptz, reach_rows bigint, reach_complete boolean,
  primary key (exchange, symbol, timeframe, window_start)
);
create table features (exchange varchar, symbol varchar, window_start timestamptz, complete boolean, primary key (exchange, symbol, window_start));
create table trades (
  exchange varchar, symbol varchar, trade_id bigint, ts timestamptz, price numeric, quantity numeric, side varchar, primary key (exchange, symbol, trade_id)
);
create table news (
  id varchar primary key, source varchar, title varchar, summary varchar, url varchar, published_at timestamptz, received_at timestamptz
);
create table news_scores (
  news_id varchar, asset varchar, model varchar, score double precision, confidence double precision, reason varchar, scored_at timestamptz,
  primary key (news_id, asset, model)
);
create table predictions (
  exchange varchar, symbol varchar, window_start timestamptz, horizon_minutes int, model varchar, version int, base_price numeric,
  predicted_return double precision, predicted_price numeric, lower_price numeric, upper_price numeric, interval_level double precision,
  direction_probability double precision, made_at timestamptz, latency_ms double precision, contributions varchar, late boolean,
  primary key (exchange, symbol, window_start, horizon_minutes, model, version)
);
create table prediction_errors (
  exchange varchar, symbol varchar, window_start timestamptz, horizon_minutes int, model varchar, version int,
  base_price numeric, predicted_price numeric, lower_price numeric, upper_price numeric, interval_level double precision,
  direction_probability double precision, realised_price numeric, error numeric, persistence_error numeric, made_at timestamptz,
  primary key (exchange, symbol, window_start, horizon_minutes, model, version)
);
create table accuracy_1h (
  exchange varchar, symbol varchar, horizon_minutes int, model varchar, version int, hour timestamptz, predictions bigint,
  mae double precision, persistence_mae double precision, skill double precision, directional_accuracy double precision, interval_coverage double precision,
  primary key (exchange, symbol, horizon_minutes, model, version, hour)
);
create table accuracy_1d (
  exchange varchar, symbol varchar, horizon_minutes int, model varchar, version int, day timestamptz, predictions bigint, skill double precision,
  primary key (exchange, symbol, horizon_minutes, model, version, day)
);
create table calibration (
  model varchar, version int, horizon_minutes int, event varchar, tenth int, predictions bigint, came_true bigint,
  probability double precision, share double precision, gap double precision, primary key (model, version, horizon_minutes, event, tenth)
);
create table models (
  name varchar, version int, alias varchar, algorithm varchar, horizon_minutes int, parameters varchar, metrics varchar, feature_names varchar,
  artifact varchar, created_at timestamptz, alias_changed_at timestamptz, primary key (name, version)
);
create table promotions (
  name varchar, decision int, version int, action varchar, alias varchar, previous_version int, reasons varchar, evidence varchar, decided_at timestamptz,
  primary key (name, decision)
);
create table drift_states (
  model varchar, version int, feature varchar, state varchar, streak int, psi double precision, adjusted_psi double precision, ks double precision,
  observations bigint, checked_through timestamptz, primary key (model, version, feature)
);
create table trade_gaps (
  exchange varchar, symbol varchar, from_id bigint, to_id bigint, missing bigint, repaired bigint, status varchar, cause varchar,
  detected_at timestamptz, closed_at timestamptz, primary key (exchange, symbol, from_id)
);
create table freshness (
  exchange varchar, symbol varchar, last_trade_at timestamptz, event_time timestamptz, seconds_since_trade double precision,
  seconds_since_event double precision, state varchar, primary key (exchange, symbol)
);
create table feature_lag (
  exchange varchar, symbol varchar, closed_before timestamptz, newest_complete timestamptz, minutes_behind bigint, primary key (exchange, symbol)
);
create table scoring_lag (
  model varchar, version int, exchange varchar, symbol varchar, alias varchar, scored_through timestamptz, closed_before timestamptz, minutes_behind bigint,
  primary key (model, version, exchange, symbol)
);
create table unknown_minutes (
  exchange varchar, symbol varchar, day timestamptz, known_minutes bigint, unknown_minutes bigint, primary key (exchange, symbol, day)
);
create table feature_nulls (exchange varchar, symbol varchar, feature varchar, minutes bigint, nulls bigint, primary key (exchange, symbol, feature));
create table impossible_values (source varchar, exchange varchar, symbol varchar, problem varchar, amount bigint, primary key (source, exchange, symbol, problem));
create table duplicate_rates (
  exchange varchar, symbol varchar, hour timestamptz, received bigint, repeated bigint, duplicate_rate double precision, primary key (exchange, symbol, hour)
);
create table dead_letter_counts (source varchar primary key, letters bigint, letters_last_hour bigint, last_received_at timestamptz);
create table job_runs (
  kind varchar, run int, state varchar, started_by varchar, progress double precision, message varchar, cancel_requested boolean,
  started_at timestamptz, updated_at timestamptz, finished_at timestamptz, primary key (kind, run)
);
create table alerts (
  rule varchar, subject varchar, episode int, severity varchar, state varchar, value double precision, threshold double precision, labels varchar,
  since timestamptz, fired_at timestamptz, resolved_at timestamptz, primary key (rule, subject, episode)
);
create table catalog (
  name text primary key, kind text, layer text, file text, summary text, grain text, time_column text, freshness_ms double precision, why text, definition text
);
create table catalog_lineage (object text, reads text, primary key (object, reads));

insert into markets values ('kraken', 'BTC/USD', 'BTC'), ('kraken', 'ETH/USD', 'ETH');
insert into watermarks select exchange, symbol, '2026-11-20 11:59:42+00', '2026-11-20 11:59:00+00' from markets;

-- A walk that is the same every time: steps are made of a hash.
insert into candles (timeframe, exchange, symbol, window_start, open, high, low, close, volume, trades)
with steps as (
  select symbol, case symbol when 'BTC/USD' then 92000.0 else 3100.0 end as start, n,
    (hashtext(symbol || n) % 1000) / 1000.0 + 0.35 * sin(n / 90.0) as step, abs(hashtext('v' || symbol || n) % 1000) / 1000.0 as size
  from markets, generate_series(0, 1559) as n
), walk as (
  select *, start * (1 + 0.0004 * (sum(step) over (partition by symbol order by n))) as close from steps
)
select '1m', 'kraken', symbol, timestamptz '2026-11-19 10:00:00+00' + n * interval '1 minute', round(open::numeric, 1),
  round((greatest(open, close) + start * 0.0003 * size)::numeric, 1), round((least(open, close) - start * 0.0003 * (1 - size))::numeric, 1),
  round(close::numeric, 1), round((0.4 + 14 * size * size * size)::numeric, 8), (20 + 400 * size)::bigint
from (select *, coalesce(lag(close) over (partition by symbol order by n), start) as open from walk) as walk;

insert into candles
select sizes.name, exchange, symbol, date_bin(sizes.size, window_start, '2000-01-01 00:00:00+00') as start,
  (array_agg(open order by window_start))[1], max(high), min(low), (array_agg(close order by window_start desc))[1], sum(volume), sum(trades)
from candles
cross join (values ('5m', interval '5 minutes'), ('15m', interval '15 minutes'), ('1h', interval '1 hour'), ('1d', interval '1 day')) as sizes (name, size)
where timeframe = '1m'
group by sizes.name, exchange, symbol, start;

insert into indicators
select timeframe, exchange, symbol, window_start, close, 600, true, middle, average, middle + 2 * deviation, middle - 2 * deviation,
  50 + 40 * tanh((close - middle) / nullif(2 * deviation, 0)), close - average, average - middle, close - 2 * average + middle
from (
  select timeframe, exchange, symbol, window_start, close::double precision, avg(close) over recent::double precision as middle, avg(close) over near::double precision as average,
    stddev_pop(close) over recent::double precision as deviation
  from candles
  window recent as (partition by symbol, timeframe order by window_start rows 20 preceding),
    near as (partition by symbol, timeframe order by window_start rows 8 preceding)
) as averaged;
insert into features select exchange, symbol, window_start, true from candles where timeframe = '1m';
insert into trend select timeframe, exchange, symbol, window_start, 600, true from candles where timeframe = '1m';

-- Three horizons, two versions of the first.
insert into models
select 'return-' || horizon || 'm', version, case when version = newest then 'champion' end, case version when 1 then 'ridge' else 'xgboost' end, horizon,
  '{}', json_build_object('skill', 0.02 + version / 100.0)::text, '["rsi_14","macd_12_26"]', null,
  timestamptz '2026-11-18 06:00:00+00' + version * interval '12 hours', timestamptz '2026-11-18 08:00:00+00' + version * interval '12 hours'
from (values (5, 3), (15, 2), (60, 2)) as horizons (horizon, newest), generate_series(1, newest) as version;
insert into promotions
select name, version, version, 'promote', 'champion', nullif(version - 1, 0), '["It beat the champion in 1,440 windows."]', '{}', alias_changed_at from models;
insert into predictions
select exchange, symbol, window_start, horizon, 'return-' || horizon || 'm', models.version, close, tilt, round((close * (1 + tilt))::numeric, 1),
  round((close * (1 + tilt - width))::numeric, 1), round((close * (1 + tilt + width))::numeric, 1), 0.8, 0.5 + tilt * 150, window_start + interval '60.4 seconds', 400,
  '[{"feature":"rsi_14","by":0.001}]', false
from candles
cross join (values (5), (15), (60)) as horizons (horizon)
cross join lateral (
  select (hashtext('p' || symbol || window_start) % 1000) / 1000.0 * 0.0006 * sqrt(horizon / 5.0) + 0.0002 as tilt, 0.0009 * sqrt(horizon) as width
) as made
-- By the version that was in service when the minute was over.
cross join lateral (
  select version
  from models
  where models.horizon_minutes = horizon and models.alias_changed_at <= window_start + interval '1 minute'
  order by version desc
  limit 1
) as models
where timeframe = '1m' and window_start < '2026-11-20 11:59:00+00';
insert into prediction_errors
select predictions.exchange, predictions.symbol, predictions.window_start, horizon_minutes, model, version, base_price, predicted_price, lower_price, upper_price,
  interval_level, direction_probability, close, predicted_price - close, base_price - close, made_at
from predictions
join candles on candles.exchange = predictions.exchange and candles.symbol = predictions.symbol and candles.timeframe = '1m'
  and candles.window_start = predictions.window_start + horizon_minutes * interval '1 minute';
insert into accuracy_1h
select exchange, symbol, horizon_minutes, model, version, hour, predictions, persistence_mae * (1 - skill), persistence_mae, skill, 0.54, 0.8
from (
  select exchange, symbol, horizon_minutes, model, version, date_trunc('hour', window_start) as hour, count(*) as predictions, avg(abs(persistence_error)) as persistence_mae,
    0.03 + (hashtext(model || date_trunc('hour', min(window_start))) % 1000) / 16000.0 as skill
  from prediction_errors group by exchange, symbol, horizon_minutes, model, version, date_trunc('hour', window_start)
) as hours;
insert into calibration
select name, version, horizon_minutes, event, tenth, 400, 200, tenth / 10.0 + 0.05, least(1, greatest(0, 0.06 + tenth / 10.0 * 0.93)), 0.01
from models, unnest(array['rise', 'within interval']) as event, generate_series(2, 8) as tenth
where event = 'rise' or tenth = 8;

insert into news
select 'story-' || n, 'wire', title, null, 'https://news.example/' || n, received_at, received_at
from (values
  (1, 'Exchange inflows fall to a three-year low', timestamptz '2026-11-20 07:12:00+00'),
  (2, 'Regulator delays decision on spot funds', timestamptz '2026-11-20 09:40:00+00'),
  (3, 'Miner sells reserves ahead of upgrade', timestamptz '2026-11-20 10:55:00+00'),
  (4, 'Payment network adds stablecoin settlement', timestamptz '2026-11-20 11:31:00+00')
) as stories (n, title, received_at);
insert into news_scores
select id, asset, 'words-1', score, 0.8, 'words of the headline', received_at + interval '2 seconds'
from news join (values ('story-1', 0.6), ('story-2', -0.5), ('story-3', -0.3), ('story-4', 0.4)) as scored (news_id, score) on news_id = id
cross join unnest(array['BTC', 'ETH']) as asset;

insert into freshness
select exchange, symbol, '2026-11-20 11:59:40+00', '2026-11-20 11:59:42+00', 2.1, 0.4, 'live' from markets;
insert into feature_lag select exchange, symbol, '2026-11-20 11:59:00+00', '2026-11-20 11:58:00+00', 0 from markets;
insert into scoring_lag
select name, version, exchange, symbol, alias, '2026-11-20 11:59:00+00', '2026-11-20 11:59:00+00', 0 from models, markets where alias is not null;
insert into trade_gaps values
  ('kraken', 'BTC/USD', 73012881, 73012894, 14, 14, 'repaired', 'reconnect', '2026-11-20 03:14:07+00', '2026-11-20 03:14:09+00'),
  ('kraken', 'ETH/USD', 58110020, 58110024, 5, 0, 'detected', 'sequence', '2026-11-20 11:58:51+00', null);
insert into drift_states values
  ('return-5m', 3, 'rsi_14', 'ok', -4, 0.021, 0.4, 0.03, 1440, '2026-11-20 11:00:00+00'),
  ('return-5m', 3, 'macd_12_26', 'warning', 1, 0.143, 1.2, 0.09, 1440, '2026-11-20 11:00:00+00'),
  ('return-5m', 3, 'realised_volatility_60', 'drifted', 3, 0.412, 2.8, 0.21, 1440, '2026-11-20 11:00:00+00');
insert into alerts values
  ('drift', 'model=return-5m version=3', 1, 'warning', 'firing', 0.33, 0.2, '{}', '2026-11-20 10:00:00+00', '2026-11-20 11:00:00+00', null),
  ('feed-stale', 'symbol=BTC/USD exchange=kraken', 1, 'critical', 'resolved', 3, 240, '{}', '2026-11-20 03:00:00+00', '2026-11-20 03:01:00+00', '2026-11-20 03:09:00+00');
insert into unknown_minutes values
  ('kraken', 'BTC/USD', '2026-11-19', 840, 600), ('kraken', 'BTC/USD', '2026-11-20', 720, 0),
  ('kraken', 'ETH/USD', '2026-11-19', 837, 603), ('kraken', 'ETH/USD', '2026-11-20', 719, 1);
insert into job_runs values
  ('train', 3, 'done', 'schedule', 1, 'return-5m 3 was trained on 30,214 minutes.', false, '2026-11-19 18:00:00+00', '2026-11-19 18:04:00+00', '2026-11-19 18:04:00+00');

insert into catalog (name, kind, layer, file, summary, grain) values
  ('trades', 'table', 'landing', 'sql/landing/trades.sql', 'Every trade', 'exchange, symbol, trade_id'),
  ('news', 'table', 'landing', 'sql/landing/news.sql', 'Every story', 'id'),
  ('predictions', 'table', 'landing', 'sql/landing/predictions.sql', 'Every prediction', 'window_start'),
  ('candles_1m', 'materialized view', 'candles', 'sql/candles/candles_1m.sql', 'A candle a minute', 'window_start'),
  ('candles', 'view', 'candles', 'sql/candles/candles.sql', 'Candles of every timeframe', 'timeframe, window_start'),
  ('trend', 'materialized view', 'indicators', 'sql/indicators/trend.sql', 'Averages', 'timeframe, window_start'),
  ('indicators', 'view', 'indicators', 'sql/indicators/indicators.sql', 'Every indicator', 'timeframe, window_start'),
  ('features', 'view', 'features', 'sql/features/features.sql', 'What models see', 'window_start'),
  ('labels', 'materialized view', 'features', 'sql/features/labels.sql', 'What came true', 'window_start'),
  ('prediction_errors', 'materialized view', 'monitoring', 'sql/monitoring/prediction_errors.sql', 'Predictions against what came true', 'window_start');
insert into catalog_lineage values
  ('candles_1m', 'trades'), ('candles', 'candles_1m'), ('trend', 'candles'), ('indicators', 'trend'), ('features', 'indicators'), ('features', 'news'),
  ('labels', 'candles_1m'), ('prediction_errors', 'labels'), ('prediction_errors', 'predictions');

insert into feature_nulls values ('kraken', 'BTC/USD', 'news_score_15', 1440, 360), ('kraken', 'BTC/USD', 'rsi_14', 1440, 0);
insert into duplicate_rates values ('kraken', 'BTC/USD', '2026-11-20 11:00:00+00', 4000, 200, 0.05);
insert into dead_letter_counts values ('kraken', 3, 0, '2026-11-20 09:30:00+00');

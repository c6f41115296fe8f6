-- Sends every prediction to Kafka as it is written: one message per prediction, keyed like the table.
-- grain: exchange, symbol, window_start, horizon_minutes, model, version
-- time: window_start
-- why: for those who act on predictions and have no connection to the database.
create sink predictions_sink from predictions
with (
  connector = 'kafka',
  properties.bootstrap.server = '${KAFKA_BROKERS}',
  topic = 'tickwave.predictions',
  primary_key = 'exchange,symbol,window_start,horizon_minutes,model,version'
) format upsert encode json;

-- What a language model made of a story for an asset: one row per story, asset and scoring model.
-- grain: news_id, asset, model
-- time: scored_at
-- why: scored_at is when the score was known. Features go by it, never by the time of publication, or they would
--   learn from news that nobody here had read yet. A score is written once, so that the past cannot change.
create table news_scores (
  news_id varchar, -- id of the story in news
  asset varchar, -- base asset the score is about, as BTC
  model varchar, -- model that gave the score
  score double precision, -- from -1 (bad for the price) to 1 (good for the price)
  confidence double precision, -- from 0 to 1, how sure the model says it is
  reason varchar, -- the model's own words, for people
  scored_at timestamptz, -- when the score was known
  primary key (news_id, asset, model)
) on conflict do nothing
with (
  connector = 'kafka',
  topic = 'news_scores',
  properties.bootstrap.server = '${KAFKA_BROKERS}',
  scan.startup.mode = 'earliest'
) format plain encode json;

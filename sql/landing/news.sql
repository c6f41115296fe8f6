-- News stories as they were collected: one row per story.
-- grain: id
-- time: published_at
-- why: published_at is what the publisher claims and is for people to read; views use the time at which a score
--   was known, see news_scores.
create table news (
  id varchar, -- id of the story, the same however often it is collected
  source varchar, -- feed or publisher it came from
  title varchar, -- headline
  summary varchar, -- first lines of the story where the source gives them
  url varchar, -- address of the story
  published_at timestamptz, -- time of publication as the publisher states it
  received_at timestamptz, -- when Tickwave first saw the story
  primary key (id)
) on conflict do nothing
with (
  connector = 'kafka',
  topic = 'news',
  properties.bootstrap.server = '${KAFKA_BROKERS}',
  scan.startup.mode = 'earliest'
) format plain encode json;

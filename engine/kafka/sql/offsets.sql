-- How far each partition of each topic was stored: written in the same transaction as its rows.
create schema if not exists engine;
create table if not exists engine.kafka_offsets (
  topic text,
  partition integer,
  next_offset bigint not null, -- first offset that is not stored
  topic_id text, -- the broker's own id of the topic; another id under the same name is another topic
  primary key (topic, partition)
);

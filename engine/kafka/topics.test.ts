import { expect, test } from '@jest/globals';
import { buildCatalog } from '../catalog/catalog.ts';
import { topicsOf } from './topics.ts';

const FILES = {
  'landing/ticks.sql': `-- Ticks: one row per id.
create table ticks (
  id bigint, -- of the tick
  primary key (id)
) on conflict do nothing
with (connector = 'kafka', topic = 'ticks', properties.bootstrap.server = '\${KAFKA_BROKERS}') format plain encode json;`,
  'landing/notes.sql': `-- Notes: one row per id.
create table notes (id bigint, primary key (id));`,
  'sinks/ticks_sink.sql': `-- Sends ticks: one message per id.
create sink ticks_sink from ticks
with (connector = 'kafka', topic = 'out.ticks', primary_key = 'id') format upsert encode json;`,
  'sinks/found.sql': `-- Indexes ticks: one document per id.
create sink found from ticks
with (connector = 'elasticsearch', index = 'topic', primary_key = 'id');`,
};

test('tables and sinks with a topic are found, and no others', () => {
  expect(Object.fromEntries(topicsOf(buildCatalog(new Map(Object.entries(FILES)))))).toEqual({
    ticks: 'ticks',
    ticks_sink: 'out.ticks',
  });
});

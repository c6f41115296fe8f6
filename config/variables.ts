import { ALERTS } from './groups/alerts.ts';
import { FEED } from './groups/feed.ts';
import { KAFKA } from './groups/kafka.ts';
import { LLM } from './groups/llm.ts';
import { MODELS } from './groups/models.ts';
import { NEWS } from './groups/news.ts';
import { OUTSIDE } from './groups/outside.ts';
import { SERVICE } from './groups/service.ts';
import { SIMULATOR } from './groups/simulator.ts';
import { STORAGE } from './groups/storage.ts';
import { STREAMS } from './groups/streams.ts';

export type { Variable } from './variable.ts';

/** Every variable that Tickwave reads; the documentation and `.env.example` are checked against it. */
export const VARIABLES = {
  ...STORAGE,
  ...SERVICE,
  ...STREAMS,
  ...FEED,
  ...NEWS,
  ...SIMULATOR,
  ...LLM,
  ...KAFKA,
  ...MODELS,
  ...OUTSIDE,
  ...ALERTS,
} as const;

/** The name of a variable. */
export type VariableName = keyof typeof VARIABLES;

import { FEED } from './groups/feed.ts';
import { OUTSIDE } from './groups/outside.ts';
import { SERVICE } from './groups/service.ts';
import { SIMULATOR } from './groups/simulator.ts';
import { STORAGE } from './groups/storage.ts';

export type { Variable } from './variable.ts';

/** Every variable that Tickwave reads; the documentation and `.env.example` are checked against it. */
export const VARIABLES = { ...STORAGE, ...SERVICE, ...FEED, ...SIMULATOR, ...OUTSIDE } as const;

/** The name of a variable. */
export type VariableName = keyof typeof VARIABLES;

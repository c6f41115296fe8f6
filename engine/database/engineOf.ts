import type { Pool } from 'pg';
import { detectProfile, type EngineProfile } from '../profile.ts';

const asked = new WeakMap<object, Promise<EngineProfile>>();

/** The engine that a pool leads to: the database is asked once, and again after it did not answer. */
export function engineOf(pool: Pick<Pool, 'query'>): Promise<EngineProfile> {
  const known = asked.get(pool);
  if (known !== undefined) return known;
  const answer = detectProfile(pool);
  asked.set(pool, answer);
  answer.catch(() => asked.delete(pool));
  return answer;
}

import { element } from './element.ts';
import { count, duration } from './format.ts';
import type { Market } from './records.ts';
import { get, RestError, rows } from './rest.ts';

interface Freshness {
  readonly exchange: string;
  readonly symbol: string;
  readonly seconds_since_event: number;
  readonly state: string;
}

/** Says why a market's page has less to show than it could, or nothing when all is well. */
export async function readyNote({ exchange, symbol }: Market, candles: number): Promise<Node | null> {
  const query = { exchange, symbol: symbol.replace('/', '-') };
  const fresh = await rows<Freshness>('/v1/freshness', query).catch(() => []);
  const [market] = fresh;
  if (market?.state === 'stale') {
    return warning(
      `${symbol} is stale: ${exchange} has not been heard of for ${duration(market.seconds_since_event)}. What is shown ends there; nothing is predicted until it is back.`,
    );
  }
  if (candles === 0)
    return warning(
      `There are no candles of ${symbol} in this timeframe yet. They come with the first trades.`,
    );
  const notes = await readyNotes();
  const own = notes.find((note) => note.startsWith(`${symbol} on ${exchange}`));
  return own === undefined ? null : warning(`${own}. Indicators and features are complete after that.`);
}

/** Says why nothing older comes. */
export function tooFarNote(windows: number): Node {
  return warning(`The chart holds ${count(windows)} windows. A longer timeframe goes further back.`);
}

/** What the server itself says is missing. */
export async function readyNotes(): Promise<readonly string[]> {
  try {
    return (await get<{ readonly notes: readonly string[] }>('/ready')).notes;
  } catch (error) {
    return error instanceof RestError ? error.reasons : [];
  }
}

/** Why there is no market. */
export async function whyNoMarket(): Promise<readonly string[]> {
  const notes = (await readyNotes()).filter((note) => note !== 'no market has data yet');
  return [
    ...notes,
    'The first trades make the first candle, and this page looks for them every few seconds.',
  ];
}

interface Job {
  readonly state: string;
  readonly message: string | null;
}

/** Why there are no predictions. */
export async function whyNoPrediction({ exchange, symbol }: Market): Promise<string> {
  const models = await rows<{ readonly alias: string | null }>('/v1/models', { limit: 100 });
  if (models.some(({ alias }) => alias === 'champion'))
    return 'A model is in service and has not predicted here yet: it waits for a minute whose features are complete.';
  if (models.length > 0)
    return 'Models are trained, and none is in service: the promotions below say what each lacks.';
  const [training] = await rows<Job>('/v1/jobs', { kind: 'train', limit: 1 });
  if (training?.message) return `No model is trained yet. ${training.message}`;
  const minutes = await rows<Minute>(`/v1/features/${symbol.replace('/', '-')}`, {
    ...{ exchange, limit: MOST_COUNTED, fields: 'complete' },
  });
  const complete = minutes.filter((minute) => minute.complete).length;
  const there = `${complete === MOST_COUNTED ? 'at least ' : ''}${count(complete)}`;
  return `No model is trained yet. Of this market ${there} minutes with complete features are there; training takes ${count(STANDARD_LEAST)} of all markets together, or what MODEL_LEAST_ROWS says.`;
}

interface Minute {
  readonly complete: boolean;
}

const MOST_COUNTED = 2_000;
/** Standard of MODEL_LEAST_ROWS. */
const STANDARD_LEAST = 1_000;

function warning(text: string): Node {
  return element('p', { role: 'status' }, text);
}

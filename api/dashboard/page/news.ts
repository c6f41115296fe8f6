import { element, webAddress } from './element.ts';
import { moment } from './format.ts';
import type { Occasion } from './marks.ts';
import type { MarkedCard } from './models.ts';
import { type Market, type Score, type Story, seconds } from './records.ts';
import { rows } from './rest.ts';

const STORIES = 100;
const LISTED = 12;
/** Scores closer to zero than this say nothing. */
const NEUTRAL = 0.1;

/** Stories that concern the market's asset, with how they were scored. */
export async function newsCard({ symbol, base_asset }: Market): Promise<MarkedCard> {
  const asset = base_asset ?? symbol.split('/')[0];
  const [stories, scores] = await Promise.all([
    rows<Story>('/v1/news', { limit: STORIES, fields: 'id,source,title,url,received_at' }),
    rows<Score>('/v1/news/scores', { asset, limit: STORIES * 2 }),
  ]);
  const scoreOf = new Map(scores.map(({ news_id, score }) => [news_id, score]));
  const own = stories.filter(({ id }) => scoreOf.has(id));
  const body =
    own.length === 0
      ? element('p', { class: 'empty' }, `No story about ${asset} was scored yet.`)
      : element(
          'ul',
          { class: 'list' },
          ...own.slice(0, LISTED).map((one) => line(one, scoreOf.get(one.id) ?? null)),
        );
  return {
    card: element('section', { class: 'card' }, element('h2', {}, `News of ${asset}`), body),
    occasions: own.map((story): Occasion => {
      const score = scoreOf.get(story.id) ?? 0;
      return { time: seconds(story.received_at), kind: toneOf(score), text: story.title };
    }),
  };
}

function line({ title, url, source, received_at }: Story, score: number | null): HTMLElement {
  const href = webAddress(url);
  const tone = toneOf(score ?? 0);
  return element(
    'li',
    {},
    href === null
      ? element('span', { class: 'name' }, title)
      : element('a', { href, rel: 'noopener noreferrer', target: '_blank' }, title),
    element(
      'span',
      { class: `score ${tone}` },
      score === null ? '–' : `${score < 0 ? '−' : '+'}${Math.abs(score).toFixed(2)}`,
    ),
    element('small', {}, `${source} · ${moment(received_at)}`),
  );
}

function toneOf(score: number): 'good' | 'bad' | 'neutral' {
  if (Math.abs(score) < NEUTRAL) return 'neutral';
  return score > 0 ? 'good' : 'bad';
}

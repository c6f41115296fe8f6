import type { NewsStory } from '../../../landing.ts';
import type { AssetScore, NewsScorer, ScoredStory } from '../scorer.ts';
import { storyText } from '../storyText.ts';
import { TERMS } from './files.ts';
import { mentionsOf } from './mentions.ts';
import { sentimentOf } from './sentiment.ts';

/** A summary repeats its headline and pads it. */
const SUMMARY_WEIGHT = 0.3;
/** What words can be sure of, about an asset that is named in the headline, in the summary, or not at all. */
const CONFIDENCE = { title: 0.6, summary: 0.4, market: 0.2 } as const;
/** Terms that a reason names. */
const MOST_TERMS = 6;

/** Scores by counting words: no key, no network, and the same answer every time. */
export class LexiconScorer implements NewsScorer {
  readonly model = `lexicon@${TERMS.version}`;

  async score(stories: readonly NewsStory[], assets: readonly string[]): Promise<readonly ScoredStory[]> {
    return stories.map((story) => ({ kind: 'scored', newsId: story.id, assets: scoresOf(story, assets) }));
  }
}

function scoresOf(story: NewsStory, assets: readonly string[]): AssetScore[] {
  const { title, summary } = storyText(story);
  const headline = sentimentOf(title);
  const more = sentimentOf(summary ?? '');
  const weight = summary === null ? 0 : SUMMARY_WEIGHT;
  const score = Math.round(((1 - weight) * headline.score + weight * more.score) * 1e4) / 1e4;
  const terms = [...new Set([...headline.terms, ...more.terms])].slice(0, MOST_TERMS);
  const reason = terms.length === 0 ? 'no term of weight' : terms.join(', ');
  const about = (named: readonly string[], confidence: number): AssetScore[] =>
    named.map((asset) => ({ asset, score, confidence, reason }));

  const inTitle = mentionsOf(title, assets);
  const inSummary = mentionsOf(summary ?? '', assets);
  if (inTitle.named.length > 0) return about(inTitle.named, CONFIDENCE.title);
  if (inTitle.wholeMarket) return about(assets, CONFIDENCE.market);
  return about(inSummary.named, CONFIDENCE.summary);
}

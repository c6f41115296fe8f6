import { mkdirSync, writeFileSync } from 'node:fs';
import { CLASSES, developmentSet, heldOutSet, type Labelled, polaritySet, testSet } from './newsLabels.ts';
import { classOf, majority, type Pair, type Quality, qualityOf } from './newsMetrics.ts';
import { AFINN, type HeadlineScorer, LEXICON, llmOf } from './newsScorers.ts';
import { machine } from './rig.ts';

/**
 * `npm run bench:news`: how well each scorer reads labelled headlines, to bench/results/news.json. With LLM_MODEL set
 * (and LLM_BASE_URL, LLM_API_KEY, LLM_DAILY_BUDGET) the model reads the test and the held-out set too.
 */
interface Scored extends Quality {
  /** Headlines that got no score; they are left out of the figures. */
  readonly unscored?: number;
}

async function measured(scorer: HeadlineScorer, set: readonly Labelled[]): Promise<Scored> {
  const scores = await scorer.score(set.map(({ title }) => title));
  const pairs = set.flatMap(({ label }, index): Pair[] => {
    const score = scores[index] ?? null;
    return score === null ? [] : [[label, classOf(score, scorer.neutralBelow)]];
  });
  const unscored = set.length - pairs.length;
  return { ...qualityOf(pairs), ...(unscored > 0 ? { unscored } : {}) };
}

async function compared(set: readonly Labelled[], scorers: readonly HeadlineScorer[]) {
  const labels = set.map(({ label }) => label);
  const guess = majority(labels);
  const figures: Record<string, Scored> = {
    [`always ${guess}`]: qualityOf(labels.map((label): Pair => [label, guess])),
  };
  for (const scorer of scorers) figures[scorer.name] = await measured(scorer, set);
  return figures;
}

function print(title: string, figures: Readonly<Record<string, Scored>>): void {
  process.stdout.write(`\n${title}\n`);
  for (const [name, { accuracy, accuracy95, macroF1, macroF195, headlines, confusion }] of Object.entries(
    figures,
  )) {
    process.stdout.write(
      `  ${name.padEnd(18)} accuracy ${accuracy} (${accuracy95.join(' to ')})  macro-F1 ${macroF1} (${macroF195.join(' to ')})  of ${headlines}\n`,
    );
    CLASSES.forEach((label, row) => {
      process.stdout.write(
        `    ${label.padEnd(9)} ${(confusion[row] ?? []).map((count) => String(count).padStart(6)).join('')}\n`,
      );
    });
  }
}

const model = llmOf(process.env);
const words = [AFINN, LEXICON];
const everyone = model === null ? words : [...words, model.scorer];
const test = testSet();
const figures = {
  test: await compared(test, everyone),
  heldOut: await compared(heldOutSet(), everyone),
  development: await compared(developmentSet(), words),
  polarity: await compared(polaritySet(), words),
};
print('Test set (cryptopanic_labelled_202511, labelled by VADER)', figures.test);
print('Read by us, held out (headlines of February 2026)', figures.heldOut);
print('Read by us, development (the word list was written on it)', figures.development);
print('cryptonews_2021_2022, labelled by a general polarity', figures.polarity);
const llm =
  model === null ? 'not run: LLM_MODEL is not set' : { model: model.llm.model, ...model.llm.counts() };
process.stdout.write(`\nLanguage model: ${JSON.stringify(llm)}\n`);
mkdirSync('bench/results', { recursive: true });
writeFileSync(
  'bench/results/news.json',
  `${JSON.stringify({ name: 'news', ...machine(), figures: { ...figures, llm } }, null, 2)}\n`,
);

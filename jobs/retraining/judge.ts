import type { Pool } from 'pg';
import { considerPromotion, type PromotionRules } from '../registry/promotion.ts';
import type { Decision, RegisteredModel } from '../registry/registeredModel.ts';
import type { Registry } from '../registry/registry.ts';
import { unseenLosses } from '../registry/unseenLosses.ts';

/** Decisions of a name that are looked through for refusals of its challenger. */
const MOST_DECISIONS = 1000;

/**
 * Judges the challengers that have enough new minutes. One is judged when it has the least number of them, and, when it was refused,
 * again after as many more: who is asked every minute is taken for better by luck some day.
 *
 * @returns decisions that were taken
 */
export async function judgeChallengers(
  pool: Pool,
  registry: Registry,
  rules: PromotionRules,
): Promise<readonly Decision[]> {
  const losses = unseenLosses(pool);
  const decisions: Decision[] = [];
  const models = await registry.list(null);
  for (const challenger of models.filter(({ alias }) => alias === 'challenger')) {
    const champion =
      models.find(({ name, alias }) => name === challenger.name && alias === 'champion') ?? null;
    const found = await losses(challenger, champion);
    const wanted = rules.leastWindows * (1 + (await refusals(registry, challenger)));
    if (new Set(found.times).size < wanted) continue;
    decisions.push((await considerPromotion(registry, challenger.name, rules, async () => found)).decision);
  }
  return decisions;
}

/** How often a challenger was refused since it became one. */
async function refusals(registry: Registry, { name, version }: RegisteredModel): Promise<number> {
  const own = (await registry.history(name, MOST_DECISIONS)).filter(
    (decision) => decision.version === version,
  );
  const since = own.findIndex(({ action }) => action === 'challenge');
  return own.slice(0, since < 0 ? own.length : since).filter(isJudgement).length;
}

/** A refusal for want of minutes is none: nothing was compared. */
function isJudgement({ action, evidence }: Decision): boolean {
  return action === 'refuse' && Array.isArray(evidence.duels) && evidence.duels.length > 0;
}

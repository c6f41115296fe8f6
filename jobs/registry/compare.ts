import { judge, type LossReader, type PromotionRules, type Verdict } from './promotion.ts';
import type { RegisteredModel } from './registeredModel.ts';
import type { Registry } from './registry.ts';

/** Two versions side by side. Plain data. */
export interface ModelComparison {
  readonly first: RegisteredModel;
  readonly second: RegisteredModel;
  /** Figures of both trainings by name, each on its own data that it did not see. */
  readonly metrics: readonly {
    readonly name: string;
    readonly first: number | null;
    readonly second: number | null;
  }[];
  /** Features that only one of them has. */
  readonly onlyFirst: readonly string[];
  readonly onlySecond: readonly string[];
  /** What would become of the first as challenger of the second, by the minutes that both predicted. */
  readonly verdict: Verdict;
}

/** @throws UnknownModel */
export async function compareModels(
  registry: Registry,
  name: string,
  versions: readonly [number, number],
  rules: PromotionRules,
  losses: LossReader,
): Promise<ModelComparison> {
  const first = await registry.show(name, versions[0]);
  const second = await registry.show(name, versions[1]);
  const names = [...new Set([...Object.keys(first.metrics), ...Object.keys(second.metrics)])].sort();
  return {
    first,
    second,
    metrics: names.map((metric) => ({
      name: metric,
      first: first.metrics[metric] ?? null,
      second: second.metrics[metric] ?? null,
    })),
    onlyFirst: first.featureNames.filter((feature) => !second.featureNames.includes(feature)),
    onlySecond: second.featureNames.filter((feature) => !first.featureNames.includes(feature)),
    verdict: judge(await losses(first, second), first.horizonMinutes, rules),
  };
}

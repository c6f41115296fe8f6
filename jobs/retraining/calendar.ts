const DAY_MS = 86_400_000;

/** Inputs that go round with the calendar, and the length of their round. */
const ROUNDS: readonly { readonly features: readonly string[]; readonly ms: number }[] = [
  { features: ['hour_of_day', 'hour_sine', 'hour_cosine'], ms: DAY_MS },
  { features: ['day_of_week', 'week_sine', 'week_cosine'], ms: 7 * DAY_MS },
];

/**
 * Leaves out what a history is too short to teach: an input that goes round with the calendar has to have been round twice, or it
 * stands in for a trend that happened to be there.
 *
 * @param features names of inputs, in their order
 * @param spanMs length of the history
 */
export function taughtFeatures(features: readonly string[], spanMs: number): readonly string[] {
  const untaught = new Set(ROUNDS.filter(({ ms }) => spanMs < 2 * ms).flatMap((round) => round.features));
  return features.filter((name) => !untaught.has(name));
}

/** How long RisingWave keeps the changes of a view for those who were away. */
export const RETENTION = '1 day';

/** Name of the subscription that follows a view or table. */
export function subscriptionName(relation: string): string {
  return `${relation}_changes`;
}

/** Makes the subscription of a view or table. */
export function subscriptionStatement(relation: string): string {
  return `create subscription ${subscriptionName(relation)} from ${relation} with (retention = '${RETENTION}')`;
}

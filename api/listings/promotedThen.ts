import { type RawBuilder, sql } from 'kysely';

/**
 * The alias that a row of models had at a time, by the last decision before it that gave the version an alias or took
 * it away.
 */
export function aliasThen(at: string): RawBuilder<unknown> {
  return sql`(
    select case when promotions.version = models.version then promotions.alias end
    from promotions
    where promotions.name = models.name and promotions.decided_at <= ${at}
      and (promotions.version = models.version or promotions.previous_version = models.version)
    order by promotions.decision desc limit 1)`;
}

/** When a row of models had got that alias, or lost it. A refusal changes nothing. */
export function aliasChangedThen(at: string): RawBuilder<unknown> {
  return sql`(
    select max(promotions.decided_at)
    from promotions
    where promotions.name = models.name and promotions.decided_at <= ${at} and promotions.action <> 'refuse'
      and (promotions.version = models.version or promotions.previous_version = models.version))`;
}

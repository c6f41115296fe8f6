import { type RawBuilder, sql } from 'kysely';

/** Decisions up to a time, with each version that one gave an alias or took it away. */
function decided(at: string): RawBuilder<unknown> {
  return sql`from models
      join promotions on promotions.name = models.name
      where promotions.decided_at <= ${at}
        and (promotions.version = models.version or promotions.previous_version = models.version)`;
}

/**
 * Adds to each row of models what it was at a time: `alias_then` by the last decision before it, and `alias_changed_then`. A
 * refusal changes nothing. The columns have names of their own, so that those of models need no qualification.
 */
export function promotedThen(at: string): RawBuilder<unknown> {
  return sql`
    left join (
      select models.name as told_name, models.version as told_version,
        case when promotions.version = models.version then promotions.alias end as alias_then,
        row_number() over (partition by models.name, models.version order by promotions.decision desc) as told_age
      ${decided(at)}
    ) as told on told.told_name = models.name and told.told_version = models.version and told.told_age = 1
    left join (
      select models.name as changed_name, models.version as changed_version,
        max(promotions.decided_at) as alias_changed_then
      ${decided(at)} and promotions.action <> 'refuse'
      group by models.name, models.version
    ) as changed on changed.changed_name = models.name and changed.changed_version = models.version`;
}

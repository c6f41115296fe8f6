import type { Pool } from 'pg';
import { DAY, HOUR, NOW } from './rig.ts';

/** Random writes to everything that is indexed: new rows, late ones, corrections, rows that vanish. */
export async function writeAtRandom(pool: Pool, random: () => number): Promise<void> {
  const below = (limit: number): number => Math.floor(random() * limit);
  const at = (step: number, back: number): Date =>
    new Date(Math.floor((NOW - random() * back) / step) * step);
  const values = (): unknown[] => [
    ...['kraken', ['BTC/USD', 'ETH/USD'][below(2)], ['return-5m', 'odd|name "ü"'][below(2)]],
    ...[
      1 + below(3),
      at(60_000, random() < 0.7 ? HOUR : 3 * DAY),
      (random() * 1e5).toFixed(below(9)),
      random() - 0.5,
    ],
  ];
  for (let write = 1 + below(12); write > 0; write--) {
    const given = values();
    switch (below(13)) {
      case 0:
      case 1:
        await pool.query(
          `insert into predictions (exchange, symbol, model, version, window_start, horizon_minutes, predicted_price, predicted_return, late)
           values ($1, $2, $3, $4, $5, 5, $6, $7, false) on conflict do nothing`,
          given,
        );
        break;
      case 2:
      case 3:
        await pool.query(
          `insert into prediction_errors (exchange, symbol, model, version, window_start, horizon_minutes, realised_price, predicted_return, error)
           values ($1, $2, $3, $4, $5, 5, $6, $7, -$6::numeric)
           on conflict (exchange, symbol, window_start, horizon_minutes, model, version) do update set realised_price = excluded.realised_price`,
          given,
        );
        break;
      case 4:
        await pool.query(
          `insert into accuracy_1h (exchange, symbol, model, version, hour, horizon_minutes, absolute_return_error_sum, skill, predictions)
           values ($1, $2, $3, $4, date_trunc('hour', $5::timestamptz), 5, $6, $7, 1)
           on conflict (exchange, symbol, horizon_minutes, model, version, hour)
           do update set predictions = accuracy_1h.predictions + 1, skill = excluded.skill`,
          given,
        );
        break;
      case 5:
        await pool.query(
          `insert into models (name, version, alias, created_at, parameters) values ($1, $2, null, $3, repeat('x', 40000))
           on conflict (name, version) do update set alias = case when models.alias is null then 'champion' end`,
          [given[2], given[3], given[4]],
        );
        break;
      case 6:
        await pool.query(
          `insert into job_runs (kind, run, state, progress, started_at) values ($1, $2, 'running', $3, $4)
           on conflict (kind, run) do update set state = 'done', progress = 1`,
          [random() < 0.8 ? 'train' : 'other', 1 + below(20), random(), given[4]],
        );
        break;
      case 7:
        await pool.query('delete from prediction_errors where window_start between $1 and $2', [
          given[4],
          new Date((given[4] as Date).getTime() + below(2 * HOUR)),
        ]);
        break;
      case 8:
      case 9: // An alert begins, goes on, or comes back before it has fired.
        await pool.query(
          `insert into alerts (rule, subject, episode, severity, state, value, labels, since, evaluated_at)
           values ('feed-stale', $1, $2, 'critical', 'pending', $3, '{"exchange":"kraken"}', $4, now())
           on conflict (rule, subject, episode) do update set state = 'firing', value = excluded.value, evaluated_at = now()`,
          [`exchange=kraken symbol=${given[1]}`, given[3], given[6], given[4]],
        );
        await pool.query("delete from alerts where state = 'pending' and episode = $1", [1 + below(3)]);
        break;
      case 10:
        await pool.query(
          `insert into drift_checks (model, version, feature, checked_through, observations, psi, state, streak)
           values ($1, $2, $3, date_trunc('hour', $4::timestamptz), 60, $5, 'warning', $6) on conflict do nothing`,
          [given[2], given[3], ['rsi_14', 'ema_26'][below(2)], given[4], given[6], below(3) - 1],
        );
        break;
      case 11:
        await pool.query(
          `insert into retraining_decisions (name, decision, version, action, reasons, decided_at)
           values ($1, $2, 1, 'wait', '["It lost its skill."]', $3) on conflict do nothing`,
          [given[2], 1 + below(9), given[4]],
        );
        break;
      default:
        await pool.query(
          `insert into pipeline_health (sampled_at, exchange, symbol, state, open_gaps) values ($1, $2, $3, 'live', $4) on conflict do nothing`,
          [given[4], given[0], given[1], below(3)],
        );
    }
  }
}

#!/usr/bin/env bash
# The dbt project on the embedded engine: a simulated market that runs, recorded trades beside it where they are, then every model,
# test and unit test, the freshness of the sources and the documentation; last, that all of it compiles for RisingWave.
# dbt comes from PyPI into .cache/dbt, once (150 MB). `.ci/dbt.sh install` does that alone. Needs python3 with venv and pip.
set -euo pipefail
cd "$(dirname "$0")/.."

home=$PWD/.cache/dbt
# Newer cores download a part of themselves from elsewhere.
packages=('dbt-core==1.11.16' 'dbt-postgres==1.9.1' 'dbt-risingwave==1.11.16')

if [ ! -f "$home/.complete" ] || [ "$(cat "$home/.complete")" != "${packages[*]}" ]; then
  rm -rf "$home"
  python3 -m venv "$home"
  "$home/bin/pip" install --quiet --disable-pip-version-check --no-input "${packages[@]}"
  echo "${packages[*]}" >"$home/.complete"
fi
"$home/bin/dbt" --version | grep -E 'installed|postgres|risingwave'
[ "${1:-}" = install ] && exit 0

work=$(mktemp -d)
tickwave=
finish() {
  local code=$?
  if [ -n "$tickwave" ] && kill -0 "$tickwave" 2>/dev/null; then
    kill -TERM "$tickwave"
    wait "$tickwave" || true
  fi
  [ "$code" -eq 0 ] || tail -n 20 "$work/start.log" >&2 || true
  rm -rf "$work"
  exit "$code"
}
trap finish EXIT

unset DATABASE_URL KAFKA_BROKERS MLFLOW_TRACKING_URI ELASTICSEARCH_URL PGHOST
export DATA_DIR=$work/data FEED=simulated SIMULATOR_HISTORY=26 SIMULATOR_MARKETS=3 NEWS=off PORT=0
# Root's database runs as another user, who has to get in.
chmod 755 "$work"
node bin/tickwave.mjs start --json >"$work/start.log" 2>&1 &
tickwave=$!
for attempt in $(seq 1 120); do
  kill -0 "$tickwave" 2>/dev/null || { echo 'Tickwave ended before its database was there' >&2; exit 1; }
  if url=$(node bin/tickwave.mjs psql --owner --print 2>/dev/null); then break; fi
  [ "$attempt" -lt 120 ] || { echo 'the database was not there in time' >&2; exit 1; }
  sleep 1
done

recorded=${TICKWAVE_DATA:-../shared/data}/trades
if [ -d "$recorded" ]; then
  node bin/tickwave.mjs replay "$recorded"/binance_spot_btcusdt_*.csv --exchange binance --symbol BTC/USDT --json >/dev/null
  node bin/tickwave.mjs replay "$recorded"/kraken_BTCUSD_*.csv --json >/dev/null \
    --map ts=time_ms:ms,price=price,quantity=amount,side=side --exchange kraken --symbol BTC/USD
else
  echo "NO RECORDED TRADES in $recorded: on the simulated market alone"
fi
node .ci/dbt.mjs "$url"

dbt() { npm run --silent dbt -- "$@" --target-path "$work/target" --log-path "$work/logs" --no-use-colors; }
# Recorded trades are years old; what is checked row by row has to reach back to them.
dbt build --vars '{check_days: 6000}' --warn-error-options '{"error": ["NoNodesForSelectionCriteria"]}'
dbt source freshness
dbt docs generate --vars '{check_days: 6000}'
node -e '
const { nodes, sources } = require(process.argv[1] + "/catalog.json");
const marts = Object.keys(nodes).length, tables = Object.keys(sources).length;
if (marts < 5 || tables < 40) throw new Error(`the documentation knows ${marts} marts and ${tables} sources`);
console.log(`documentation: ${marts} marts, ${tables} sources`);' "$work/target"

# No RisingWave is here: what can be said is that the adapter takes the project and makes SQL of every model.
dbt parse --target risingwave --no-partial-parse
dbt compile --target risingwave --no-populate-cache --no-introspect --no-partial-parse >/dev/null
echo "compiled for RisingWave, not run there: $(find "$work/target/compiled" -name '*.sql' -path '*marts*' | wc -l) files of marts"

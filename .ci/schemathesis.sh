#!/usr/bin/env bash
# Asks a running Tickwave, on the simulated market, for whatever its OpenAPI document allows and much that it does not: no fault
# of ours, no status, content type or body that the document does not promise. Once as anybody on this machine, and once with a key
# that may start and call off jobs. Installs schemathesis into .cache/schemathesis
# once; needs python3 with venv. EXAMPLES sets how many requests a path is sent (20).
set -euo pipefail
cd "$(dirname "$0")/.."

package=schemathesis==4.32.5
home=${SCHEMATHESIS_HOME:-$PWD/.cache/schemathesis}
if [ "$(cat "$home/.complete" 2>/dev/null)" != "$package" ]; then
  echo "schemathesis: installing $package" >&2
  rm -rf "$home"
  python3 -m venv "$home"
  "$home/bin/pip" install --quiet --disable-pip-version-check --no-input "$package"
  echo "$package" >"$home/.complete"
fi

folder=$(mktemp -d)
export DATA_DIR=$folder/data PORT=0 API_KEYS=auto FEED=simulated NEWS=off SIMULATOR_HISTORY=2 SIMULATOR_MARKETS=2 SIMULATOR_RATE=1 LOG_LEVEL=error
key=$(node bin/tickwave.mjs keys add fuzz --scope admin)
node bin/tickwave.mjs start --json >"$folder/out" 2>"$folder/err" &
server=$!
trap 'kill -INT "$server" 2>/dev/null; wait "$server" 2>/dev/null; rm -rf "$folder"' EXIT

for _ in $(seq 240); do
  url=$(sed -n 's/.*"api":"\([^"]*\)".*/\1/p' "$folder/out" | head -n 1)
  [ -n "$url" ] && break
  kill -0 "$server" 2>/dev/null || { cat "$folder/err" >&2; exit 1; }
  sleep 0.5
done
[ -n "$url" ] || { echo 'Tickwave did not start within two minutes' >&2; exit 1; }

# Names of markets can't be guessed; whatever else is asked of them can. That a job is not offered (501) is an answer, not a fault.
cat >"$folder/schemathesis.toml" <<'TOML'
[parameters]
"path.symbol" = "BTC-USD"

[checks]
not_a_server_error.expected-statuses = ["2xx", "3xx", "4xx", 501]
TOML
cd "$folder"

ask() {
  "$home/bin/schemathesis" --config-file "$folder/schemathesis.toml" run "$url/openapi.json" \
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance \
    --max-examples "${EXAMPLES:-20}" --seed "${SEED:-7}" --suppress-health-check all --no-color "$@"
}

ask --exclude-path /ready
ask --include-path-regex '^/v1/(admin|jobs)' --header "authorization: Bearer $key"

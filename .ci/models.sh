#!/usr/bin/env bash
# The native model libraries: fetches them, and exchanges models with Python's packages of the same versions; predictions have
# to be the same on both sides, difference 0. Needs python3 with venv and pip. Takes a minute the first time.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

node --import tsx jobs/models/testing/fetch.ts
python=$(.ci/python.sh)
node --import tsx jobs/models/testing/exchange.ts write "$work/models"
"$python" .ci/models.py "$work/models"
node --import tsx jobs/models/testing/exchange.ts read "$work/models"
echo 'models: the same in Tickwave and in Python'

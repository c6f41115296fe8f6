#!/usr/bin/env bash
# The native model libraries: fetches them, and exchanges models with Python's packages of the
# same versions; predictions have to be the same on both sides, difference 0. Needs python3 with venv and pip.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

node --import tsx jobs/models/testing/fetch.ts

python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check xgboost-cpu==3.2.0 lightgbm==4.7.0 numpy
node --import tsx jobs/models/testing/exchange.ts write "$work/models"
"$work/venv/bin/python" .ci/models.py "$work/models"
node --import tsx jobs/models/testing/exchange.ts read "$work/models"

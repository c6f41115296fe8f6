#!/usr/bin/env bash
# A real MLflow for the tests: installs it once into .cache/mlflow (850 MB; MLFLOW_HOME names another folder), and prints
# the path of its command. Needs python3 with venv. What was installed before is kept.
#
#   REQUIRE_MLFLOW=1 MLFLOW_COMMAND="$(.ci/mlflow.sh)" npm test -- jobs/registry/mlflow
set -euo pipefail
cd "$(dirname "$0")/.."

version=3.17.0
home=${MLFLOW_HOME:-$PWD/.cache/mlflow}
command=$home/bin/mlflow

if ! "$command" --version 2>/dev/null | grep -qF "version $version"; then
  rm -rf "$home"
  python3 -m venv "$home" >&2
  "$home/bin/pip" install --quiet --disable-pip-version-check --no-input "mlflow==$version" >&2
  "$command" --version | grep -qF "version $version" || {
    echo "mlflow $version was installed into $home and does not run" >&2
    exit 1
  }
fi
echo "$command"

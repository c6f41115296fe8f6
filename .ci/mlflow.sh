#!/usr/bin/env bash
# A real MLflow server for the tests: installs it once into .cache/mlflow (390 MB; MLFLOW_HOME names another folder), and prints
# the path of its command. Needs python3 with venv. What was installed before is kept.
#
#   REQUIRE_MLFLOW=1 MLFLOW_COMMAND="$(.ci/mlflow.sh)" npm test -- jobs/registry/mlflow
set -euo pipefail
cd "$(dirname "$0")/.."

version=3.17.0
home=${MLFLOW_HOME:-$PWD/.cache/mlflow}
command=$home/bin/mlflow
# What the server imports. MLflow also asks for pyarrow, scipy, scikit-learn and matplotlib, half a gigabyte for models of Python.
server=('Flask<4' 'Flask-CORS<7' 'aiohttp<4' 'alembic<2' 'cryptography<51' 'graphene<4' 'gunicorn<27' 'huey<4' 'numpy<3' 'pandas<4' 'sqlalchemy<3')

if ! "$command" --version 2>/dev/null | grep -qF "version $version"; then
  echo "MLflow: installing $version, some minutes" >&2
  rm -rf "$home"
  python3 -m venv "$home" >&2
  install=("$home/bin/pip" install --quiet --disable-pip-version-check --no-input)
  "${install[@]}" "mlflow-skinny==$version" "${server[@]}" >&2
  "${install[@]}" --no-deps "mlflow==$version" >&2
  "$command" --version | grep -qF "version $version" || {
    echo "MLflow: $version was installed into $home and does not run; delete it and start again" >&2
    exit 1
  }
fi
echo "$command"

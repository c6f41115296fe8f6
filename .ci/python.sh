#!/usr/bin/env bash
# Python with XGBoost and LightGBM in the versions that Tickwave calls: for the exchange of models and for benchmarks. Installs
# them once into .cache/python (40 MB of downloads; PYTHON_HOME names another folder) and prints the path of its python.
# Needs python3 with venv. What was installed before is kept.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(xgboost-cpu==3.2.0 lightgbm==4.7.0 numpy==2.2.6 scipy==1.15.3)
home=${PYTHON_HOME:-$PWD/.cache/python}

if [ "$(cat "$home/.complete" 2>/dev/null)" != "${packages[*]}" ]; then
  echo "Python: installing ${packages[*]}" >&2
  rm -rf "$home"
  python3 -m venv "$home" >&2
  "$home/bin/pip" install --quiet --disable-pip-version-check --no-input --only-binary=:all: "${packages[@]}" >&2
  echo "${packages[*]}" >"$home/.complete"
fi
"$home/bin/python" -c 'import lightgbm, xgboost' || {
  echo "Python: the packages in $home do not load; delete it and start again" >&2
  exit 1
}
echo "$home/bin/python"

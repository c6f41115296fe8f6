#!/usr/bin/env bash
# Has promtool look at the rules and the configuration of Prometheus. Without one it is fetched once, into .cache/promtool:
# Debian's package prometheus, unpacked and not installed.
set -euo pipefail
cd "$(dirname "$0")/.."

home=$PWD/.cache/promtool
promtool=$(command -v promtool || echo "$home/usr/bin/promtool")
if [ ! -x "$promtool" ]; then
  mkdir -p "$home"
  (cd "$home" && apt-get download -qq prometheus && dpkg -x prometheus_*.deb . && rm -f prometheus_*.deb)
fi
"$promtool" check rules k8s/monitoring/prometheus/rules/*.yml
"$promtool" check config --syntax-only k8s/monitoring/prometheus/prometheus.yml

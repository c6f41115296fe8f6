#!/usr/bin/env bash
# Fetches what the suites of test/kafka need, once: Kafka 4.1.1 into .cache/kafka/lib, and the native client, built, with a
# link in node_modules. Neither package.json nor the lock is touched. `.ci/kafka.sh client` builds the client alone.
# Needs: a JDK of 17 or later and mvn for the broker; g++, make, python3 and headers of OpenSSL and zlib for the client.
# On Debian: apt-get install openjdk-17-jdk-headless maven g++ make python3 libssl-dev zlib1g-dev
set -euo pipefail
cd "$(dirname "$0")/.."

package=@confluentinc/kafka-javascript
lib=$PWD/.cache/kafka/lib

client() {
  if loads node_modules; then
    echo "Kafka client: there"
    return
  fi
  local version built
  version=$(node -p "require('./package-lock.json').packages['node_modules/$package'].version")
  built=$PWD/.cache/kafka/client-$version-$(node -p 'process.platform + "-" + process.arch + "-" + process.versions.modules')
  if ! loads "$built/node_modules"; then
    echo "Kafka client: building $package $version, some minutes"
    rm -rf "$built"
    mkdir -p "$built"
    echo '{"private":true}' >"$built/package.json"
    # Node's own headers, where they came along with it: without them they are downloaded.
    local prefix
    prefix=$(node -p "require('node:path').resolve(process.execPath, '../..')")
    if [ -e "$prefix/include/node/node.h" ]; then export npm_config_nodedir=$prefix; fi
    # Linked with the machine's OpenSSL and zlib: the static build downloads their sources.
    (cd "$built" && CKJS_LINKING=dynamic npm install --no-audit --no-fund "$package@$version" </dev/null)
    # Most of what the build leaves is not needed to run.
    rm -rf "$built/node_modules/$package/build/Release/obj.target" "$built/node_modules/$package/deps/librdkafka"
    rm -f "$built/node_modules/$package/build/deps/"*.a
  fi
  # A link, so that `npm ci`, which empties node_modules, does not cost a build.
  rm -rf "node_modules/$package"
  mkdir -p "$(dirname "node_modules/$package")"
  ln -s "$built/node_modules/$package" "node_modules/$package"
  loads node_modules || { echo "Kafka client: it was built and does not load" >&2; exit 1; }
  echo "Kafka client: built"
}

loads() {
  [ -e "$1/$package" ] && node -e "require(require('node:path').resolve('$1/$package'))" 2>/dev/null
}

broker() {
  if [ -f "$lib/.complete" ] && [ ! .ci/kafka/pom.xml -nt "$lib/.complete" ]; then
    echo "Kafka: there"
    return
  fi
  rm -rf "$lib"
  mvn -q -B -f .ci/kafka/pom.xml dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$lib"
  touch "$lib/.complete"
  echo "Kafka: $(ls "$lib"/kafka_2.13-*.jar)"
}

case ${1:-all} in
  client) client ;;
  broker) broker ;;
  all)
    broker
    client
    ;;
  *)
    echo "usage: .ci/kafka.sh [client|broker]" >&2
    exit 2
    ;;
esac

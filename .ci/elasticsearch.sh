#!/usr/bin/env bash
# Fetches what the suites of test/elasticsearch need, once: Elasticsearch 8.19.20 from Maven Central into
# .cache/elasticsearch/lib, and its launcher, compiled. Then says how to start a node by hand.
# Needs: a JDK of 17 or later and mvn. On Debian: apt-get install openjdk-17-jdk-headless maven
set -euo pipefail
cd "$(dirname "$0")/.."

home=$PWD/.cache/elasticsearch
launcher=.ci/elasticsearch/org/elasticsearch/node/TestNode.java

if [ ! -f "$home/lib/.complete" ] || [ .ci/elasticsearch/pom.xml -nt "$home/lib/.complete" ]; then
  rm -rf "$home/lib"
  mvn -q -B -f .ci/elasticsearch/pom.xml dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$home/lib" </dev/null
  # The node refuses to start when it finds these: they come along with the one class of the test framework that is used.
  for jar in randomizedtesting junit lucene-test-framework mockito byte-buddy objenesis mocksocket hamcrest; do
    rm -f "$home/lib/$jar"*.jar
  done
  touch "$home/lib/.complete"
fi
if [ ! -f "$home/classes/.complete" ] || [ "$launcher" -nt "$home/classes/.complete" ]; then
  mkdir -p "$home/classes"
  javac -nowarn -d "$home/classes" -cp "$home/lib/*" "$launcher"
  touch "$home/classes/.complete"
fi
echo "Elasticsearch: $(ls "$home"/lib/elasticsearch-8*.jar)"
echo "By hand, and not as root: java -Xmx512m -cp '$home/classes:$home/lib/*' org.elasticsearch.node.TestNode FOLDER 9200"

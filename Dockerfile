# The gateway and its worker. The client alone: --target client. How to run it, and what the cage needs: docs/operations.md.
ARG GO=1.26-bookworm
ARG DEBIAN=bookworm-slim

FROM golang:${GO} AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /out/ ./cmd/yumend ./cmd/yumen
RUN CGO_ENABLED=1 go build -trimpath -tags duckdb_arrow -ldflags "-s -w" -o /out/ ./cmd/yumen-worker

FROM debian:${DEBIAN} AS client
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
COPY --from=build /out/yumen /usr/bin/yumen
USER 65532:65532
ENTRYPOINT ["/usr/bin/yumen"]

FROM debian:${DEBIAN} AS gateway
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates libstdc++6 && rm -rf /var/lib/apt/lists/* \
 && install -d -m 0700 -o 65532 -g 65532 /var/lib/yumen
COPY --from=build /out/yumend /out/yumen /usr/bin/
COPY --from=build /out/yumen-worker /usr/libexec/yumen/yumen-worker
ENV YUMEN_WORKER=/usr/libexec/yumen/yumen-worker
USER 65532:65532
VOLUME /var/lib/yumen
EXPOSE 8443
STOPSIGNAL SIGTERM
# YUMEN_HEALTH_SERVER and YUMEN_HEALTH_CA say where the gateway listens and whom to trust, when it serves TLS.
HEALTHCHECK --interval=15s --timeout=6s --start-period=20s --retries=3 CMD ["/usr/bin/yumend", "health"]
ENTRYPOINT ["/usr/bin/yumend"]
CMD ["serve", "--data", "/var/lib/yumen/zone"]

# syntax=docker/dockerfile:1
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
COPY internal/article/dateparser internal/article/dateparser
RUN go mod download
COPY . .
ARG VERSION=""
# Everything is Go, SQLite too: no C library is needed where it runs.
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /tidings ./cmd/tidings \
    && mkdir /data

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /tidings /tidings
COPY --from=build --chown=nonroot:nonroot /data /data
ENV TIDINGS_DATABASE_PATH=/data/tidings.db \
    TIDINGS_HEALTH_LISTEN=127.0.0.1:8080
USER nonroot
VOLUME /data
HEALTHCHECK --interval=30s --timeout=6s --start-period=30s CMD ["/tidings", "health"]
ENTRYPOINT ["/tidings"]
CMD ["run"]

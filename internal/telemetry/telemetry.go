package telemetry

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"yumen/enclave"
)

// Telemetry measures and traces one gateway. It is safe for concurrent use.
type Telemetry struct {
	registry *prometheus.Registry
	tracer   trace.Tracer
	m        metrics
}

// New makes the metrics of a gateway of this version. Without a tracer nothing is traced.
func New(version string, tracer trace.Tracer) *Telemetry {
	if tracer == nil {
		tracer = noop.NewTracerProvider().Tracer("")
	}
	t := &Telemetry{registry: prometheus.NewRegistry(), tracer: tracer, m: newMetrics()}
	t.registry.MustRegister(t.m.all()...)
	t.m.build.WithLabelValues(version, goVersion()).Set(1)
	return t
}

// Handler serves the metrics to a scrape.
func (t *Telemetry) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(t.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 2, Timeout: 10 * time.Second}))
	return mux
}

// step begins a span of a static name, and ends it with the error's absence or presence, never its text. Inside a run there is none.
func (t *Telemetry) step(ctx context.Context, name string, attributes ...attribute.KeyValue) (context.Context, func(error)) {
	if enclave.Inside(ctx) {
		return ctx, func(error) {}
	}
	ctx, span := t.tracer.Start(ctx, name, trace.WithAttributes(attributes...))
	return ctx, func(err error) {
		if err != nil {
			span.SetStatus(codes.Error, "")
		}
		span.End()
	}
}

// outcome names how an act ended, without its text.
func outcome(err error) string {
	switch {
	case err == nil:
		return "ok"
	case errors.Is(err, context.Canceled):
		return "cancelled"
	}
	return "failed"
}

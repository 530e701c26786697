package telemetry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// ErrEndpoint means that the address of a collector is none that spans may be sent to.
var ErrEndpoint = errors.New("the endpoint of a collector is https://HOST[:PORT][/PATH], or http:// on this machine")

// Tracing sends spans to a collector.
type Tracing struct{ provider *sdk.TracerProvider }

// OpenTracing begins to send spans over OTLP/HTTP to an endpoint, a URL; fraction of the requests are traced, from 0 to 1. It fails with
// ErrEndpoint. A collector that cannot be reached later costs spans and nothing else: the first failure is a warning in the log, those
// after it are for debugging.
func OpenTracing(ctx context.Context, endpoint string, fraction float64, version string, log *slog.Logger) (*Tracing, error) {
	if !mayReceive(endpoint) {
		return nil, ErrEndpoint
	}
	var warned atomic.Bool
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { // of the whole process: there is one gateway in it
		level := slog.LevelDebug
		if warned.CompareAndSwap(false, true) {
			level = slog.LevelWarn
		}
		log.Log(context.Background(), level, "spans were not taken", "error", err)
	}))
	out, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(endpoint), otlptracehttp.WithTimeout(5*time.Second),
		otlptracehttp.WithRetry(otlptracehttp.RetryConfig{Enabled: false}))
	if err != nil {
		return nil, fmt.Errorf("tracing: %w", err)
	}
	return &Tracing{provider(out, fraction, version)}, nil
}

func provider(out sdk.SpanExporter, fraction float64, version string) *sdk.TracerProvider {
	return sdk.NewTracerProvider(sdk.WithBatcher(out), sdk.WithSampler(sdk.TraceIDRatioBased(fraction)),
		sdk.WithResource(resource.NewSchemaless(attribute.String("service.name", "yumend"), attribute.String("service.version", version))))
}

// mayReceive reports whether spans may be sent there: encrypted, or without leaving this machine.
func mayReceive(endpoint string) bool {
	u, err := url.Parse(endpoint)
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}

// Tracer makes the spans; nil without tracing.
func (t *Tracing) Tracer() trace.Tracer {
	if t == nil {
		return nil
	}
	return t.provider.Tracer("yumen")
}

// Close sends what is left, for at most five seconds.
func (t *Tracing) Close() error {
	if t == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_ = t.provider.Shutdown(ctx) // spans that no collector takes are no failure of the gateway
	return nil
}

package telemetry

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"go.opentelemetry.io/otel/attribute"
)

// Begin is told of a request that begins: its method and the pattern of its route, both from closed lists, and its identifier. What it
// returns is told the status of the answer.
func (t *Telemetry) Begin(ctx context.Context, method, route, request string) (context.Context, func(status int)) {
	start := time.Now()
	ctx, end := t.step(ctx, method+" "+route, attribute.String("http.request.method", method), attribute.String("http.route", route), attribute.String("yumen.request", request))
	return ctx, func(status int) {
		t.m.requests.WithLabelValues(method, route, strconv.Itoa(status)).Inc()
		t.m.requestTime.WithLabelValues(route).Observe(time.Since(start).Seconds())
		var failed error
		if status >= http.StatusInternalServerError {
			failed = errStatus
		}
		end(failed)
	}
}

const errStatus = statusError("the request failed")

type statusError string

func (e statusError) Error() string { return string(e) }

package telemetry

import (
	"runtime"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are all figures that are counted where something happens; figures.go adds those that are read at a scrape.
type metrics struct {
	build       *prometheus.GaugeVec     // version, go_version
	isolation   *prometheus.GaugeVec     // level
	limit       prometheus.Gauge         // workers
	requests    *prometheus.CounterVec   // method, route, status
	requestTime *prometheus.HistogramVec // route
	running     *prometheus.GaugeVec     // job
	failures    *prometheus.CounterVec   // job, reason
	batches     *prometheus.CounterVec   // outcome
	rows, bytes prometheus.Counter
	append      prometheus.Histogram
	opened      *prometheus.CounterVec // outcome
	closed      prometheus.Counter
	refusals    *prometheus.CounterVec   // code
	decisions   *prometheus.CounterVec   // action, outcome
	decideTime  *prometheus.HistogramVec // action
}

// Buckets of durations in seconds: of what a person waits for, and of one step.
var (
	slowBuckets = []float64{.005, .02, .05, .1, .25, .5, 1, 2.5, 5, 15, 60, 300}
	fastBuckets = []float64{.0005, .001, .002, .005, .01, .025, .05, .1, .25, 1}
)

func newMetrics() metrics {
	return metrics{
		build:       gauges("build_info", "The gateway that runs; always 1.", "version", "go_version"),
		isolation:   gauges("isolation_info", "The level of the workers' cage in force; always 1.", "level"),
		limit:       prometheus.NewGauge(prometheus.GaugeOpts{Name: namespace + "workers_limit", Help: "Workers that may run at once, as configured."}),
		requests:    counters("http_requests_total", "Requests at the HTTP door, by the pattern of their route.", "method", "route", "status"),
		requestTime: times("http_request_seconds", "Time to serve a request; a stream counts until its end.", slowBuckets, "route"),
		running:     gauges("workers_running", "Workers that run now and have no part in a run: they parse a text, load a batch, or look at a file.", "job"),
		failures:    counters("worker_failures_total", "Workers that were killed, broke the protocol or found no room, outside runs; a run that fails is a state of yumen_runs_total.", "job", "reason"),
		batches:     counters("ingest_batches_total", "Batches that were loaded, quarantined or failed.", "outcome"),
		rows:        prometheus.NewCounter(prometheus.CounterOpts{Name: namespace + "ingest_rows_total", Help: "Rows of the batches that were loaded."}),
		bytes:       prometheus.NewCounter(prometheus.CounterOpts{Name: namespace + "ingest_bytes_total", Help: "Bytes of the files that were loaded."}),
		append: prometheus.NewHistogram(prometheus.HistogramOpts{Name: namespace + "audit_append_seconds",
			Help: "Time until an act and its audit entry were durable, outside runs.", Buckets: fastBuckets}),
		opened:     counters("sessions_opened_total", "Attempts to log in, by outcome.", "outcome"),
		closed:     prometheus.NewCounter(prometheus.CounterOpts{Name: namespace + "sessions_closed_total", Help: "Sessions that their owners ended."}),
		refusals:   counters("refusals_total", "Static refusals of questions and denied acts, by code.", "code"),
		decisions:  counters("policy_decisions_total", "Decisions of the policy outside runs, by action and outcome.", "action", "outcome"),
		decideTime: times("policy_decision_seconds", "Time that a decision of the policy took, outside runs.", fastBuckets, "action"),
	}
}

// namespace begins every name.
const namespace = "yumen_"

func (m metrics) all() []prometheus.Collector {
	return []prometheus.Collector{m.build, m.isolation, m.limit, m.requests, m.requestTime, m.running, m.failures, m.batches, m.rows, m.bytes, m.append, m.opened,
		m.closed, m.refusals, m.decisions, m.decideTime}
}

func gauges(name, help string, labels ...string) *prometheus.GaugeVec {
	return prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: namespace + name, Help: help}, labels)
}

func counters(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: namespace + name, Help: help}, labels)
}

func times(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: namespace + name, Help: help, Buckets: buckets}, labels)
}

func goVersion() string { return runtime.Version() }

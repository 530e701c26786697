package telemetry

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"yumen/enclave"
	"yumen/sandbox"
)

// Source is what is asked at a scrape.
type Source struct {
	// Figures reads the zone; *enclave.Service has it.
	Figures func(context.Context) (enclave.Figures, error)
	// Backup is when the zone was last backed up, and false when it never was.
	Backup func() (time.Time, bool)
	// Level is the cage's level, Workers how many may run at once.
	Level   string
	Workers int
	// Warm tells of the workers that are started in advance; *sandbox.Runner has it. Of those for runs and what follows them nothing is
	// shown: it would tell when a run is under way.
	Warm func() map[string]sandbox.WarmFigures
}

// Watch begins to show the figures of a source. It is called once, before the metrics are served.
func (t *Telemetry) Watch(s Source) error {
	t.m.isolation.WithLabelValues(s.Level).Set(1)
	t.m.limit.Set(float64(s.Workers))
	return t.registry.Register(&scraped{s})
}

// scraped collects a source.
type scraped struct{ Source }

var (
	openDesc    = describe("runs_open", "Runs that do not rest, by the state that is visible.", "state")
	enteredDesc = describe("runs_total", "Runs by each state that became visible since the start.", "state")
	queueDesc   = describe("runs_queued", "Runs that are visibly running beyond the workers' number: a bound of the queue.")
	logDesc     = describe("audit_entries", "Entries in the audit log.")
	cacheDesc   = describe("snapshot_cache_bytes", "Decrypted snapshots in memory, when last no run was under way.")
	boundDesc   = describe("snapshot_cache_limit_bytes", "The bound of the decrypted snapshots in memory.")
	backupDesc  = describe("backup_last_timestamp_seconds", "When the zone was last backed up; absent when it never was.")
	warmDesc    = describe("warm_workers", "Workers that wait for a job outside runs.", "job")
	startsDesc  = describe("worker_starts_total", "Jobs outside runs, by whether a worker waited for them.", "job", "start")
	upDesc      = describe("store_up", "Whether the metastore answered this scrape.")
)

// parseJob is the one kind of job that is never part of a run.
const parseJob = "parse"

func (s *scraped) warm() map[string]sandbox.WarmFigures {
	if s.Warm == nil {
		return nil
	}
	return s.Warm()
}

// states are those that a run may show.
var states = []string{"running", "in_review", "returned", "released", "refused", "rejected", "failed", "withdrawn", "revoked", "expired"}

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(namespace+name, help, labels, nil)
}

// Describe lists the figures.
func (s *scraped) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{openDesc, enteredDesc, queueDesc, logDesc, cacheDesc, boundDesc, backupDesc, warmDesc, startsDesc, upDesc} {
		out <- d
	}
}

// Collect reads them. When the store does not answer, what is known of it is left out.
func (s *scraped) Collect(out chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	if at, known := s.Backup(); known {
		gauge(backupDesc, float64(at.Unix()))
	}
	if f, ok := s.warm()[parseJob]; ok {
		gauge(warmDesc, float64(f.Idle), parseJob)
		for start, n := range map[string]int64{"warm": f.Hits, "cold": f.Misses} {
			out <- prometheus.MustNewConstMetric(startsDesc, prometheus.CounterValue, float64(n), parseJob, start)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	f, err := s.Figures(ctx)
	if err != nil {
		gauge(upDesc, 0)
		return
	}
	gauge(upDesc, 1)
	for _, state := range states {
		out <- prometheus.MustNewConstMetric(enteredDesc, prometheus.CounterValue, float64(f.Entered[state]), state)
	}
	for _, state := range states[:3] {
		gauge(openDesc, float64(f.Open[state]), state)
	}
	gauge(queueDesc, float64(max(0, f.Open["running"]-int64(s.Workers))))
	gauge(logDesc, float64(f.LogSize))
	gauge(cacheDesc, float64(f.CacheBytes))
	gauge(boundDesc, float64(f.CacheLimit))
}

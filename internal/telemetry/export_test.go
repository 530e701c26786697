package telemetry

import (
	"regexp"

	"github.com/prometheus/client_golang/prometheus"
)

// States are those that a run may show.
var States = states

// Names are those of all metrics.
func (t *Telemetry) Names() []string {
	descs := make(chan *prometheus.Desc, 100)
	for _, c := range append(t.m.all(), &scraped{}) {
		c.Describe(descs)
	}
	close(descs)
	var out []string
	for d := range descs {
		out = append(out, regexp.MustCompile(`fqName: "([^"]+)"`).FindStringSubmatch(d.String())[1])
	}
	return out
}

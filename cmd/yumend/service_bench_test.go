package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave"
	"yumen/internal/api"
	"yumen/internal/metastore"
)

// BenchmarkQueries lets 16 clients of 16 institutions ask over the door, each question once, until each has asked 25 times. The unit
// is questions a minute; a question that fails ends it.
func BenchmarkQueries(b *testing.B) {
	var rates []float64
	for b.Loop() {
		b.StopTimer()
		c := gather(b)
		b.StartTimer()
		rates = append(rates, c.rush(b, 16, 25))
	}
	b.ReportMetric(median(rates), "queries/min")
}

// rush returns how many questions a minute were answered.
func (c *crowd) rush(b *testing.B, clients, each int) float64 {
	start := time.Now()
	var all sync.WaitGroup
	var done atomic.Int64
	for i := range clients {
		m := c.members[i]
		all.Go(func() {
			for n := range each {
				text := fmt.Sprintf("SELECT segment, count(*) AS n, sum(amount) AS s FROM clients WHERE region IN (%d, %d) GROUP BY segment", n%5, 5+n/5%5)
				run, err := m.SubmitRun(context.Background(), api.RunRequest{Grant: m.grant, SQL: text})
				if err == nil {
					run, err = m.Wait(context.Background(), run, time.Minute, nil)
				}
				if err != nil || run.State != "released" {
					b.Errorf("a question was not answered: %v", err)
					return
				}
				done.Add(1)
			}
		})
	}
	all.Wait()
	return float64(done.Load()) / time.Since(start).Minutes()
}

const storedRuns = 100_000

// BenchmarkMetadata calls what a console calls all day, in a zone that holds 100,000 runs of which 2,000 are the caller's, and reports
// the slowest of a hundred of each.
func BenchmarkMetadata(b *testing.B) {
	c := gather(b)
	m := c.members[0]
	c.rush(b, 1, 2)
	c.fill(b, storedRuns)
	calls := map[string]string{"whoami": "/v1/whoami", "runs": "/v1/runs", "grants": "/v1/grants", "grant": "/v1/grants/" + m.grant,
		"releases": "/v1/releases", "ledger": "/v1/ledger", "datasets": "/v1/resources/Dataset"}
	for b.Loop() {
		for name, path := range calls {
			var took []float64
			for range 100 {
				start := time.Now()
				m.fetch(b, c.url+path)
				took = append(took, float64(time.Since(start).Microseconds())/1000)
			}
			slices.Sort(took)
			b.ReportMetric(took[98], name+"-p99-ms")
		}
	}
}

func (m *member) fetch(b *testing.B, url string) {
	req, err := http.NewRequest(http.MethodGet, url, nil)
	require.NoError(b, err)
	req.Header.Set("Authorization", "Bearer "+m.token)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(b, err)
	_, err = io.Copy(io.Discard, resp.Body)
	require.NoError(b, err)
	resp.Body.Close()
	require.Equal(b, http.StatusOK, resp.StatusCode)
}

// fill copies one finished run into the store until there are n, one in fifty of them the same institution's.
func (c *crowd) fill(b *testing.B, n int) {
	ctx := context.Background()
	st := c.gateway.store()
	var model metastore.Record
	require.NoError(b, st.View(ctx, func(tx enclave.Tx) error {
		recs, err := tx.List("run", metastore.Query{Limit: 1})
		if err == nil {
			model = recs[0]
		}
		return err
	}))
	require.True(b, json.Valid(model.Doc))
	for from := 0; from < n; from += 5000 {
		require.NoError(b, st.Update(ctx, func(tx enclave.Tx) error {
			for i := from; i < from+5000; i++ {
				r := model
				r.ID, r.Version = catalog.NewID(catalog.PrefixRun), 0
				if i%50 != 0 {
					r.Owner = fmt.Sprintf("other%d", i%49)
				}
				if err := tx.Put("run", r); err != nil {
					return err
				}
			}
			return nil
		}))
	}
}

// store is the gateway's metastore.
func (g *gateway) store() store {
	for _, c := range g.closers {
		if s, ok := c.(store); ok {
			return s
		}
	}
	panic("a gateway without a store")
}

package policy_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/policy"
)

// wide is a permitted statement over tables × columns.
func wide(tables, columns int) policy.Query {
	q := policy.Query{
		Common: policy.Common{
			Now: 15, Zone: policy.Zone{Jurisdiction: policy.Beijing, Environment: policy.Production},
			Subject: policy.Subject{
				Account: "wang", Person: "p-wang", Organization: "bank_a", LegalGroup: "group_a", Role: policy.RoleAnalyst,
				Effective: true,
			},
		},
		Frozen: policy.NewSet(),
		Run:    true,
		Call:   policy.Call{Kind: policy.CallComputation, Purpose: "credit"},
		Grant: &policy.Grant{
			ID: "grant_1", State: policy.StateActive, Organization: "bank_a", NotBefore: 10, NotAfter: 20,
			Purposes: policy.NewSet("credit"), Scenario: "sme", Tables: map[string]policy.GrantedCols{},
			Methods: policy.NewSet("count", "sum"), Runs: policy.Count{Unlimited: true}, Modes: policy.NewSet("computation", "query"),
		},
		Organization: policy.Organization{Name: "bank_a", Admitted: true},
		Footprint:    policy.Footprint{Grade: 3, Tables: map[string]policy.Touch{}, Methods: policy.NewSet("count", "sum")},
		Datasets:     map[string]policy.Supply{},
		Computation: &policy.Computation{
			Name: "c", State: policy.StateApproved, Digest: "sha256:a", Approved: "sha256:a", Certified: true, Approver: "p",
		},
	}
	for i := range tables {
		name := fmt.Sprintf("table_%d", i)
		touch, granted := policy.NewTouch(2), policy.NewSet()
		for j := range columns {
			column := fmt.Sprintf("column_%d", j)
			switch {
			case j == 0:
				touch.Add(column, 2, true, policy.UseJoin)
			case j%2 == 0:
				touch.Add(column, 2, false, policy.UseKey, policy.UseCondition)
			default:
				touch.Add(column, 3, false, policy.UseMeasure)
			}
			granted.Add(column)
		}
		q.Footprint.Tables[name] = touch
		q.Grant.Tables[name] = policy.GrantedCols{Columns: granted}
		q.Datasets[name] = policy.Supply{State: policy.StateApproved, Provider: "hrss", Market: "ordinary", Sharing: "conditional", Loaded: true, Origin: policy.OriginReal,
			Consent: policy.Consent{Categories: policy.NewSet(), State: policy.ConsentNone}}
	}
	return q
}

// BenchmarkHit is a question that was answered before, up to the second in which it is asked.
func BenchmarkHit(b *testing.B) {
	e := open(b, policy.Beijing)
	for _, size := range [][2]int{{1, 2}, {2, 8}, {5, 20}} {
		in := wide(size[0], size[1])
		in.Grant.NotBefore, in.Grant.NotAfter, in.Now = 1_000, 1<<40, 1_790_000_000
		decide(b, e, in)
		b.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(b *testing.B) {
			b.ReportAllocs()
			var took []time.Duration
			for b.Loop() {
				in.Now++
				start := time.Now()
				if d, err := e.Decide(context.Background(), in); err != nil || !d.Allow {
					require.True(b, d.Allow, "%v", err)
				}
				took = append(took, time.Since(start))
			}
			require.Equal(b, 1, e.Kept(size[0]))
			report(b, took)
		})
	}
}

// report writes the least, the median and the 99th percentile of what was measured.
func report(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	for name, at := range map[string]int{"min-µs": 0, "p50-µs": len(took) / 2, "p99-µs": len(took) * 99 / 100} {
		b.ReportMetric(float64(took[at].Nanoseconds())/1000, name)
	}
}

func BenchmarkDecide(b *testing.B) {
	e := open(b, policy.Beijing).Plain()
	for _, size := range [][2]int{{1, 2}, {2, 8}, {5, 20}} {
		in := wide(size[0], size[1])
		b.Run(fmt.Sprintf("allowed/%dx%d", size[0], size[1]), func(b *testing.B) {
			b.ReportAllocs()
			var took []time.Duration
			for b.Loop() {
				start := time.Now()
				d, err := e.Decide(context.Background(), in)
				if err != nil || !d.Allow {
					require.True(b, d.Allow, "%v %v", err, denied(d))
				}
				took = append(took, time.Since(start))
			}
			report(b, took)
		})
		in.Call.Purpose = "other"
		b.Run(fmt.Sprintf("refused/%dx%d", size[0], size[1]), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if d, err := e.Decide(context.Background(), in); err != nil || d.Allow {
					require.NoError(b, err)
				}
			}
		})
	}
}

func BenchmarkCanonicalInput(b *testing.B) {
	in := wide(5, 20)
	b.ReportAllocs()
	for b.Loop() {
		_, _, err := policy.CanonicalInput(in)
		require.NoError(b, err)
	}
}

func BenchmarkAST(b *testing.B) {
	in := wide(5, 20)
	b.ReportAllocs()
	for b.Loop() {
		in.AST()
	}
}

// BenchmarkReload decides while one bundle after another is read, compiled and put in the place of the last; every question is another.
func BenchmarkReload(b *testing.B) {
	e := open(b, policy.Beijing)
	ctx, stop := context.WithCancel(b.Context())
	var loader sync.WaitGroup
	var reloads atomic.Int64
	loader.Go(func() {
		for ctx.Err() == nil {
			c, err := e.Prepare(e.Files())
			if err != nil {
				b.Error(err)
				return
			}
			e.Activate(c)
			reloads.Add(1)
		}
	})
	in := wide(5, 20)
	var took []time.Duration
	failed := 0
	for b.Loop() {
		in.Grant.Today++
		start := time.Now()
		if d, err := e.Decide(context.Background(), in); err != nil || !d.Allow {
			failed++
		}
		took = append(took, time.Since(start))
	}
	stop()
	loader.Wait()
	b.ReportMetric(float64(failed), "failed")
	b.ReportMetric(float64(reloads.Load()), "reloads")
	report(b, took)
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"time"

	"yumen/catalog"
	"yumen/enclave"
	"yumen/internal/artefact"
	"yumen/internal/keyring"
	"yumen/internal/metastore/sqlite"
	"yumen/internal/operation"
	"yumen/internal/telemetry"
	"yumen/policy"
	"yumen/sandbox"
)

// store adapts the metastore to what the enclave asks of one.
type store struct{ *sqlite.Store }

func (s store) Update(ctx context.Context, fn func(enclave.Tx) error) error {
	return s.Store.Update(ctx, func(tx *sqlite.Tx) error { return fn(tx) })
}

func (s store) View(ctx context.Context, fn func(enclave.Tx) error) error {
	return s.Store.View(ctx, func(tx *sqlite.Tx) error { return fn(tx) })
}

func openStore(ctx context.Context, dir string) (store, error) {
	s, err := sqlite.Open(ctx, sqlite.Config{Path: filepath.Join(dir, "meta.db")})
	if err != nil {
		return store{}, fmt.Errorf("metastore: %w", err)
	}
	return store{s}, nil
}

// closing makes a closer of a function that cannot fail.
type closing func()

// Close calls it.
func (c closing) Close() error {
	c()
	return nil
}

// gateway is everything that runs in this process: made here and nowhere else.
type gateway struct {
	service   *enclave.Service
	telemetry *telemetry.Telemetry
	closers   []io.Closer
}

func (g *gateway) close(ctx context.Context) error {
	err := g.service.Close(ctx)
	for i := len(g.closers) - 1; i >= 0; i-- {
		err = errors.Join(err, g.closers[i].Close())
	}
	return err
}

// build is the composition root.
func build(ctx context.Context, dir string, c Config, log *slog.Logger) (_ *gateway, err error) {
	g := &gateway{}
	defer func() {
		if err != nil {
			for i := len(g.closers) - 1; i >= 0; i-- {
				_ = g.closers[i].Close()
			}
		}
	}()
	if err := g.observe(ctx, c, log); err != nil {
		return nil, err
	}
	keys, st, err := g.hold(ctx, dir, c)
	if err != nil {
		return nil, err
	}
	snapshots, err := artefact.NewStore(filepath.Join(dir, "snapshots"), catalog.PrefixSnapshot, keys)
	if err != nil {
		return nil, fmt.Errorf("snapshots: %w", err)
	}
	artefacts, err := artefact.NewStore(filepath.Join(dir, "artefacts"), catalog.PrefixArtefact, keys)
	if err != nil {
		return nil, fmt.Errorf("artefacts: %w", err)
	}
	worker, err := c.findWorker()
	if err != nil {
		return nil, err
	}
	runner, err := sandbox.New(sandbox.Config{Worker: worker, Spawner: itself, Workers: c.Workers, MemoryMB: c.MemoryMB, JobMemoryMB: c.WorkerMemoryMB, Threads: c.WorkerThreads,
		Warm: c.WarmWorkers, Timeout: time.Duration(c.RunSeconds) * time.Second,
		Require: isolation[c.Isolation]})
	if err != nil {
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	g.closers = append(g.closers, closing(runner.Close))
	level := reportLevel(runner, log)
	jurisdiction, err := enclave.JurisdictionOf(ctx, st)
	if err != nil {
		return nil, err
	}
	decider, err := openPolicy(keys, jurisdiction)
	if err != nil {
		return nil, err
	}
	places, development, err := c.outside(ctx, log)
	if err != nil {
		return nil, err
	}
	t := g.telemetry
	g.service, err = enclave.New(ctx, enclave.Config{Store: t.Store(st), Decider: t.Decider(decider), Runner: t.Runner(runner), Snapshots: snapshots, Artefacts: artefacts,
		Keys: keys, Places: places, Development: development, Clock: newClock(), Log: log, Level: level, Engine: decider, SecondFactor: enclave.SecondFactor(c.SecondFactor), Limits: enclave.Limits{Upload: c.MaxUploadMB << 20,
			SnapshotCache: c.SnapshotCacheMB << 20, RunMemoryMB: c.WorkerMemoryMB, RunThreads: c.WorkerThreads, RunSeconds: c.RunSeconds, IngestSeconds: c.IngestSeconds}})
	if err != nil {
		return nil, err
	}
	backups := operation.NewBackups(st.Store)
	return g, t.Watch(telemetry.Source{Figures: g.service.Figures, Backup: func() (time.Time, bool) { return backups.Last(ctx) }, Level: level, Workers: c.Workers, Warm: runner.Warm})
}

// hold takes the zone's keys and store for this process, and sweeps away what an earlier one left half written.
func (g *gateway) hold(ctx context.Context, dir string, c Config) (*keyring.Ring, store, error) {
	keys, err := keyring.Open(filepath.Join(dir, "keys"), keyring.Config{Master: keyring.File{Path: c.MasterKey}})
	if err != nil {
		return nil, store{}, holdKeys(fmt.Errorf("keyring: %w", err), c.MasterKey)
	}
	g.closers = append(g.closers, keys)
	st, err := openStore(ctx, dir)
	if err != nil {
		return nil, store{}, err
	}
	g.closers = append(g.closers, st)
	return keys, st, operation.Sweep(dir) // the lock of the store says that nobody else serves this directory
}

func openPolicy(keys *keyring.Ring, jurisdiction string) (*policy.Engine, error) {
	salt, err := keys.Secret("policy-digest")
	if err != nil {
		return nil, fmt.Errorf("policy: %w", err)
	}
	decider, err := policy.Open(policy.Config{Jurisdiction: policy.Jurisdiction(jurisdiction), Salt: salt[:]})
	if err != nil {
		return nil, fmt.Errorf("policy: %w", err)
	}
	return decider, nil
}

// observe begins the metrics, and the traces when the configuration names a collector.
func (g *gateway) observe(ctx context.Context, c Config, log *slog.Logger) error {
	var tracing *telemetry.Tracing
	if c.Tracing.Endpoint != "" {
		var err error
		if tracing, err = telemetry.OpenTracing(ctx, c.Tracing.Endpoint, c.Tracing.Fraction, version, log); err != nil {
			return usageError{told("tracing.endpoint 应为 https://主机[:端口][/路径]；本机可用 http://",
				"tracing.endpoint is https://HOST[:PORT][/PATH], or http:// on this machine")}
		}
		g.closers = append(g.closers, tracing)
	}
	g.telemetry = telemetry.New(version, tracing.Tracer())
	return nil
}

// reportLevel logs the level of the cage and every layer that is missing, with what it would stop, and returns the level's name.
func reportLevel(r *sandbox.Runner, log *slog.Logger) string {
	for _, l := range r.Level() {
		if !l.Available {
			log.Warn("isolation layer not available", "layer", string(l.Name), "stops", stops[l.Name].En, "why", l.Why)
		}
	}
	log.Info("isolation", "level", r.LevelName(), "worker", string(r.Digest()))
	return r.LevelName()
}

package sandbox

import (
	"fmt"
	"runtime"
	"time"

	"yumen/catalog"
)

// Config describes a runner. Only Worker has no default.
type Config struct {
	// Worker is the path of the yumen-worker binary. It is opened and digested once, and every worker is started from that
	// open file, whatever the path means later.
	Worker string
	// WorkerDigest, when set, is the digest that the binary must have.
	WorkerDigest catalog.Digest

	// Spawner is the path of a program that is a spawner when it is started as one (see [Spawning]): workers are then started through it, and
	// this process may be closed to debuggers as any user. Empty: this process starts them itself, which it can do while it is dumpable, or as root.
	Spawner string

	// Workers is how many workers may run at the same time (default 4).
	Workers int
	// MemoryMB is the memory that all running workers share by admission: the engine's limit, its private files and the
	// share of the process itself (default 4096).
	MemoryMB int
	// Cores is how many threads of engines are to run at the same time (default the processors that this process may use). A job
	// that asks for more than others leave free gets fewer, and one in any case.
	Cores int
	// Warm is how many workers of each kind (parse, run, post) are started in advance (default 0): a job that finds one does not wait
	// for a start. Their memory counts against MemoryMB. WarmFor is how long one waits before it is ended (default 10 minutes); then
	// the next job of its kind starts cold.
	Warm    int
	WarmFor time.Duration
	// AdmissionWait is how long a job may wait for its turn (default 30 s). Those of a question that was accepted, run and post, wait as
	// long as their caller.
	AdmissionWait time.Duration

	// Threads and JobMemoryMB are what a job gets when its spec names nothing (default 2 threads, 512 MiB).
	Threads     int
	JobMemoryMB int
	// SpillMB is the private spill space of a run (default 0: a run that does not fit in memory fails). It needs the
	// private root.
	SpillMB int
	// Timeout is the deadline of a job whose spec names none (default 60 s), ParseTimeout that of a parse (default 10 s).
	Timeout      time.Duration
	ParseTimeout time.Duration

	// MaxRows and MaxResultBytes bound the answer of a run or a post (default 1,000,000 rows, 64 MiB).
	MaxRows        int
	MaxResultBytes int64
	// MaxFileBytes bounds the two files of an ingest together, and the private space they are built in (default 2 GiB).
	MaxFileBytes int64
	// MaxSourceRows bounds the rows of an ingest (default 50,000,000).
	MaxSourceRows int64

	// Level is the strongest level of the cage to try: full (the default) or floor. New goes down from there until one works; Require says
	// how far it may go.
	Level string
	// Require lists layers without which New refuses to serve (default none: New degrades and Level tells).
	Require []LayerName

	// weaken takes layers from a level before it is tried. Only tests of this package can set it: they show what each layer is for.
	weaken func(*level)
}

func (c Config) withDefaults() (Config, error) {
	if c.Worker == "" {
		return c, fmt.Errorf("sandbox: the path of the worker is missing")
	}
	ints := []struct {
		field *int
		value int
	}{{&c.Workers, 4}, {&c.MemoryMB, 4096}, {&c.Cores, runtime.GOMAXPROCS(0)}, {&c.Threads, 2}, {&c.JobMemoryMB, 512}, {&c.MaxRows, 1_000_000}}
	for _, d := range ints {
		if *d.field <= 0 {
			*d.field = d.value
		}
	}
	times := []struct {
		field *time.Duration
		value time.Duration
	}{{&c.AdmissionWait, 30 * time.Second}, {&c.WarmFor, 10 * time.Minute}, {&c.Timeout, time.Minute}, {&c.ParseTimeout, 10 * time.Second}}
	for _, d := range times {
		if *d.field <= 0 {
			*d.field = d.value
		}
	}
	sizes := []struct {
		field *int64
		value int64
	}{{&c.MaxResultBytes, 64 << 20}, {&c.MaxFileBytes, 2 << 30}, {&c.MaxSourceRows, 50_000_000}}
	for _, d := range sizes {
		if *d.field <= 0 {
			*d.field = d.value
		}
	}
	if c.Warm < 0 || c.Warm > 0 && c.jobsMB() < c.JobMemoryMB+processMB {
		return c, fmt.Errorf("sandbox: workers that are started in advance leave no memory for a job")
	}
	return c, nil
}

// jobsMB is the memory that workers with a job share: all but that of those which wait for one.
func (c Config) jobsMB() int { return c.MemoryMB - c.Warm*warmKinds*processMB }

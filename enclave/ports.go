package enclave

import (
	"context"
	"io"
	"time"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/internal/metastore"
	"yumen/policy"
	"yumen/sandbox"
)

// Clock is the one source of time; the composition root makes it.
type Clock interface{ Now() time.Time }

// Store is the metastore. Consistency: an update is serialisable; a view is one snapshot. Durability: an update that returned nil
// survives a power cut. Retries: an update can be repeated as a whole. Concurrency: safe for many goroutines; an update must not
// start another one.
type Store interface {
	Update(ctx context.Context, fn func(Tx) error) error
	View(ctx context.Context, fn func(Tx) error) error
}

// Tx is one transaction: the sum of small uses.
type Tx interface {
	Records
	Replies
	audit.Tx
}

// Records keeps documents by kind with compare-and-swap on their version.
type Records interface {
	Get(kind, id string) (metastore.Record, error)
	GetByName(kind, name string) (metastore.Record, error)
	Put(kind string, r metastore.Record) error
	Delete(kind, id string, version int64) error
	List(kind string, q metastore.Query) ([]metastore.Record, error)
}

// Replies keeps what an idempotent request was answered with.
type Replies interface {
	Idempotent(account, key string, now int64) (metastore.Response, bool, error)
	PutIdempotent(r metastore.Response) error
	PurgeIdempotent(now int64) (int64, error)
}

// Decider is the policy decision point. A refusal is a Decision, never an error; the zero Decision refuses.
type Decider interface {
	Decide(ctx context.Context, in policy.Input) (policy.Decision, error)
	// Noise is that of the grades 1 to 4.
	Noise() ([]policy.NoiseRules, error)
	// Covered tells whether approved computations of a grade are answered with noise.
	Covered(g catalog.Grade) (bool, error)
}

// Runner runs one job outside the gateway. Every result is checked in form; an error carries no text of the engine.
type Runner interface {
	Parse(ctx context.Context, sql string) ([]byte, error)
	Run(ctx context.Context, spec sandbox.RunSpec) ([][]sandbox.Row, error)
	Post(ctx context.Context, spec sandbox.PostSpec) (*sandbox.PostResult, error)
	Ingest(ctx context.Context, spec sandbox.IngestSpec) (*sandbox.IngestReport, error)
	Suggest(ctx context.Context, spec sandbox.SuggestSpec) (*sandbox.Profile, error)
}

// Blobs keeps encrypted files: snapshots and artefacts, each under a data key of its own.
type Blobs interface {
	Put(id string, fill func(io.Writer) error) (catalog.Digest, int64, error)
	Open(id string) (io.ReadCloser, error)
	Destroy(id string) error
	Orphans(dataKeys []string, known func(id string) bool) ([]string, error)
}

package enclave

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"

	"golang.org/x/mod/sumdb/note"

	"yumen/catalog"
	"yumen/enclave/paid"
	"yumen/enclave/receipt"
	"yumen/internal/authn"
	"yumen/internal/keyring"
	"yumen/internal/metastore"
	"yumen/internal/workday"
	"yumen/policy"
	"yumen/sandbox"
)

// Config is everything the enclave stands on; all of it is required unless a field says otherwise.
type Config struct {
	Store     Store
	Decider   Decider
	Runner    Runner
	Snapshots Blobs
	Artefacts Blobs
	Keys      *keyring.Ring
	// Places are the locations that are read in place; nil is none.
	Places Places
	Clock  Clock
	Log    *slog.Logger
	Limits Limits
	// SecondFactor says of whom a second factor is demanded; empty is the jurisdiction's default.
	SecondFactor SecondFactor
	// PasswordCost is the work of one password; zero is authn.DefaultCost.
	PasswordCost authn.Cost
	// Development are the keys of the development zones from which computations are taken over; with none, nothing is. With any, what is approved
	// must come from one of them.
	Development []receipt.Keys
	// Level names the isolation level in force; it is written on every receipt.
	Level string
	// Engine holds the policy bundle that Decider decides by: what people load replaces it.
	Engine *policy.Engine
}

// ErrNoZone means that a store holds no zone yet.
var ErrNoZone = errors.New("this directory holds no zone: run yumend init first")

// Limits bound what one query and one upload may use. Zero values take the defaults of DefaultLimits.
type Limits struct {
	Upload        int64 // bytes of one uploaded file
	SnapshotCache int64 // bytes of decrypted snapshots kept in memory
	RunMemoryMB   int
	RunThreads    int
	RunSeconds    int
	IngestSeconds int
}

// DefaultLimits fit a machine of 2 cores and 8 GiB.
var DefaultLimits = Limits{Upload: 4 << 30, SnapshotCache: 2 << 30, RunMemoryMB: 1024, RunThreads: 2, RunSeconds: 60, IngestSeconds: 900}

// Service is the gateway: the only thing a door may ask.
type Service struct {
	store     Store
	decider   Decider
	runner    Runner
	snapshots Blobs
	artefacts Blobs
	places    Places
	// development are the zones from which computations are promoted.
	development []receipt.Keys
	keys        *keyring.Ring
	clock       Clock
	log         *slog.Logger
	limits      Limits
	level       string
	engine      *policy.Engine
	turn        sync.Mutex                     // one bundle is activated at a time
	kept        atomic.Pointer[catalog.Digest] // the last bundle that is known to be kept
	zone        zoneRecord
	signer      note.Signer
	passwords   *authn.Hasher
	sessions    authn.Limits
	factors     SecondFactor
	refused     refusals
	calendar    atomic.Pointer[workday.Calendar]

	intake *intake
	parts  uploads
	sealed *sealedCache
	// outcomes are the ledgers that were read.
	outcomes *outcomes
	paid     *paid.Book // the cells that legal groups were charged for
	index    index      // of the catalog
	groups   *turnstile
	watch    *watchers // of runs
	ended    *watchers // of accounts whose sessions may have ended
	tally    *tally
	// inflight holds what this process executes.
	inflight *inflight
	work     work
	stop     context.CancelFunc
	ctx      context.Context
	killed   context.CancelFunc
	life     context.Context // until what still runs is killed; ctx ends in any case
}

// New wires the enclave and refuses anything missing: an unaudited or undecided gateway cannot be built. It also finishes what a
// crash left open (recover.go).
func New(ctx context.Context, cfg Config) (*Service, error) {
	switch {
	case cfg.Store == nil:
		return nil, errors.New("enclave: no store")
	case cfg.Decider == nil:
		return nil, errors.New("enclave: no decider")
	case cfg.Runner == nil:
		return nil, errors.New("enclave: no runner")
	case cfg.Keys == nil:
		return nil, errors.New("enclave: no keyring, so no log signer")
	case cfg.Snapshots == nil || cfg.Artefacts == nil:
		return nil, errors.New("enclave: no blob store")
	case cfg.Clock == nil || cfg.Log == nil:
		return nil, errors.New("enclave: no clock or no logger")
	case cfg.Level == "" || cfg.Engine == nil || cfg.Engine.Status().PublicDigest.Validate() != nil:
		return nil, errors.New("enclave: no isolation level or no policy with a salted digest")
	}
	s := &Service{decider: cfg.Decider, runner: cfg.Runner, snapshots: cfg.Snapshots, artefacts: cfg.Artefacts,
		keys: cfg.Keys, clock: cfg.Clock, log: cfg.Log, limits: cfg.Limits.orDefault(), level: cfg.Level, engine: cfg.Engine, development: cfg.Development,
		signer: cfg.Keys.LogSigner(), groups: newTurnstile(), outcomes: newOutcomes(), paid: paid.NewBook(recCharged), watch: newWatchers(), ended: newWatchers(), tally: newTally(),
		intake: newIntake(), parts: uploads{all: map[string]*upload{}}, inflight: newInflight()}
	if s.places = cfg.Places; s.places == nil {
		s.places = nowhere{}
	}
	s.store = certain{Store: cfg.Store, runs: func(r metastore.Record) { s.tally.stored(r, s.nowMS()) }}
	s.ctx, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	s.life, s.killed = context.WithCancel(context.WithoutCancel(ctx))
	s.sealed = newSealedCache(s.limits.SnapshotCache, func(id string) (sealedFile, error) { return s.unseal(id) })
	s.sessions = authn.DefaultLimits()
	var err error
	if s.passwords, err = authn.NewHasher(cmp.Or(cfg.PasswordCost, authn.DefaultCost()), 2); err != nil {
		return nil, fmt.Errorf("enclave: %w", err)
	}
	if err := s.loadZone(ctx); err != nil {
		return nil, err
	}
	if s.factors, err = demandOf(cfg.SecondFactor, s.zone.Jurisdiction); err != nil {
		return nil, err
	}
	if err := s.adoptBundle(ctx); err != nil {
		return nil, err
	}
	if err := s.readCalendar(ctx); err != nil {
		return nil, err
	}
	if err := s.recover(ctx); err != nil {
		return nil, err
	}
	if err := s.followOpen(ctx); err != nil {
		return nil, err
	}
	go s.expireUploads()
	return s, nil
}

// Close takes no new work and waits for what runs and what is queued; when ctx ends it is killed, and recorded as failed. Whoever watches a
// run learns its last state. Reading goes on until the store is closed. It can be repeated.
func (s *Service) Close(ctx context.Context) error {
	s.work.close()
	done := make(chan struct{})
	go func() { s.work.active.Wait(); close(done) }()
	select {
	case <-done:
	case <-ctx.Done():
		s.killed()
		s.stop()
		<-done
	}
	told := s.endRefusals()
	s.stop()
	s.closeUploads()
	s.sealed.close()
	return told
}

func (l Limits) orDefault() Limits {
	d := DefaultLimits
	pick := func(v, def int) int {
		if v > 0 {
			return v
		}
		return def
	}
	if l.Upload > 0 {
		d.Upload = l.Upload
	}
	if l.SnapshotCache > 0 {
		d.SnapshotCache = l.SnapshotCache
	}
	d.RunMemoryMB, d.RunThreads = pick(l.RunMemoryMB, d.RunMemoryMB), pick(l.RunThreads, d.RunThreads)
	d.RunSeconds, d.IngestSeconds = pick(l.RunSeconds, d.RunSeconds), pick(l.IngestSeconds, d.IngestSeconds)
	return d
}

func (s *Service) loadZone(ctx context.Context) error {
	return s.store.View(ctx, func(tx Tx) error {
		z, _, err := load[zoneRecord](tx, recZone, recZone)
		if errors.Is(err, metastore.ErrNotFound) {
			return ErrNoZone
		}
		s.zone = z
		return err
	})
}

// unseal decrypts a snapshot's query file into a sealed memory file.
func (s *Service) unseal(id string) (sealedFile, error) {
	src, err := s.snapshots.Open(queryFile(id))
	if err != nil {
		return sealedFile{}, fmt.Errorf("open snapshot: %w", err)
	}
	defer src.Close()
	var size int64
	f, err := sandbox.Seal("snapshot", func(w *os.File) error {
		n, err := sandbox.Pour(w, src)
		size = n
		return err
	})
	return sealedFile{file: f, size: size}, err
}

func queryFile(snapshot string) string    { return snapshot + "-query" }
func identityFile(snapshot string) string { return snapshot + "-identity" }

func newID(p catalog.Prefix) string { return catalog.NewID(p) }

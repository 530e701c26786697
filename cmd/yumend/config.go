package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"

	"yumen/sandbox"
)

// Config is the configuration file, and its manual. Every field may be left out; unknown fields are refused. Flags win over it.
type Config struct {
	// Listen is the address of the HTTP door. Plain HTTP is served on loopback only; anything else needs TLS. Port 0 picks one.
	// Default 127.0.0.1:8443.
	Listen string `yaml:"listen"`
	// TLSCert and TLSKey are PEM files. Both or neither.
	TLSCert string `yaml:"tls_cert"`
	TLSKey  string `yaml:"tls_key"`
	// Worker is the path of yumen-worker. Default: beside this program, or what YUMEN_WORKER names. It is opened once at start and
	// its digest is logged.
	Worker string `yaml:"worker"`
	// Workers bounds how many workers run at once. Default 4.
	Workers int `yaml:"workers"`
	// MemoryMB is the memory that all running workers share by admission: engines, their private files, and the processes themselves. A
	// job that does not fit beside the others waits; one that never fits is refused. Default 6144.
	MemoryMB int `yaml:"memory_mb"`
	// WorkerMemoryMB is the engine's memory limit in one run. Default 1024. The worker's address space is bounded by it as well.
	WorkerMemoryMB int `yaml:"worker_memory_mb"`
	// WorkerThreads is the number of engine threads of one run. Default 2.
	WorkerThreads int `yaml:"worker_threads"`
	// Isolation is the least level of the cage that is served with: full (namespaces, private root, Landlock, seccomp, limits), floor
	// (Landlock, seccomp, limits) or bare (limits alone; for development, never for real data). Default floor: below it the gateway does
	// not start. The level reached is logged, and written on every receipt.
	Isolation string `yaml:"isolation"`
	// RunSeconds is how long one run may take before it is killed. Default 60.
	RunSeconds int `yaml:"run_seconds"`
	// IngestSeconds is the same for one load. Default 900.
	IngestSeconds int `yaml:"ingest_seconds"`
	// SnapshotCacheMB bounds the decrypted snapshots held in memory, sealed and read-only. Default 2048. What does not fit is refused.
	SnapshotCacheMB int64 `yaml:"snapshot_cache_mb"`
	// MaxUploadMB bounds one uploaded file. Default 4096.
	MaxUploadMB int64 `yaml:"max_upload_mb"`
	// MasterKey is the file with the master key. Default DIR/master.key. Keep it on another medium than the data if you can: who has
	// both has everything.
	MasterKey string `yaml:"master_key"`
	// LogLevel is debug, info, warn or error. Default info. No level writes a data value.
	LogLevel string `yaml:"log_level"`
}

func defaults(dir string) Config {
	return Config{Listen: "127.0.0.1:8443", Workers: 4, MemoryMB: 6144, WorkerMemoryMB: 1024, WorkerThreads: 2, RunSeconds: 60, IngestSeconds: 900,
		SnapshotCacheMB: 2048, MaxUploadMB: 4096, Isolation: "floor", MasterKey: filepath.Join(dir, "master.key"), LogLevel: "info"}
}

// readConfig decodes a file strictly over the defaults.
func readConfig(dir, path string) (Config, error) {
	c := defaults(dir)
	if path == "" {
		return c, nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return c, fmt.Errorf("configuration: %w", err)
	}
	dec := yaml.NewDecoder(bytes.NewReader(b))
	dec.KnownFields(true)
	if err := dec.Decode(&c); err != nil && !errors.Is(err, io.EOF) {
		return c, fmt.Errorf("configuration %s: %w", path, err)
	}
	return c, c.validate()
}

func (c Config) validate() error {
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return usageError{errors.New("tls_cert and tls_key belong together: give both or neither")}
	}
	if _, ok := isolation[c.Isolation]; !ok {
		return usageError{errors.New("isolation is full, floor or bare")}
	}
	for name, v := range map[string]int64{"workers": int64(c.Workers), "memory_mb": int64(c.MemoryMB), "worker_memory_mb": int64(c.WorkerMemoryMB), "worker_threads": int64(c.WorkerThreads),
		"run_seconds": int64(c.RunSeconds), "ingest_seconds": int64(c.IngestSeconds), "snapshot_cache_mb": c.SnapshotCacheMB, "max_upload_mb": c.MaxUploadMB} {
		if v <= 0 {
			return usageError{fmt.Errorf("%s must be a positive number", name)}
		}
	}
	return nil
}

// isolation lists the layers without which a level is not reached.
var isolation = map[string][]sandbox.LayerName{
	"full": {sandbox.LayerNamespaces, sandbox.LayerPrivateRoot, sandbox.LayerLandlock, sandbox.LayerSeccomp, sandbox.LayerLimits,
		sandbox.LayerNoNewPrivs, sandbox.LayerCapabilities},
	"floor": {sandbox.LayerLandlock, sandbox.LayerSeccomp, sandbox.LayerLimits, sandbox.LayerNoNewPrivs},
	"bare":  {sandbox.LayerLimits},
}

// findWorker is the worker's path: configured, from the environment, or beside this program.
func (c Config) findWorker() (string, error) {
	if c.Worker != "" {
		return c.Worker, nil
	}
	if w := os.Getenv("YUMEN_WORKER"); w != "" {
		return w, nil
	}
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find this program: %w", err)
	}
	w := filepath.Join(filepath.Dir(self), "yumen-worker")
	if _, err := os.Stat(w); err != nil {
		return "", errors.New("yumen-worker is not beside yumend: put it there, or name it with --worker or YUMEN_WORKER")
	}
	return w, nil
}

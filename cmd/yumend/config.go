package main

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"

	"yumen/enclave"
	"yumen/internal/httpapi"
	"yumen/internal/source"
)

// Config is the configuration file. What each field means, its unit and its limits stand in the manual (manual.go), which
// `yumend config print` prints. Every field may be left out; unknown fields are refused. Flags win over it.
type Config struct {
	Listen          string        `yaml:"listen"`
	TLSCert         string        `yaml:"tls_cert"`
	TLSKey          string        `yaml:"tls_key"`
	Worker          string        `yaml:"worker"`
	Workers         int           `yaml:"workers"`
	MemoryMB        int           `yaml:"memory_mb"`
	WorkerMemoryMB  int           `yaml:"worker_memory_mb"`
	WorkerThreads   int           `yaml:"worker_threads"`
	WarmWorkers     int           `yaml:"warm_workers"`
	Isolation       string        `yaml:"isolation"`
	RunSeconds      int           `yaml:"run_seconds"`
	IngestSeconds   int           `yaml:"ingest_seconds"`
	SnapshotCacheMB int64         `yaml:"snapshot_cache_mb"`
	MaxUploadMB     int64         `yaml:"max_upload_mb"`
	DrainSeconds    int           `yaml:"drain_seconds"`
	MasterKey       string        `yaml:"master_key"`
	EpochKey        string        `yaml:"epoch_key"`
	SecondFactor    string        `yaml:"second_factor"`
	LogLevel        string        `yaml:"log_level"`
	Limits          LimitsConfig  `yaml:"limits"`
	MetricsListen   string        `yaml:"metrics_listen"`
	Tracing         TracingConfig `yaml:"tracing"`
	// Locations are the storage locations in the domain that are read in place.
	Locations []LocationConfig `yaml:"locations"`
	// DevelopmentKeys are files with the public keys of the development zones from which computations are promoted.
	DevelopmentKeys []string `yaml:"development_keys"`
}

// LocationConfig is one location: a directory, or a schema of a PostgreSQL database.
type LocationConfig struct {
	Name         string `yaml:"name"`
	Provider     string `yaml:"provider"`
	Directory    string `yaml:"directory"`
	Owner        string `yaml:"owner"`
	Host         string `yaml:"host"`
	Port         int    `yaml:"port"`
	Database     string `yaml:"database"`
	Schema       string `yaml:"schema"`
	User         string `yaml:"user"`
	PasswordFile string `yaml:"password_file"`
	CAFile       string `yaml:"ca_file"`
}

// LimitsConfig bounds how often one caller may ask.
type LimitsConfig struct {
	AccountPerSecond int    `yaml:"account_per_second"`
	AddressPerSecond int    `yaml:"address_per_second"`
	LoginsPerMinute  int    `yaml:"logins_per_minute"`
	TrustedProxies   string `yaml:"trusted_proxies"`
}

// TracingConfig says where spans go.
type TracingConfig struct {
	Endpoint string  `yaml:"endpoint"`
	Fraction float64 `yaml:"fraction"`
}

// defaults are those of a zone in this directory.
func defaults(dir string) Config { return standard().in(dir) }

// standard is the configuration of a file that says nothing.
func standard() Config {
	return Config{Listen: "127.0.0.1:8443", Workers: 4, MemoryMB: 6144, WorkerMemoryMB: 1024, WorkerThreads: 2, RunSeconds: 60, IngestSeconds: 900, DrainSeconds: 30,
		SnapshotCacheMB: 2048, MaxUploadMB: 4096, Isolation: "floor", LogLevel: "info", Tracing: TracingConfig{Fraction: 1},
		Limits: LimitsConfig{AccountPerSecond: 500, AddressPerSecond: 1000, LoginsPerMinute: 120}}
}

// in fills in what depends on the zone's directory.
func (c Config) in(dir string) Config {
	if c.MasterKey == "" {
		c.MasterKey = filepath.Join(dir, "master.key")
	}
	if c.EpochKey == "" {
		c.EpochKey = filepath.Join(dir, "epoch.key")
	}
	return c
}

// readConfig decodes a file strictly over the defaults.
func readConfig(dir, path string) (Config, error) {
	c := standard()
	if path == "" {
		return c.in(dir), nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return c, fmt.Errorf("configuration: %w", err)
	}
	if err := c.decode(b); err != nil {
		return c, fmt.Errorf("configuration %s: %w", path, err)
	}
	return c.in(dir), c.validate()
}

func (c Config) validate() error {
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return usageError{told("tls_cert 与 tls_key 须同时给出，或都不给", "tls_cert and tls_key belong together: give both or neither")}
	}
	if _, ok := isolation[c.Isolation]; !ok {
		return usageError{told("isolation 是 full+cgroup、full 或 floor：低于 floor 不运行任何作业", "isolation is full+cgroup, full or floor: below the floor nothing is run")}
	}
	switch enclave.SecondFactor(c.SecondFactor) {
	case "", enclave.SecondFactorRequired, enclave.SecondFactorEnrolled:
	default:
		return usageError{told("second_factor 是 required 或 enrolled", "second_factor is required or enrolled")}
	}
	for name, v := range map[string]int64{"workers": int64(c.Workers), "memory_mb": int64(c.MemoryMB), "worker_memory_mb": int64(c.WorkerMemoryMB), "worker_threads": int64(c.WorkerThreads),
		"run_seconds": int64(c.RunSeconds), "ingest_seconds": int64(c.IngestSeconds), "drain_seconds": int64(c.DrainSeconds), "snapshot_cache_mb": c.SnapshotCacheMB, "max_upload_mb": c.MaxUploadMB,
		"limits.account_per_second": int64(c.Limits.AccountPerSecond), "limits.address_per_second": int64(c.Limits.AddressPerSecond),
		"limits.logins_per_minute": int64(c.Limits.LoginsPerMinute)} {
		if v <= 0 {
			return usageError{told(name+" 须为正数", name+" must be a positive number")}
		}
	}
	if c.WarmWorkers < 0 {
		return usageError{told("warm_workers 不能为负数", "warm_workers must not be negative")}
	}
	if c.WorkerMemoryMB >= c.MemoryMB {
		return usageError{told("worker_memory_mb 须小于 memory_mb：否则没有一次运行放得下", "worker_memory_mb must be less than memory_mb: no run would ever fit")}
	}
	if _, err := c.limits(); err != nil {
		return err
	}
	if _, err := c.places(); err != nil {
		return err
	}
	if f := c.Tracing.Fraction; !(f >= 0 && f <= 1) {
		return usageError{told("tracing.fraction 是 0 到 1 之间的数", "tracing.fraction is a number from 0 to 1")}
	}
	return nil
}

// limits are the limits of the HTTP door.
func (c Config) limits() (httpapi.Limits, error) {
	out := httpapi.Limits{AccountPerSecond: c.Limits.AccountPerSecond, AddressPerSecond: c.Limits.AddressPerSecond, LoginsPerMinute: c.Limits.LoginsPerMinute}
	for text := range strings.FieldsFuncSeq(c.Limits.TrustedProxies, func(r rune) bool { return r == ',' || r == ' ' }) {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return out, usageError{told("limits.trusted_proxies 是以逗号分隔的网段，例如 10.0.0.0/8", "limits.trusted_proxies are networks with commas between them, for example 10.0.0.0/8")}
		}
		out.Proxies = append(out.Proxies, p.Masked())
	}
	return out, nil
}

// places are the locations that are read in place. Their form is looked at here, they themselves at the start.
func (c Config) places() (*source.Set, error) {
	var all []source.Location
	for _, l := range c.Locations {
		all = append(all, source.Location(l))
	}
	out, err := source.New(all)
	var f *source.Fault
	if errors.As(err, &f) {
		t := f.Told()
		return nil, usageError{told("locations："+t.Zh, "locations: "+t.En)}
	}
	return out, err
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
		return "", told("yumend 旁边没有 yumen-worker：请放在同一目录，或用 --worker 或 YUMEN_WORKER 指定",
			"yumen-worker is not beside yumend: put it there, or name it with --worker or YUMEN_WORKER")
	}
	return w, nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"yumen/internal/httpapi"
)

// listen opens the HTTP door, and the metrics when they are configured. Plain HTTP leaves this machine under no circumstances.
func listen(cfg Config, g *gateway, log *slog.Logger) (*server, string, error) {
	if cfg.TLSCert == "" && !loopback(cfg.Listen) {
		return nil, "", usageError{told("明文 HTTP 只在回环地址上提供：请给出 --tls-cert 与 --tls-key，或监听 127.0.0.1",
			"plain HTTP is served on loopback only: give --tls-cert and --tls-key, or listen on 127.0.0.1")}
	}
	srv := &server{failed: make(chan error, 2)}
	if err := srv.metrics(cfg, g, log); err != nil {
		return nil, "", err
	}
	limits, err := cfg.limits()
	if err != nil {
		return nil, "", errors.Join(err, srv.Close())
	}
	ln, err := net.Listen("tcp", cfg.Listen)
	if err != nil {
		return nil, "", errors.Join(fmt.Errorf("listen: %w", err), srv.Close())
	}
	door := httpServer(httpapi.New(httpapi.Config{Service: g.service, Log: log, MaxUpload: cfg.MaxUploadMB << 20, Version: version, Limits: limits, Observer: g.telemetry,
		Pace: httpapi.Pace{Whole: time.Duration(cfg.IngestSeconds) * time.Second}}), log)
	srv.serve(cfg, door, ln)
	return srv, cfg.scheme() + "://" + ln.Addr().String(), nil
}

func (c Config) scheme() string {
	if c.TLSCert == "" {
		return "http"
	}
	return "https"
}

// loopback reports whether an address is of this machine alone.
func loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	ip := net.ParseIP(host)
	return err == nil && (host == "localhost" || ip != nil && ip.IsLoopback())
}

// metrics opens the listener of the metrics, if one is configured.
func (s *server) metrics(cfg Config, g *gateway, log *slog.Logger) error {
	if cfg.MetricsListen == "" {
		return nil
	}
	addr := cfg.MetricsListen
	if strings.HasPrefix(addr, ":") {
		addr = "127.0.0.1" + addr
	}
	if cfg.TLSCert == "" && !loopback(addr) {
		return usageError{told("metrics_listen：不在回环地址上的指标须配置 tls_cert 与 tls_key", "metrics_listen: metrics that are not on loopback need tls_cert and tls_key")}
	}
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("metrics_listen: %w", err)
	}
	s.figures = cfg.scheme() + "://" + ln.Addr().String() + "/metrics"
	s.serve(cfg, httpServer(g.telemetry.Handler(), log), ln)
	return nil
}

func httpServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug)}
}

// server is the listeners of a gateway. The last one is the door.
type server struct {
	all     []*http.Server
	failed  chan error
	figures string // address of the metrics, if there are any
}

func (s *server) serve(cfg Config, h *http.Server, ln net.Listener) {
	s.all = append(s.all, h)
	go func() {
		var err error
		if cfg.TLSCert != "" {
			err = h.ServeTLS(ln, cfg.TLSCert, cfg.TLSKey)
		} else {
			err = h.Serve(ln)
		}
		if !errors.Is(err, http.ErrServerClosed) {
			s.failed <- err
		}
	}()
}

// Shutdown closes the door first and lets what is being served finish.
func (s *server) Shutdown(ctx context.Context) error {
	var err error
	for i := len(s.all) - 1; i >= 0; i-- {
		err = errors.Join(err, s.all[i].Shutdown(ctx))
	}
	return err
}

// Close closes every listener at once.
func (s *server) Close() error {
	var err error
	for _, h := range s.all {
		err = errors.Join(err, h.Close())
	}
	return err
}

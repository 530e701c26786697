package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/spf13/cobra"
)

func serveCommand() *cobra.Command {
	var dir, file, listen, cert, key, worker string
	c := &cobra.Command{
		Use:     "serve",
		Short:   "serve a zone until SIGTERM, then drain 启动网关",
		Example: "  yumend serve --data /var/lib/yumen --listen 127.0.0.1:8443",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := holdsZone(dir); err != nil {
				return err
			}
			cfg, err := readConfig(dir, file)
			if err != nil {
				return err
			}
			override(&cfg.Listen, listen)
			override(&cfg.TLSCert, cert)
			override(&cfg.TLSKey, key)
			override(&cfg.Worker, worker)
			if err := cfg.validate(); err != nil {
				return err
			}
			log, err := newLog(os.Stderr, cfg.LogLevel)
			if err != nil {
				return err
			}
			return serve(cmd.Context(), dir, cfg, log, cmd.OutOrStdout())
		},
	}
	f := c.Flags()
	f.StringVar(&dir, "data", "", "directory of the zone")
	f.StringVar(&file, "config", "", "configuration file")
	f.StringVar(&listen, "listen", "", "address, for example 127.0.0.1:8443; port 0 picks one")
	f.StringVar(&cert, "tls-cert", "", "PEM certificate")
	f.StringVar(&key, "tls-key", "", "PEM key")
	f.StringVar(&worker, "worker", "", "path of yumen-worker")
	_ = c.MarkFlagRequired("data")
	return c
}

func override(field *string, flag string) {
	if flag != "" {
		*field = flag
	}
}

func newLog(w io.Writer, level string) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, usageError{told("log_level 是 debug、info、warn 或 error", "log_level is debug, info, warn or error")}
	}
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: l})), nil
}

// serve runs the gateway until ctx ends, then drains: new work is refused while what runs and what is queued finishes, or is ended and
// recorded as failed at the limit; then the streams end, and the door closes.
func serve(ctx context.Context, dir string, cfg Config, log *slog.Logger, out io.Writer) error {
	g, err := build(ctx, dir, cfg, log)
	if err != nil {
		return err
	}
	srv, url, err := listen(cfg, g, log)
	if err != nil {
		return errors.Join(err, g.close(context.WithoutCancel(ctx)))
	}
	announced := map[string]string{"listening": url}
	if srv.figures != "" {
		announced["metrics"] = srv.figures
	}
	line, err := json.Marshal(announced)
	if err != nil {
		return fmt.Errorf("announce: %w", err)
	}
	if _, err := fmt.Fprintf(out, "%s\n", line); err != nil {
		return fmt.Errorf("announce: %w", err)
	}
	failed := watch(ctx, g, srv, log)
	log.Info("draining", "seconds", cfg.DrainSeconds)
	whole := context.WithoutCancel(ctx)
	limit, cancel := context.WithTimeout(whole, time.Duration(cfg.DrainSeconds)*time.Second)
	defer cancel()
	failed = errors.Join(failed, g.service.Close(limit))
	last, enough := context.WithTimeout(whole, answerSeconds*time.Second)
	defer enough()
	if err := srv.Shutdown(last); err != nil { // somebody does not read his answer
		failed = errors.Join(failed, srv.Close())
	}
	return errors.Join(failed, g.close(whole))
}

// lapsing is how often the ends of terms are recorded. Nothing depends on it in time.
const lapsing = time.Minute

// watch records what the clock has ended, until the gateway is told to stop or its door fails.
func watch(ctx context.Context, g *gateway, srv *server, log *slog.Logger) error {
	tick := time.NewTicker(lapsing)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-srv.failed:
			return err
		case <-tick.C:
			if err := g.service.Lapse(ctx); err != nil {
				log.Error("record what the clock has ended", "error", err)
			}
		}
	}
}

// answerSeconds is how long the last answers may take on their way out.
const answerSeconds = 5

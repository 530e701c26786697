package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
)

// demoSeed makes the sample zone of the demo: the same bytes on every machine.
const demoSeed = 20240601

func demoCommand() *cobra.Command {
	var dir, addr, worker, contexts string
	var keep bool
	c := &cobra.Command{
		Use:     "demo",
		Short:   "play the whole story on the sample zone 演示全过程",
		Example: "  yumend demo\n  LANG=zh_CN.UTF-8 yumend demo --keep --listen 127.0.0.1:8443\n  yumend demo --keep --contexts me",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			l, err := language(cmd)
			if err != nil {
				return err
			}
			return demo(cmd.Context(), demoOptions{dir: dir, listen: addr, worker: worker, keep: keep, contexts: contexts}, newStage(cmd.OutOrStdout(), l))
		},
	}
	f := c.Flags()
	f.StringVar(&dir, "data", "", "directory for the zone (default: a temporary one, removed at the end)")
	f.StringVar(&addr, "listen", "127.0.0.1:0", "address of the demo's gateway")
	f.StringVar(&worker, "worker", "", "path of yumen-worker")
	f.BoolVar(&keep, "keep", false, "stay up at the end and print address and accounts")
	f.StringVar(&contexts, "contexts", "", "with --keep: write a logged-in context of every account into this folder, for yumen with XDG_CONFIG_HOME")
	return c
}

type demoOptions struct {
	dir, listen, worker, contexts string
	keep                          bool
}

// demo makes a zone, serves it in this process with real workers, and plays every party through the HTTP door. It returns an error
// unless every step did what it says.
func demo(ctx context.Context, o demoOptions, st *stage) (err error) {
	if o.dir == "" {
		tmp, err := os.MkdirTemp("", "yumen-demo-")
		if err != nil {
			return fmt.Errorf("demo: %w", err)
		}
		defer os.RemoveAll(tmp)
		o.dir = filepath.Join(tmp, "zone")
	}
	s, end, err := stageZone(ctx, o, "lab", st)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, end()) }()
	if err := s.play(ctx); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	if err := playBeijing(ctx, o, st); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	st.line("")
	st.done("演示完成：每一步都做到了所说的", "The end: every step did what it said")
	if !o.keep {
		return nil
	}
	st.say("网关继续运行："+s.url+"。按 Ctrl-C 结束。账号与口令：", "The gateway stays up at "+s.url+". Stop it with Ctrl-C. Accounts and passwords:")
	for _, name := range s.accounts() {
		st.line("  " + name + "  " + s.passwords[name])
	}
	if o.contexts != "" {
		if err := s.hand(ctx, o.contexts); err != nil {
			return err
		}
	}
	<-ctx.Done()
	return nil
}

// playBeijing plays the second zone, in a folder of its own that is removed at the end.
func playBeijing(ctx context.Context, o demoOptions, st *stage) (err error) {
	tmp, err := os.MkdirTemp("", "yumen-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	o.dir, o.listen = filepath.Join(tmp, "zone"), "127.0.0.1:0"
	s, end, err := stageZone(ctx, o, "bj", st)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, end()) }()
	if err := s.underBeijing(ctx); err != nil {
		return fmt.Errorf("scene %d: %w", s.scene, err)
	}
	return nil
}

// stageZone makes a zone and serves it until end is called.
func stageZone(ctx context.Context, o demoOptions, jurisdiction string, st *stage) (s *story, end func() error, err error) {
	password, err := randomPassword()
	if err != nil {
		return nil, nil, err
	}
	if _, err := initZone(ctx, initOptions{dir: o.dir, admin: "administrator", person: "op-001", organization: "operator", jurisdiction: jurisdiction, password: password}); err != nil {
		return nil, nil, err
	}
	cfg := defaults(o.dir)
	cfg.Listen, cfg.Worker = o.listen, o.worker
	log, written := slog.New(slog.DiscardHandler), func() error { return nil }
	if f, err := os.OpenFile(filepath.Join(o.dir, "demo.log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600); err == nil {
		log, written = slog.New(slog.NewJSONHandler(f, nil)), f.Close
	}
	g, err := build(ctx, o.dir, cfg, log)
	if err != nil {
		return nil, nil, errors.Join(err, written())
	}
	srv, url, err := listen(cfg, g, log)
	if err != nil {
		return nil, nil, errors.Join(err, g.close(ctx), written())
	}
	end = func() error {
		left, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
		defer cancel()
		return errors.Join(srv.Shutdown(left), g.close(left), written())
	}
	s = &story{stage: st, url: url, admin: password, passwords: map[string]string{"administrator": password}, dir: o.dir,
		parties: map[string]*party{}, grants: map[string]string{}}
	return s, end, nil
}

// Command yumend is the gateway daemon: configuration, wiring and start-up. It holds the keys and the network, links no C++ and
// opens no table; every query runs in a worker of its own (cmd/yumen-worker).
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"yumen/internal/locale"
	"yumen/sandbox"
)

// version is set at build time.
var version = "dev"

func main() {
	if sandbox.Spawning() {
		os.Exit(sandbox.Spawn())
	}
	ctx, stop := signalled()
	defer stop()
	if err := run(ctx); err != nil {
		lang, _ := locale.Choose(locale.Asked(os.Args[1:]), os.Getenv)
		fmt.Fprintln(os.Stderr, "yumend:", spoken(err, lang))
		var u usageError
		if errors.As(err, &u) {
			os.Exit(2)
		}
		os.Exit(1)
	}
}

// signalled is a context that ends with the first signal to stop. Whoever sees it end knows that a second signal ends the process at once.
func signalled() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	first := make(chan os.Signal, 1)
	signal.Notify(first, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		<-first
		signal.Stop(first)
		cancel()
	}()
	return ctx, cancel
}

func run(ctx context.Context) error {
	if err := harden(); err != nil {
		return err
	}
	return usage(advised(command().ExecuteContext(ctx)))
}

// itself is this program, whatever its path means later: it is started again as the spawner of workers.
const itself = "/proc/self/exe"

type usageError struct{ error }

// Unwrap returns what is wrong with the usage.
func (u usageError) Unwrap() error { return u.error }

func command() *cobra.Command {
	root := &cobra.Command{
		Use:           "yumend",
		Short:         "the gateway of a data zone 域门网关",
		Version:       version,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{saidBy(err)} })
	root.PersistentFlags().String("lang", "", "zh or en (default: by locale)")
	root.AddCommand(initCommand(), serveCommand(), checkCommand(), migrateCommand(), backupCommand(), restoreCommand(), keysCommand(), policyCommand(), demoCommand(), sampleCommand(), configCommand(), healthCommand(), manCommand())
	return root
}

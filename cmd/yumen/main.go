// Command yumen is the client of a zone: for stewards, institutions, reviewers and auditors. It talks to one gateway over its
// HTTP interface, and it verifies receipts and logs offline, from pinned keys alone.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/term"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, system(), os.Args[1:])
	stop()
	os.Exit(code)
}

// world is what a command touches outside its own process, files and network aside; tests bring their own.
type world struct {
	in       io.Reader
	out, err io.Writer
	getenv   func(string) string
	now      func() time.Time
	// secret asks the person at the terminal for something that is not shown. It fails with errNoTerminal when nobody is there.
	secret func(prompt string) ([]byte, error)
	// terminal reports whether a person reads this stream.
	terminal func(io.Writer) bool
}

func system() world {
	return world{in: os.Stdin, out: os.Stdout, err: os.Stderr, getenv: os.Getenv, now: time.Now, secret: askTerminal, terminal: isTerminal}
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// askTerminal talks to the terminal itself, so that a secret can be asked for while the streams are redirected.
func askTerminal(prompt string) ([]byte, error) {
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		if !term.IsTerminal(int(os.Stdin.Fd())) {
			return nil, errNoTerminal
		}
		tty = os.Stdin
	} else {
		defer tty.Close()
	}
	if _, err := io.WriteString(tty, prompt); err != nil {
		return nil, errNoTerminal
	}
	secret, err := term.ReadPassword(int(tty.Fd()))
	_, _ = io.WriteString(tty, "\n")
	if err != nil {
		return nil, errNoTerminal
	}
	return secret, nil
}

package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"yumen/sandbox/wire"
)

// errOpen is a cage that came up and does not hold. No weaker one is tried then: something is not as this program believes.
var errOpen = errors.New("the cage does not hold")

// probe starts real workers at one level after the other until one comes up, says what was set up, and fails at everything that the cage is
// there to stop.
func (r *Runner) probe(ctx context.Context) error {
	calls, noCalls := filter(false)
	builder, err := filter(true)
	if err = errors.Join(noCalls, err); err != nil {
		return fmt.Errorf("sandbox: %w", err)
	}
	why := map[uint64]string{} // the first reason why a level with this layer did not come up
	all := levels()
	if r.config.Level != "" {
		first := slices.IndexFunc(all, func(l level) bool { return l.name == r.config.Level })
		if first < 0 {
			return fmt.Errorf("sandbox: there is no level of this name")
		}
		all = all[first:]
	}
	noGroups := r.divide()
	var last error
	for _, l := range all {
		l.filter, l.builder = calls, builder
		if r.config.weaken != nil {
			r.config.weaken(&l)
		}
		r.level = l
		last = r.probeLevel(ctx)
		for r.groups != nil && errors.Is(last, errGroup) {
			noGroups = r.withoutGroup(last)
			last = r.probeLevel(ctx)
		}
		if last == nil {
			r.layers = describe(l, why, noGroups)
			return r.required()
		}
		if errors.Is(last, errOpen) {
			return fmt.Errorf("sandbox: level %s: %w", l.name, last)
		}
		note(why, l, last)
	}
	return fmt.Errorf("sandbox: not even the floor of the cage (Landlock, a filter of system calls, limits) works here: %w", last)
}

// note keeps the reason of a level that did not come up for the layers that it had and weaker ones may lack.
func note(why map[uint64]string, l level, err error) {
	for _, bit := range []uint64{wire.LayerRoot, wire.LayerLandlock, wire.LayerSeccomp} {
		if _, known := why[bit]; !known && l.bits&bit != 0 {
			why[bit] = err.Error()
		}
	}
}

// divide takes possession of the delegated control group. It returns why workers are not bound by one of their own; where only
// controllers are missing, they have one all the same, and are ended with it.
func (r *Runner) divide() error {
	g, err := openGroups()
	if err != nil {
		return err
	}
	r.groups = g
	return g.missing()
}

// withoutGroup goes on after a worker could not be put into its group: first without being born there, which some filters of system
// calls forbid to the gateway, then without groups.
func (r *Runner) withoutGroup(err error) error {
	if r.groups.atClone {
		r.groups.atClone = false
		return r.groups.missing()
	}
	r.groups = nil
	return err
}

func (r *Runner) probeLevel(ctx context.Context) error {
	file, err := Seal("probe", func(w *os.File) error { return w.Truncate(4096) })
	if err != nil {
		return err
	}
	defer file.Close()
	ask := func(p *wire.Probe) (*wire.Status, error) {
		return r.execute(ctx, &task{job: wire.Job{Kind: wire.KindProbe, Probe: p}, files: []*os.File{file}, timeout: 20 * time.Second, memoryMB: 64, threads: 1, words: true})
	}
	status, err := ask(&wire.Probe{})
	if err != nil {
		return err
	}
	if err := r.holds(status.Cage); err != nil || r.config.weaken != nil {
		return err
	}
	var d died
	if _, err := ask(&wire.Probe{Deadly: true}); !errors.As(err, &d) || syscall.WaitStatus(d).Signal() != syscall.SIGSYS {
		return fmt.Errorf("%w: a forbidden system call does not end the worker", errOpen)
	}
	return nil
}

// holds judges what a probe found.
func (r *Runner) holds(c *wire.Cage) error {
	switch {
	case c == nil || c.Layers != r.level.bits:
		return fmt.Errorf("the worker did not confirm its layers")
	case r.config.weaken != nil:
		return nil
	case !c.NoNewPrivs:
		return fmt.Errorf("no_new_privs is not set")
	case c.Capable:
		return fmt.Errorf("capabilities are left")
	case c.Seccomp != 2:
		return fmt.Errorf("the filter of system calls is not set")
	case r.level.namespaces && len(c.Root) > 0:
		return fmt.Errorf("the private root is not empty")
	case c.Tried == 0:
		return fmt.Errorf("%w: the worker tried nothing", errOpen)
	case len(c.Done) > 0:
		return fmt.Errorf("%w: a worker can %s", errOpen, printable([]byte(strings.Join(c.Done, ", "))))
	}
	return nil
}

// answering is a filter that fails a call with wire.Stopped where the other one ends the process.
func answering(code []wire.BPF) []wire.BPF {
	out := slices.Clone(code)
	for i, c := range out {
		if c.Code == retK && c.K == filterKill {
			out[i].K = filterErrno | wire.Stopped
		}
	}
	return out
}

func (r *Runner) required() error {
	for _, name := range r.config.Require {
		i := slices.IndexFunc(r.layers, func(l Layer) bool { return l.Name == name })
		if i < 0 || !r.layers[i].Available {
			why := "it does not exist"
			if i >= 0 {
				why = r.layers[i].Why
			}
			return fmt.Errorf("sandbox: the required layer %s is not available: %s", name, why)
		}
	}
	return nil
}

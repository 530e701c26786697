package enclave

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"syscall"

	"golang.org/x/mod/sumdb/tlog"

	"yumen/internal/faultpoint"
	"yumen/internal/metastore"
)

// certain is a store that says whether a failed update took effect. A commit may report an error after its effect; what it left in
// the log tells, because no effect is without its entry. Were it believed blindly, artefacts would be destroyed that a committed
// record names.
// What was committed of runs is told to runs.
type certain struct {
	Store
	runs func(metastore.Record)
}

// errUnknown: an update failed, and whether it took effect could not be found out. On the strength of it nothing may be destroyed;
// the next start tidies up.
var errUnknown = errors.New("whether it took effect is not known")

// Update is the store's, but for an error from the commit: an update whose entry stands in the log took effect and is no failure.
func (c certain) Update(ctx context.Context, fn func(Tx) error) error {
	var last witness
	err := c.Store.Update(ctx, func(tx Tx) error {
		last = witness{Tx: tx}
		err := fn(&last)
		if err != nil {
			last.entry = nil
			return err
		}
		faultpoint.Written(last.entry)
		return nil
	})
	if err == nil {
		faultpoint.Committed(last.entry)
		c.tell(last.runs)
		return nil
	}
	if last.entry == nil {
		return diskFault(err)
	}
	there, look := c.holds(context.WithoutCancel(ctx), last.seq, last.entry)
	switch {
	case look != nil:
		return fmt.Errorf("%w: %w: %w", errUnknown, err, look)
	case there:
		c.tell(last.runs)
		return nil
	}
	return diskFault(err)
}

// View is the store's.
func (c certain) View(ctx context.Context, fn func(Tx) error) error {
	return diskFault(c.Store.View(ctx, fn))
}

// diskFault says of a full or failing disk what it is and what to do; it is the operator's, whoever meets it.
func diskFault(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, metastore.ErrBroken):
		return fault(KindUnavailable, "磁盘写入失败，网关已停止工作：请通知运营方修复磁盘并重启网关", "the disk failed and the gateway does nothing more: the operator mends the disk and restarts the gateway").because(err)
	case errors.Is(err, metastore.ErrFull) || errors.Is(err, syscall.ENOSPC):
		return fault(KindUnavailable, "磁盘已满，操作未执行：请通知运营方清理空间后重试", "the disk is full and nothing was done: the operator makes room, then try again").because(err)
	}
	return err
}

func (c certain) tell(runs []metastore.Record) {
	for _, r := range runs {
		c.runs(r)
	}
}

// holds reports whether the log holds this entry at this place.
func (c certain) holds(ctx context.Context, seq int64, entry []byte) (bool, error) {
	var there bool
	err := c.View(ctx, func(tx Tx) error {
		b, err := tx.AuditEntry(seq)
		if errors.Is(err, metastore.ErrNotFound) {
			return nil
		}
		there = bytes.Equal(b, entry)
		return err
	})
	return there, err
}

// witness remembers the last entry that a transaction appended, and the runs that it wrote.
type witness struct {
	Tx
	seq   int64
	entry []byte
	runs  []metastore.Record
}

// Put writes a record and remembers it when it is a run.
func (w *witness) Put(kind string, r metastore.Record) error {
	err := w.Tx.Put(kind, r)
	if err == nil && kind == recRun {
		w.runs = append(w.runs, r)
	}
	return err
}

// AuditAppend appends an entry and remembers it.
func (w *witness) AuditAppend(n int64, entry []byte, class string, hashes []tlog.Hash) error {
	err := w.Tx.AuditAppend(n, entry, class, hashes)
	if err == nil {
		w.seq, w.entry = n, bytes.Clone(entry)
	}
	return err
}

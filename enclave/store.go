package enclave

import (
	"encoding/json"
	"errors"
	"fmt"
	"syscall"

	"yumen/internal/authn"
	"yumen/internal/metastore"
)

// load reads a typed document.
func load[T any](tx Records, kind, id string) (T, metastore.Record, error) {
	var v T
	r, err := tx.Get(kind, id)
	if err != nil {
		return v, r, err
	}
	if err := json.Unmarshal(r.Doc, &v); err != nil {
		return v, r, fmt.Errorf("stored %s: %w", kind, err)
	}
	return v, r, nil
}

// save writes a typed document back over the version that r was read with (0 inserts).
func save(tx Records, kind string, r metastore.Record, now int64, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode %s: %w", kind, err)
	}
	r.Doc, r.Updated = b, now
	if r.Version == 0 {
		r.Created = now
	}
	return tx.Put(kind, r)
}

// each decodes all records of a query in order.
func each[T any](tx Records, kind string, q metastore.Query, fn func(metastore.Record, T) error) error {
	rs, err := tx.List(kind, q)
	if err != nil {
		return err
	}
	for _, r := range rs {
		var v T
		if err := json.Unmarshal(r.Doc, &v); err != nil {
			return fmt.Errorf("stored %s: %w", kind, err)
		}
		if err := fn(r, v); err != nil {
			return err
		}
	}
	return nil
}

// known maps the store's sentinels to what a caller may be told.
func known(err error) error {
	switch {
	case errors.Is(err, metastore.ErrNotFound):
		return errNotFound
	case errors.Is(err, authn.ErrBusy):
		return fault(KindLimited, "登录请求过多，请稍后再试", "too many log in at once: try again later").because(err)
	case errors.Is(err, metastore.ErrConflict):
		return errConflict.because(err)
	case errors.Is(err, metastore.ErrBroken) || errors.Is(err, syscall.ENOSPC):
		return diskFault(err)
	case errors.Is(err, errUnknown):
		return fault(KindUnavailable, "不知道操作是否已经生效：请先查看，再决定是否重做", "it is not known whether this took effect: look before you repeat it").because(err)
	}
	return err
}

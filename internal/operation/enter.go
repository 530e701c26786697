package operation

import (
	"context"

	"yumen/enclave/audit"
	"yumen/internal/faultpoint"
	"yumen/internal/metastore/sqlite"
)

// enter appends an entry to the log in a transaction of its own.
func enter(ctx context.Context, st *sqlite.Store, e audit.Entry) error {
	var entry []byte
	err := st.Update(ctx, func(tx *sqlite.Tx) error {
		at, err := audit.Append(tx, e)
		if err != nil {
			return err
		}
		entry = at.Entry
		faultpoint.Written(entry)
		return nil
	})
	if err == nil {
		faultpoint.Committed(entry)
	}
	return err
}

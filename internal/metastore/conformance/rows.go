package conformance

import (
	"fmt"

	"github.com/stretchr/testify/require"

	"yumen/internal/metastore"
)

func (s suite[T]) responses() {
	first := metastore.Response{Account: "alice", Key: "k1", Request: "sha256:1", Body: []byte{0, 1, 0xff}, Created: 100, Expires: 200}
	s.update(func(tx T) error { return tx.PutIdempotent(first) })
	s.view(func(tx T) {
		got, found, err := tx.Idempotent("alice", "k1", 199)
		require.NoError(s.t, err)
		require.True(s.t, found)
		require.Equal(s.t, first, got)
		for _, c := range []struct {
			account, key string
			now          int64
		}{{"alice", "k1", 200}, {"alice", "K1", 100}, {"bob", "k1", 100}, {"Alice", "k1", 100}} {
			_, found, err := tx.Idempotent(c.account, c.key, c.now)
			require.NoError(s.t, err)
			require.False(s.t, found, "%+v", c)
		}
	})
	again := first
	again.Request, again.Created, again.Expires = "sha256:2", 199, 300
	s.updateFails(metastore.ErrConflict, func(tx T) error { return tx.PutIdempotent(again) })
	again.Created = 200
	s.update(func(tx T) error { return tx.PutIdempotent(again) })
	bob := metastore.Response{Account: "bob", Key: "k1", Request: "sha256:3", Created: 1, Expires: 2}
	s.update(func(tx T) error { return tx.PutIdempotent(bob) })
	for _, bad := range []metastore.Response{
		{Key: "k", Request: "r", Created: 1, Expires: 2}, {Account: "a", Request: "r", Created: 1, Expires: 2},
		{Account: "a", Key: "k", Created: 1, Expires: 2}, {Account: "a", Key: "k", Request: "r", Created: 2, Expires: 2},
	} {
		s.updateFails(metastore.ErrInvalid, func(tx T) error { return tx.PutIdempotent(bad) })
	}
	s.update(func(tx T) error {
		n, err := tx.PurgeIdempotent(250)
		require.Equal(s.t, int64(1), n, "bob's alone has expired")
		return err
	})
	s.view(func(tx T) {
		got, found, err := tx.Idempotent("alice", "k1", 250)
		require.NoError(s.t, err)
		require.True(s.t, found)
		require.Equal(s.t, "sha256:2", got.Request)
	})
}

func row(owner, id, state string) metastore.LedgerRow {
	return metastore.LedgerRow{Owner: owner, ID: id, State: state, Created: 5, Updated: 5, Doc: []byte(`{"box":1}`)}
}

func (s suite[T]) ledger() {
	owners := []string{"bank", "Bank", "insurer"}
	for i := range 12 {
		s.update(func(tx T) error {
			seq, err := tx.AppendLedger(row(owners[i%3], fmt.Sprintf("led_%02d", 11-i), []string{"reserved", "issued"}[i%2]))
			require.Equal(s.t, int64(i/3+1), seq)
			return err
		})
	}
	s.ledgerRefuses()
	s.update(func(tx T) error {
		r, err := tx.GetLedger("led_11")
		if err != nil {
			return err
		}
		require.Equal(s.t, metastore.LedgerRow{Owner: "bank", Seq: 1, ID: "led_11", State: "reserved", Version: 1, Created: 5, Updated: 5,
			Doc: []byte(`{"box":1}`)}, r)
		r.State, r.Updated, r.Doc = "void", 6, []byte(`2`)
		return tx.UpdateLedger(r)
	})
	s.view(func(tx T) {
		for _, c := range []struct {
			q    metastore.LedgerQuery
			want []int64
		}{
			{metastore.LedgerQuery{}, []int64{1, 2, 3, 4}},
			{metastore.LedgerQuery{After: 2}, []int64{3, 4}},
			{metastore.LedgerQuery{Limit: 3}, []int64{1, 2, 3}},
			{metastore.LedgerQuery{State: "reserved"}, []int64{3}},
			{metastore.LedgerQuery{State: "issued", After: 2}, []int64{4}},
			{metastore.LedgerQuery{After: 4}, nil},
		} {
			rows, err := tx.ListLedger("bank", c.q)
			require.NoError(s.t, err)
			var got []int64
			for _, r := range rows {
				got = append(got, r.Seq)
			}
			require.Equal(s.t, c.want, got, "%+v", c.q)
		}
		changed, err := tx.GetLedger("led_11")
		require.NoError(s.t, err)
		require.Equal(s.t, metastore.LedgerRow{Owner: "bank", Seq: 1, ID: "led_11", State: "void", Version: 2, Created: 5, Updated: 6,
			Doc: []byte(`2`)}, changed)
		require.ErrorIs(s.t, second(tx.GetLedger("absent")), metastore.ErrNotFound)
		require.ErrorIs(s.t, second(tx.ListLedger("bank", metastore.LedgerQuery{Limit: -1})), metastore.ErrInvalid)
	})
}

func (s suite[T]) ledgerRefuses() {
	for _, c := range []struct {
		want error
		fn   func(tx T) error
	}{
		{metastore.ErrConflict, func(tx T) error { return second(tx.AppendLedger(row("other", "led_00", ""))) }},
		{metastore.ErrInvalid, func(tx T) error { return second(tx.AppendLedger(row("", "led_x", ""))) }},
		{metastore.ErrInvalid, func(tx T) error { r := row("bank", "led_x", ""); r.Seq = 9; return second(tx.AppendLedger(r)) }},
		{metastore.ErrInvalid, func(tx T) error { r := row("bank", "led_x", ""); r.Version = 1; return second(tx.AppendLedger(r)) }},
		{metastore.ErrConflict, func(tx T) error { r := row("bank", "led_11", ""); r.Version = 2; return tx.UpdateLedger(r) }},
		{metastore.ErrConflict, func(tx T) error { r := row("Bank", "led_11", ""); r.Version = 1; return tx.UpdateLedger(r) }},
		{metastore.ErrConflict, func(tx T) error { r := row("bank", "led_x", ""); r.Version = 1; return tx.UpdateLedger(r) }},
	} {
		s.updateFails(c.want, c.fn)
	}
}

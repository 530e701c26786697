package conformance

import (
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
	s.view(func(tx T) {
		var all []string
		require.NoError(s.t, tx.Responses(func(r metastore.Response) error {
			all = append(all, r.Account+" "+r.Request)
			return nil
		}))
		require.Equal(s.t, []string{"alice sha256:2", "bob sha256:3"}, all)
	})
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

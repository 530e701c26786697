package keyring_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/internal/keyring"
)

func TestSealedSecrets(t *testing.T) {
	r := newRing(t).reopen(t)
	sealed, err := r.Seal("totp", "ann", []byte("secret"))
	require.NoError(t, err)
	require.NotContains(t, string(sealed), "secret")
	again, err := r.Seal("totp", "ann", []byte("secret"))
	require.NoError(t, err)
	require.NotEqual(t, sealed, again)
	b, err := r.Unseal("totp", "ann", sealed)
	require.NoError(t, err)
	require.Equal(t, "secret", string(b))
	for i := range sealed {
		bad := append([]byte(nil), sealed...)
		bad[i] ^= 1
		_, err := r.Unseal("totp", "ann", bad)
		require.ErrorIs(t, err, keyring.ErrDamaged)
	}
	for _, c := range [][3]string{{"totp", "bob", string(sealed)}, {"other", "ann", string(sealed)}, {"totp", "ann", ""}, {"totp", "ann", string(sealed[:12])}} {
		_, err := r.Unseal(c[0], c[1], []byte(c[2]))
		require.ErrorIs(t, err, keyring.ErrDamaged)
	}
	_, err = r.Seal("", "ann", nil)
	require.Error(t, err)
	require.NoError(t, r.Close())
	_, err = r.Seal("totp", "ann", nil)
	require.ErrorIs(t, err, keyring.ErrClosed)
}

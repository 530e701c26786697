package keyfile_test

import (
	"bytes"
	"crypto/ed25519"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/internal/keyfile"
)

// cheap is the least cost that a file may have.
var cheap = keyfile.Cost{Memory: 8 << 10, Passes: 1, Threads: 1}

var passphrase = []byte("correct horse battery")

func newFile(t testing.TB) (ed25519.PrivateKey, []byte) {
	_, key, err := ed25519.GenerateKey(nil)
	require.NoError(t, err)
	b, err := keyfile.Encode(key, passphrase, cheap)
	require.NoError(t, err)
	return key, b
}

func TestRoundTrip(t *testing.T) {
	key, b := newFile(t)
	got, err := keyfile.Decode(b, passphrase)
	require.NoError(t, err)
	require.Equal(t, key, got)
	pub, err := keyfile.Public(b)
	require.NoError(t, err)
	require.Equal(t, key.Public(), pub)
	require.NotContains(t, string(b), string(key.Seed()))

	_, err = keyfile.Decode(b, []byte("correct horse batterz"))
	require.ErrorIs(t, err, keyfile.ErrPassphrase)
	_, err = keyfile.Decode(b, nil)
	require.ErrorIs(t, err, keyfile.ErrPassphrase)

	again, err := keyfile.Encode(key, passphrase, cheap)
	require.NoError(t, err)
	require.NotEqual(t, b, again, "salt and nonce are fresh")
}

func TestRecommendedCost(t *testing.T) {
	require.NoError(t, keyfile.Recommended().Validate())
	key, _ := newFile(t)
	b, err := keyfile.Encode(key, passphrase, keyfile.Recommended())
	require.NoError(t, err)
	got, err := keyfile.Decode(b, passphrase)
	require.NoError(t, err)
	require.Equal(t, key, got)
}

func TestEncodeRefuses(t *testing.T) {
	key, _ := newFile(t)
	for name, call := range map[string]func() ([]byte, error){
		"short key":        func() ([]byte, error) { return keyfile.Encode(key[:32], passphrase, cheap) },
		"short passphrase": func() ([]byte, error) { return keyfile.Encode(key, []byte("12345678901"), cheap) },
		"no work":          func() ([]byte, error) { return keyfile.Encode(key, passphrase, keyfile.Cost{}) },
		"too much memory": func() ([]byte, error) {
			return keyfile.Encode(key, passphrase, keyfile.Cost{Memory: 2 << 20, Passes: 1, Threads: 1})
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := call()
			require.Error(t, err)
		})
	}
}

func TestEveryByteFlipped(t *testing.T) {
	_, b := newFile(t)
	for i := range b {
		for _, bit := range []byte{0x01, 0x20, 0x80} {
			flipped := bytes.Clone(b)
			flipped[i] ^= bit
			_, err := keyfile.Decode(flipped, passphrase)
			require.Error(t, err, "byte %d", i)
		}
	}
	for n := range b {
		_, err := keyfile.Decode(b[:n], passphrase)
		require.Error(t, err)
	}
}

func TestOneSpelling(t *testing.T) {
	_, b := newFile(t)
	for name, text := range map[string]string{
		"carriage returns": strings.ReplaceAll(string(b), "\n", "\r\n"),
		"leading zero":     strings.Replace(string(b), "m=8192", "m=08192", 1),
		"plus sign":        strings.Replace(string(b), "t=1", "t=+1", 1),
		"two spaces":       strings.Replace(string(b), "kdf argon2id", "kdf  argon2id", 1),
		"no label":         strings.Replace(string(b), "public ", "", 1),
		"more text":        string(b) + "\n",
		"more work":        strings.Replace(string(b), "m=8192", "m=99999999", 1),
	} {
		_, err := keyfile.Public([]byte(text))
		require.ErrorIs(t, err, keyfile.ErrFormat, name)
	}
}

func FuzzPublic(f *testing.F) {
	_, b := newFile(f)
	f.Add(b)
	f.Add([]byte("yumen-signing-key/v1\nkdf argon2id m=8192 t=1 p=1 salt=\n\n\n\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		pub, err := keyfile.Public(b)
		if err == nil {
			require.Len(t, pub, ed25519.PublicKeySize)
		}
	})
}

package keyring_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"yumen/catalog"
	"yumen/enclave/receipt"
	"yumen/internal/keyring"
)

// fixture is a fresh ring with everything needed to open it again.
type fixture struct {
	*keyring.Ring
	dir    string
	master string
	cfg    keyring.Config
}

func newRing(t *testing.T) fixture {
	t.Helper()
	base := t.TempDir()
	f := fixture{dir: filepath.Join(base, "keys"), master: filepath.Join(base, "master")}
	require.NoError(t, keyring.CreateMaster(f.master))
	f.cfg = keyring.Config{Zone: catalog.NewID(catalog.PrefixZone), Master: keyring.File{Path: f.master}}
	var err error
	f.Ring, err = keyring.Create(f.dir, f.cfg)
	require.NoError(t, err)
	return f
}

func (f fixture) reopen(t *testing.T) *keyring.Ring {
	t.Helper()
	r, err := keyring.Open(f.dir, f.cfg)
	require.NoError(t, err)
	return r
}

func TestReopenKeepsEverything(t *testing.T) {
	f := newRing(t)
	person, err := f.EntityKey("person")
	require.NoError(t, err)
	firm, err := f.EntityKey("enterprise")
	require.NoError(t, err)
	jitter, err := f.Secret("jitter")
	require.NoError(t, err)
	noise, err := f.Secret("noise")
	require.NoError(t, err)
	require.NotEqual(t, person, firm)
	require.NotEqual(t, jitter, noise)

	again := f.reopen(t)
	person2, err := again.EntityKey("person")
	require.NoError(t, err)
	jitter2, err := again.Secret("jitter")
	require.NoError(t, err)
	require.Equal(t, person, person2)
	require.Equal(t, jitter, jitter2)
	require.Equal(t, f.PublicKeys(), again.PublicKeys())
	require.Equal(t, f.cfg.Zone, again.Zone())

	other := newRing(t)
	foreign, err := other.EntityKey("person")
	require.NoError(t, err)
	require.NotEqual(t, person, foreign)
}

func TestDataKeysLiveAndDie(t *testing.T) {
	f := newRing(t)
	a, b := catalog.NewID(catalog.PrefixSnapshot), catalog.NewID(catalog.PrefixArtefact)
	require.NoError(t, f.NewDataKey(b))
	require.NoError(t, f.NewDataKey(a))
	require.ErrorIs(t, f.NewDataKey(a), keyring.ErrExists)
	ids, err := f.DataKeys()
	require.NoError(t, err)
	require.ElementsMatch(t, []string{a, b}, ids)
	require.IsIncreasing(t, ids)

	wrapped, err := os.ReadFile(filepath.Join(f.dir, "data", a))
	require.NoError(t, err)
	require.NoError(t, f.DestroyDataKey(a))
	require.NoError(t, f.DestroyDataKey(a), "destruction can be repeated")
	require.False(t, f.HasDataKey(a))
	require.True(t, f.HasDataKey(b))
	_, err = f.EncryptTo(a, new(bytes.Buffer))
	require.ErrorIs(t, err, keyring.ErrNoKey)
	require.NotEmpty(t, wrapped)
}

// A link to the wrapped key's file shows what destruction leaves in the blocks that the file had.
func TestDestroyOverwritesInPlace(t *testing.T) {
	f := newRing(t)
	id := catalog.NewID(catalog.PrefixSnapshot)
	require.NoError(t, f.NewDataKey(id))
	link := filepath.Join(t.TempDir(), "link")
	require.NoError(t, os.Link(filepath.Join(f.dir, "data", id), link))
	before, err := os.ReadFile(link)
	require.NoError(t, err)
	require.NoError(t, f.DestroyDataKey(id))
	after, err := os.ReadFile(link)
	require.NoError(t, err)
	require.NotEqual(t, before, after)
	require.NotContains(t, string(after), string(before[len(before)-32:]))
}

func TestNamesAreChecked(t *testing.T) {
	f := newRing(t)
	for _, name := range []string{"", ".", "..", "../root", "a/b", "A", "1a", "a b", "a.b", "é", string(bytes.Repeat([]byte("a"), 97))} {
		require.Error(t, f.NewDataKey(name), name)
		require.Error(t, f.DestroyDataKey(name), name)
		require.False(t, f.HasDataKey(name), name)
		_, err := f.EntityKey(name)
		require.Error(t, err, name)
		_, err = f.EncryptTo(name, new(bytes.Buffer))
		require.Error(t, err, name)
	}
	_, err := f.Secret("")
	require.Error(t, err)
}

func TestMasterKeyIsRequired(t *testing.T) {
	f := newRing(t)
	open := func() error { _, err := keyring.Open(f.dir, f.cfg); return err }

	require.NoError(t, os.Chmod(f.master, 0o640))
	require.ErrorIs(t, open(), keyring.ErrMaster)
	require.ErrorContains(t, open(), "chmod 600")
	require.NoError(t, os.Chmod(f.master, 0o600))
	require.NoError(t, open())

	require.Error(t, keyring.CreateMaster(f.master), "a master key is never replaced")
	text, err := os.ReadFile(f.master)
	require.NoError(t, err)
	for i := range text {
		flipped := bytes.Clone(text)
		flipped[i] ^= 1
		require.NoError(t, os.WriteFile(f.master, flipped, 0o600))
		require.ErrorIs(t, open(), keyring.ErrMaster, "byte %d", i)
	}
	require.NoError(t, os.Remove(f.master))
	require.ErrorIs(t, open(), keyring.ErrMaster)
	require.NoError(t, keyring.CreateMaster(f.master))
	require.ErrorIs(t, open(), keyring.ErrMaster, "another master key")
	require.NoError(t, os.Remove(f.master))
	require.NoError(t, os.Mkdir(f.master, 0o700))
	require.ErrorIs(t, open(), keyring.ErrMaster, "a directory")

	f.cfg.Master = nil
	require.ErrorIs(t, open(), keyring.ErrMaster)
}

func TestCreateRefuses(t *testing.T) {
	f := newRing(t)
	_, err := keyring.Create(f.dir, f.cfg)
	require.ErrorIs(t, err, keyring.ErrExists)
	for _, cfg := range []keyring.Config{
		{Zone: "zone_x", Master: f.cfg.Master},
		{Zone: f.cfg.Zone, Origin: "a b", Master: f.cfg.Master},
		{Zone: f.cfg.Zone, Origin: "a+b", Master: f.cfg.Master},
		{Zone: f.cfg.Zone},
	} {
		_, err := keyring.Create(filepath.Join(t.TempDir(), "k"), cfg)
		require.Error(t, err)
	}
	f.cfg.Zone = catalog.NewID(catalog.PrefixZone)
	_, err = keyring.Open(f.dir, f.cfg)
	require.ErrorContains(t, err, "another zone")
}

func TestLooseFoldersAreRefused(t *testing.T) {
	for _, sub := range []string{".", "data", "sign", "entity"} {
		f := newRing(t)
		require.NoError(t, os.Chmod(filepath.Join(f.dir, sub), 0o750))
		_, err := keyring.Open(f.dir, f.cfg)
		require.ErrorContains(t, err, "chmod 700", sub)
	}
}

// Every byte of every file of the ring matters.
func TestEveryByteIsAuthenticated(t *testing.T) {
	f := newRing(t)
	id := catalog.NewID(catalog.PrefixSnapshot)
	require.NoError(t, f.NewDataKey(id))
	_, err := f.EntityKey("person")
	require.NoError(t, err)
	use := func() error {
		r, err := keyring.Open(f.dir, f.cfg)
		if err != nil {
			return err
		}
		if _, err := r.EntityKey("person"); err != nil {
			return err
		}
		_, err = r.EncryptTo(id, new(bytes.Buffer))
		return err
	}
	require.NoError(t, use())
	for _, name := range []string{"keyring.json", "root", "sign/log", "sign/receipt", "entity/person", "data/" + id} {
		path := filepath.Join(f.dir, name)
		whole, err := os.ReadFile(path)
		require.NoError(t, err)
		for i := range whole {
			flipped := bytes.Clone(whole)
			flipped[i] ^= 0x01
			require.NoError(t, os.WriteFile(path, flipped, 0o600))
			require.Error(t, use(), "%s, byte %d", name, i)
		}
		for _, wrong := range [][]byte{{}, whole[:len(whole)-1], append(bytes.Clone(whole), 0)} {
			require.NoError(t, os.WriteFile(path, wrong, 0o600))
			require.Error(t, use(), name)
		}
		require.NoError(t, os.WriteFile(path, whole, 0o600))
		require.NoError(t, use())
	}
}

// A wrapped key opens under its own name and kind only.
func TestWrappedKeysDoNotMove(t *testing.T) {
	f := newRing(t)
	a, b := catalog.NewID(catalog.PrefixSnapshot), catalog.NewID(catalog.PrefixSnapshot)
	require.NoError(t, f.NewDataKey(a))
	copyKey := func(from, to string) {
		wrapped, err := os.ReadFile(filepath.Join(f.dir, from))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(f.dir, to), wrapped, 0o600))
	}
	copyKey("data/"+a, "data/"+b)
	_, err := f.EncryptTo(b, new(bytes.Buffer))
	require.ErrorIs(t, err, keyring.ErrDamaged)
	copyKey("data/"+a, "entity/"+a)
	_, err = f.EntityKey(a)
	require.ErrorIs(t, err, keyring.ErrDamaged)
	copyKey("sign/log", "sign/receipt")
	_, err = keyring.Open(f.dir, f.cfg)
	require.ErrorIs(t, err, keyring.ErrDamaged)
}

func TestNoKeyInClear(t *testing.T) {
	f := newRing(t)
	key, err := f.EntityKey("person")
	require.NoError(t, err)
	secret, err := f.Secret("jitter")
	require.NoError(t, err)
	text, err := os.ReadFile(f.master)
	require.NoError(t, err)
	master, err := base64.StdEncoding.DecodeString(string(text[len("yumen-master-key/v1 ") : len(text)-1]))
	require.NoError(t, err)
	require.NoError(t, filepath.WalkDir(f.dir, func(path string, d fs.DirEntry, err error) error {
		require.NoError(t, err)
		if d.IsDir() {
			return nil
		}
		b, err := os.ReadFile(path)
		require.NoError(t, err)
		for _, k := range [][]byte{key[:], secret[:], master} {
			require.NotContains(t, string(b), string(k), path)
			require.NotContains(t, string(b), hex.EncodeToString(k), path)
			require.NotContains(t, string(b), base64.StdEncoding.EncodeToString(k), path)
		}
		return nil
	}))
}

func TestSigners(t *testing.T) {
	f := newRing(t)
	keys := f.PublicKeys()
	require.NoError(t, keys.Validate())
	require.Equal(t, "yumen/"+f.cfg.Zone, keys.Origin())
	require.Equal(t, keys.Origin(), f.LogSigner().Name())

	text := keys.Origin() + "\n1\nAAAA\n"
	signed, err := note.Sign(&note.Note{Text: text}, f.LogSigner())
	require.NoError(t, err)
	verifier, err := note.NewVerifier(keys.Log)
	require.NoError(t, err)
	n, err := note.Open(signed, note.VerifierList(verifier))
	require.NoError(t, err)
	require.Equal(t, text, n.Text)

	id, err := f.ReceiptSigner().KeyID()
	require.NoError(t, err)
	require.Equal(t, keys.Gateway[0].ID, id)
	require.NotContains(t, keys.Log, base64.StdEncoding.EncodeToString(keys.Gateway[0].Key), "the two keys differ")

	b, err := keys.Encode()
	require.NoError(t, err)
	again, err := receipt.DecodeKeys(b)
	require.NoError(t, err)
	require.Equal(t, keys, again)
}

func TestClosedRingHoldsNothing(t *testing.T) {
	f := newRing(t)
	id := catalog.NewID(catalog.PrefixSnapshot)
	require.NoError(t, f.NewDataKey(id))
	require.NoError(t, f.Close())
	require.NoError(t, f.Close())
	require.ErrorIs(t, f.NewDataKey("snap_a"), keyring.ErrClosed)
	require.ErrorIs(t, f.DestroyDataKey(id), keyring.ErrClosed)
	require.False(t, f.HasDataKey(id))
	_, err := f.DataKeys()
	require.ErrorIs(t, err, keyring.ErrClosed)
	_, err = f.EntityKey("person")
	require.ErrorIs(t, err, keyring.ErrClosed)
	_, err = f.Secret("jitter")
	require.ErrorIs(t, err, keyring.ErrClosed)
	_, err = f.EncryptTo(id, new(bytes.Buffer))
	require.ErrorIs(t, err, keyring.ErrClosed)
	_, err = f.DecryptFrom(id, new(bytes.Buffer))
	require.ErrorIs(t, err, keyring.ErrClosed)
}

func TestEntityKeyIsMadeOnce(t *testing.T) {
	f := newRing(t)
	var wg sync.WaitGroup
	got := make([][32]byte, 16)
	for i := range got {
		wg.Go(func() {
			k, err := f.EntityKey("person")
			if err == nil {
				got[i] = k
			}
		})
	}
	wg.Wait()
	for _, k := range got {
		require.Equal(t, got[0], k)
		require.NotZero(t, k)
	}
}

// A file that a crash left half-written is no key.
func TestUnfinishedFilesAreNoKeys(t *testing.T) {
	f := newRing(t)
	require.NoError(t, os.WriteFile(filepath.Join(f.dir, "data", ".snap_a.1.tmp"), []byte("x"), 0o600))
	ids, err := f.reopen(t).DataKeys()
	require.NoError(t, err)
	require.Empty(t, ids)
}

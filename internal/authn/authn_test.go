package authn_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/internal/authn"
)

var (
	cheap  = authn.Cost{Memory: 8 << 10, Passes: 1, Threads: 1}
	now    = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	limits = authn.DefaultLimits()
)

const good = "correct horse battery"

func newHasher(t testing.TB) *authn.Hasher {
	h, err := authn.NewHasher(cheap, 2)
	require.NoError(t, err)
	return h
}

func TestPasswordRoundTrip(t *testing.T) {
	h := newHasher(t)
	stored, err := h.Hash(t.Context(), good)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(stored, "$argon2id$v=19$m=8192,t=1,p=1$"), stored)
	require.NotContains(t, stored, good)
	for password, want := range map[string]bool{good: true, good + " ": false, "Correct horse battery": false, "": false, strings.Repeat("a", 5000): false} {
		ok, err := h.Verify(t.Context(), stored, password)
		require.NoError(t, err)
		require.Equal(t, want, ok)
	}
	again, err := h.Hash(t.Context(), good)
	require.NoError(t, err)
	require.NotEqual(t, stored, again)
	require.False(t, h.Outdated(stored))
}

func TestDefaultCost(t *testing.T) {
	stored, err := authn.HashPassword(good, authn.DefaultCost())
	require.NoError(t, err)
	h := newHasher(t)
	require.True(t, h.Outdated(stored))
	ok, err := h.Verify(t.Context(), stored, good)
	require.NoError(t, err)
	require.True(t, ok, "a hash carries its own cost")
	_, err = authn.HashPassword("short", authn.DefaultCost())
	require.ErrorIs(t, err, authn.ErrTooShort)
}

// Two spellings of one text are one password.
func TestPasswordsAreNormalised(t *testing.T) {
	h := newHasher(t)
	stored, err := h.Hash(t.Context(), "caf\u00e9 \u57df\u95e8 caf\u00e9")
	require.NoError(t, err)
	ok, err := h.Verify(t.Context(), stored, "cafe\u0301 \u57df\u95e8 cafe\u0301")
	require.NoError(t, err)
	require.True(t, ok)
}

func TestCheckPassword(t *testing.T) {
	for password, want := range map[string]error{
		"":                              authn.ErrTooShort,
		"12345678901":                   authn.ErrTooShort,
		"域门域门域门":                        authn.ErrTooShort,
		strings.Repeat("e\u0301", 11):   authn.ErrTooShort,
		"123456789012":                  nil,
		"域门域门域门域门域门域门":                  nil,
		strings.Repeat("z", 20):         authn.ErrTrivial,
		strings.Repeat("ab", 512):       nil,
		strings.Repeat("ab", 512) + "c": authn.ErrTooLong,
	} {
		require.ErrorIs(t, authn.CheckPassword(password), want)
	}
}

// An unknown user costs what a known one costs, and never gets in.
func TestUnknownUsersCostTheSame(t *testing.T) {
	h := newHasher(t)
	stored, err := h.Hash(t.Context(), good)
	require.NoError(t, err)
	ok, err := h.Verify(t.Context(), "", good)
	require.NoError(t, err)
	require.False(t, ok)
	measure := func(stored string) time.Duration {
		start := time.Now()
		for range 20 {
			_, err := h.Verify(t.Context(), stored, good)
			require.NoError(t, err)
		}
		return time.Since(start)
	}
	known, unknown := measure(stored), measure("")
	require.Greater(t, unknown, known/4)
}

func TestVerifyWaitsForItsTurn(t *testing.T) {
	h, err := authn.NewHasher(cheap, 1)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	failed := 0
	for range 50 { // select may take either branch while the slot is free
		if _, err := h.Verify(ctx, "", good); err != nil {
			require.ErrorIs(t, err, context.Canceled)
			failed++
		}
	}
	require.Positive(t, failed)
	_, err = authn.NewHasher(cheap, 0)
	require.Error(t, err)
	_, err = authn.HashPassword(good, authn.Cost{})
	require.Error(t, err)
	_, err = authn.NewHasher(authn.Cost{}, 1)
	require.Error(t, err)
}

func TestDamagedHashes(t *testing.T) {
	h := newHasher(t)
	stored, err := h.Hash(t.Context(), good)
	require.NoError(t, err)
	for i := range stored {
		flipped := []byte(stored)
		flipped[i] ^= 1
		ok, _ := h.Verify(t.Context(), string(flipped), good)
		require.False(t, ok, "byte %d", i)
	}
	for _, s := range []string{"x", "$argon2id$", strings.Replace(stored, "m=8192", "m=4294967295", 1), strings.Replace(stored, "argon2id", "argon2i", 1),
		strings.Replace(stored, "v=19", "v=16", 1), stored + "$", strings.Replace(stored, "m=8192", "m=08192", 1)} {
		_, err := h.Verify(t.Context(), s, good)
		require.ErrorIs(t, err, authn.ErrHash, s)
		require.True(t, h.Outdated(s))
	}
}

func FuzzVerify(f *testing.F) {
	h := newHasher(f)
	const stored = "$argon2id$v=19$m=8192,t=1,p=1$QLFxE3Iqn4NU1kULjIOLYg$RWjMk56Mp2sCeFG9DOhGxzV+omIeUt5QVIQjk7vj9Ng" // of good
	f.Add(stored)
	f.Add("$argon2id$v=19$m=8192,t=1,p=1$$")
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 200 || strings.Contains(s, "m=") && !strings.Contains(s, "m=8192,t=1,") {
			return // other costs are slow, not different
		}
		ok, _ := h.Verify(t.Context(), s, good)
		require.Equal(t, s == stored, ok)
	})
}

func TestLockAfterFailures(t *testing.T) {
	var l authn.Login
	var o authn.Outcome
	for i := range limits.Failures {
		l, o = l.Attempt(false, now, limits)
		require.Equal(t, authn.Wrong, o)
		require.Equal(t, i+1, l.Failures)
	}
	same, o := l.Attempt(true, now.Add(limits.Lock-time.Second), limits)
	require.Equal(t, authn.Locked, o, "not even the right password")
	require.Equal(t, l, same)
	same, o = l.Attempt(false, now, limits)
	require.Equal(t, authn.Locked, o)
	require.Equal(t, l, same, "a lock is not lengthened from outside")

	after := now.Add(limits.Lock)
	again, o := l.Attempt(false, after, limits)
	require.Equal(t, authn.Wrong, o)
	_, o = again.Attempt(true, after, limits)
	require.Equal(t, authn.Locked, o, "one more failure locks again")

	l, o = l.Attempt(true, after, limits)
	require.Equal(t, authn.Accepted, o)
	require.Zero(t, l)
}

// A few failures are forgotten by a success.
func TestFailuresInARow(t *testing.T) {
	var l authn.Login
	for range 100 {
		for range limits.Failures - 1 {
			l, _ = l.Attempt(false, now, limits)
		}
		var o authn.Outcome
		l, o = l.Attempt(true, now, limits)
		require.Equal(t, authn.Accepted, o)
	}
}

func TestActivationCodes(t *testing.T) {
	code, a, err := authn.NewActivation(now, limits)
	require.NoError(t, err)
	require.True(t, a.Accepts(code, now))
	require.True(t, a.Accepts(" "+strings.ToLower(code)+"\n", now))
	require.True(t, a.Accepts(strings.ReplaceAll(code, "-", " "), now))
	require.True(t, a.Accepts(strings.NewReplacer("0", "o", "1", "l").Replace(code), now))
	require.True(t, a.Accepts(code, now.Add(limits.Code-time.Second)))
	require.False(t, a.Accepts(code, now.Add(limits.Code)), "expired")
	require.NotContains(t, a.Hash, code)

	other, _, err := authn.NewActivation(now, limits)
	require.NoError(t, err)
	require.NotEqual(t, code, other)
	for _, wrong := range []string{"", other, code + "0", code[1:], code + "-", strings.Repeat("-", 300) + code, "域门"} {
		require.Equal(t, wrong == code+"-", a.Accepts(wrong, now), wrong)
	}
	require.False(t, authn.Activation{}.Accepts(code, now))
	require.False(t, authn.Activation{Expires: a.Expires}.Accepts(code, now))
}

func TestEveryCharacterOfACode(t *testing.T) {
	code, a, err := authn.NewActivation(now, limits)
	require.NoError(t, err)
	for i := range code {
		for _, c := range "0Z5-" {
			changed := []byte(code)
			changed[i] = byte(c)
			if string(changed) != code {
				require.False(t, a.Accepts(string(changed), now), "character %d", i)
			}
		}
	}
}

func TestTokens(t *testing.T) {
	token, id, err := authn.NewToken()
	require.NoError(t, err)
	got, err := authn.TokenID(token)
	require.NoError(t, err)
	require.Equal(t, id, got)
	require.Len(t, id, 64)
	require.NotContains(t, id, token[6:])
	for i := range token {
		flipped := []byte(token)
		flipped[i] ^= 1
		got, err := authn.TokenID(string(flipped))
		if err == nil {
			require.NotEqual(t, id, got)
		}
	}
	for _, bad := range []string{"", "yumen_", token[:len(token)-1], token + "A", token + "=", " " + token, strings.ToUpper(token)} {
		_, err := authn.TokenID(bad)
		require.ErrorIs(t, err, authn.ErrToken, bad)
	}
}

func FuzzTokenID(f *testing.F) {
	token, _, err := authn.NewToken()
	require.NoError(f, err)
	f.Add(token)
	f.Fuzz(func(t *testing.T, s string) {
		id, err := authn.TokenID(s)
		if err == nil {
			require.Len(t, id, 64)
			require.Len(t, s, len(token))
		}
	})
}

func TestSessionLife(t *testing.T) {
	s := authn.NewSession("alice", "", now)
	_, _, err := s.Use(now.Add(limits.Idle-time.Second), limits)
	require.NoError(t, err)
	_, _, err = s.Use(now.Add(limits.Idle), limits)
	require.ErrorIs(t, err, authn.ErrSession)

	clock, stored := now, 0
	for clock.Before(now.Add(limits.Absolute)) {
		var store bool
		s, store, err = s.Use(clock, limits)
		require.NoError(t, err)
		if store {
			stored++
		}
		clock = clock.Add(10 * time.Second)
	}
	require.InDelta(t, limits.Absolute/(30*time.Second), stored, 5, "a use is stored now and then")
	_, _, err = s.Use(clock, limits)
	require.ErrorIs(t, err, authn.ErrSession, "no session outlives its absolute end")
	require.Equal(t, now.Add(limits.Absolute), s.Expires(limits))
}

func TestSessionEnds(t *testing.T) {
	_, _, err := authn.Session{}.Use(now, limits)
	require.ErrorIs(t, err, authn.ErrSession)
	back, store, err := authn.NewSession("alice", "", now).Use(now.Add(-time.Hour), limits)
	require.NoError(t, err)
	require.False(t, store)
	require.Equal(t, now.Unix(), back.Seen)
}

// Not more than so many wait for the few slots: the next one is told so at once.
func TestTheQueueForPasswordsIsBounded(t *testing.T) {
	h, err := authn.NewHasher(cheap, 1)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	results := make(chan error, 1000)
	for range cap(results) {
		go func() { _, err := h.Verify(ctx, "", good); results <- err }()
	}
	busy := 0
	for i := range cap(results) {
		if errors.Is(<-results, authn.ErrBusy) {
			busy++
		}
		if i == 500 {
			cancel()
		}
	}
	cancel()
	require.Positive(t, busy)
	_, err = h.Verify(t.Context(), "", good)
	require.NoError(t, err)
}

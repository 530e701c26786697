package enclave_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/enclave"
	"yumen/enclave/audit"
	"yumen/enclave/enclavetest"
	"yumen/internal/api"
	"yumen/internal/authn"
)

func session(t *testing.T, z *enclavetest.Zone, user string) (string, enclave.Principal) {
	t.Helper()
	s, err := z.Service.Login(t.Context(), api.Login{User: user, Password: enclavetest.Password}, "192.0.2.7")
	require.NoError(t, err)
	p, err := z.Service.Authenticate(t.Context(), s.Token)
	require.NoError(t, err)
	require.Equal(t, s.ID, p.Session)
	return s.Token, p
}

// Sixty-four guesses at once count one by one: no more of them are looked at than one after the other would be, and the right
// password does not slip through the lock.
func TestGuessesAtOnceCount(t *testing.T) {
	z := enclavetest.New(t)
	limits := authn.DefaultLimits()
	var all sync.WaitGroup
	for range 64 {
		all.Go(func() {
			_, err := z.Service.Login(t.Context(), api.Login{User: "admin", Password: "not the password"}, "192.0.2.7")
			require.Equal(t, enclave.KindUnauthenticated, enclavetest.Kind(err))
		})
	}
	all.Wait()
	for _, r := range z.Records(t, "account") {
		if r.ID == "admin" {
			require.Contains(t, string(r.Doc), `"failures":5`)
		}
	}
	require.Equal(t, enclave.KindUnauthenticated, enclavetest.Kind(login(z, "admin", enclavetest.Password)), "locked for the right password too")
	z.Clock.Advance(limits.Lock)
	require.NoError(t, login(z, "admin", enclavetest.Password))
	z.Check(t)
}

// A password that is changed while it is being looked at opens nothing: of many logins beside one change, none leaves a session that
// the change did not end.
func TestLoginsBesideAChangeOfPassword(t *testing.T) {
	z := enclavetest.New(t)
	_, p := session(t, z, "admin")
	var all sync.WaitGroup
	var mu sync.Mutex
	var tokens []string
	for range 24 {
		all.Go(func() {
			s, err := z.Service.Login(t.Context(), api.Login{User: "admin", Password: enclavetest.Password}, "")
			if err == nil {
				mu.Lock()
				tokens = append(tokens, s.Token)
				mu.Unlock()
			}
		})
	}
	fresh, err := z.Service.ChangePassword(t.Context(), p, api.PasswordChange{Password: enclavetest.Password, New: "another horse battery"}, "")
	for err != nil && enclavetest.Kind(err) == enclave.KindConflict { // a login was counted in between
		fresh, err = z.Service.ChangePassword(t.Context(), p, api.PasswordChange{Password: enclavetest.Password, New: "another horse battery"}, "")
	}
	require.NoError(t, err)
	all.Wait()
	for _, token := range tokens {
		_, err := z.Service.Authenticate(t.Context(), token)
		require.Error(t, err, "a session of the old password")
	}
	_, err = z.Service.Authenticate(t.Context(), fresh.Token)
	require.NoError(t, err)
	z.Check(t)
}

// A rotated token is void at once, in every one of many attempts beside the rotation; nobody goes on with two.
func TestRotationLeavesOneToken(t *testing.T) {
	z := enclavetest.New(t)
	old, p := session(t, z, "admin")
	var all sync.WaitGroup
	var mu sync.Mutex
	tokens := []string{old}
	for range 16 {
		all.Go(func() {
			if s, err := z.Service.RotateSession(t.Context(), p); err == nil {
				mu.Lock()
				tokens = append(tokens, s.Token)
				mu.Unlock()
			}
		})
	}
	all.Wait()
	open := 0
	for _, token := range tokens {
		if _, err := z.Service.Authenticate(t.Context(), token); err == nil {
			open++
		}
	}
	require.Equal(t, 1, open)
	_, err := z.Service.Authenticate(t.Context(), p.Session)
	require.Error(t, err, "what names a session opens nothing")
}

// Sessions end: idle, at their absolute end, and the oldest when there are too many. What is over is removed.
func TestSessionsEnd(t *testing.T) {
	z := enclavetest.New(t)
	limits := authn.DefaultLimits()
	idle, _ := session(t, z, "admin")
	z.Clock.Advance(limits.Idle)
	_, err := z.Service.Authenticate(t.Context(), idle)
	require.Error(t, err)
	used, p := session(t, z, "admin")
	for range int(limits.Absolute/(20*time.Minute)) - 1 {
		z.Clock.Advance(20 * time.Minute)
		_, err := z.Service.Authenticate(t.Context(), used)
		require.NoError(t, err)
	}
	_, err = z.Service.RotateSession(t.Context(), p)
	require.NoError(t, err)
	z.Clock.Advance(20 * time.Minute)
	for _, s := range z.Records(t, "session") {
		require.Equal(t, p.Session, s.ID, "sessions that are over were removed")
	}
	seen, err := z.Service.Sessions(t.Context(), p, "")
	require.NoError(t, err)
	require.Empty(t, seen.Items, "a rotation does not lengthen a session")

	first, _ := session(t, z, "admin")
	for range 64 {
		session(t, z, "admin")
	}
	_, err = z.Service.Authenticate(t.Context(), first)
	require.Error(t, err)
	require.Len(t, z.Records(t, "session"), 64)
	for _, e := range z.Check(t) {
		if e.Action == audit.ActionSessionOpen && e.Outcome == "opened" {
			require.Equal(t, "192.0.2.7", e.Facts["address"])
			require.NotEmpty(t, e.Facts["session"])
		}
	}
}

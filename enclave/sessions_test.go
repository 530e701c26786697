package enclave_test

import (
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
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

// newcomer is an analyst who has just logged in for the first time.
func newcomer(t *testing.T, z *enclavetest.Zone, unique string) enclave.Principal {
	t.Helper()
	p := person(unique)
	code := z.Apply(t, "admin", enclavetest.AccountYAML(p))[p.Account]
	require.NoError(t, z.Service.Activate(t.Context(), api.Activation{User: p.Account, Code: code, Password: enclavetest.Password}))
	_, p = session(t, z, p.Account)
	return p
}

// appCode is what an authenticator app shows so many periods from now.
func appCode(t *testing.T, z *enclavetest.Zone, secret string, periods int) string {
	t.Helper()
	code, err := totp.GenerateCode(secret, z.Clock.Now().Add(time.Duration(periods)*30*time.Second))
	require.NoError(t, err)
	return code
}

// enrolled gives the administrator a second factor and returns its secret and recovery codes.
func enrolled(t *testing.T, z *enclavetest.Zone) (secret string, recovery []string, p enclave.Principal) {
	t.Helper()
	_, p = session(t, z, "admin")
	v, err := z.Service.EnrolTOTP(t.Context(), p, api.Password{Password: enclavetest.Password})
	require.NoError(t, err)
	c, err := z.Service.ConfirmTOTP(t.Context(), p, api.Code{Code: appCode(t, z, v.Secret, -1)}, "")
	require.NoError(t, err)
	_, err = z.Service.Authenticate(t.Context(), c.Session.Token)
	require.NoError(t, err)
	return v.Secret, c.RecoveryCodes, p
}

func withCode(z *enclavetest.Zone, t *testing.T, code string) error {
	_, err := z.Service.Login(t.Context(), api.Login{User: "admin", Password: enclavetest.Password, Code: code}, "")
	return err
}

// One code opens one session, however many show it at once; so does a recovery code.
func TestACodeOpensOnce(t *testing.T) {
	z := enclavetest.New(t)
	secret, recovery, _ := enrolled(t, z)
	for _, code := range []string{appCode(t, z, secret, 0), recovery[0]} {
		var all sync.WaitGroup
		results := make(chan error, 4)
		for range cap(results) { // one less than lock the account
			all.Go(func() { results <- withCode(z, t, code) })
		}
		all.Wait()
		close(results)
		opened := 0
		for err := range results {
			if err == nil {
				opened++
				continue
			}
			require.Equal(t, enclave.KindUnauthenticated, enclavetest.Kind(err))
		}
		require.Equal(t, 1, opened)
		z.Clock.Advance(20 * time.Minute)
		require.NoError(t, withCode(z, t, appCode(t, z, secret, 0)))
		z.Clock.Advance(time.Minute)
	}
	z.Check(t)
}

// Guessing codes is guessing passwords: five of sixty-four at once are looked at, then the account is locked for the right one too,
// for a recovery code too, and asking without a code resets nothing.
func TestGuessedCodesLock(t *testing.T) {
	z := enclavetest.New(t)
	secret, recovery, _ := enrolled(t, z)
	var all sync.WaitGroup
	for range 64 {
		all.Go(func() { require.Error(t, withCode(z, t, "000000")) })
		all.Go(func() {
			kind := enclavetest.Kind(withCode(z, t, ""))
			require.Contains(t, []enclave.ErrorKind{enclave.KindSecondFactor, enclave.KindUnauthenticated}, kind)
		})
	}
	all.Wait()
	require.Equal(t, enclave.KindUnauthenticated, enclavetest.Kind(withCode(z, t, appCode(t, z, secret, 0))))
	require.Equal(t, enclave.KindUnauthenticated, enclavetest.Kind(withCode(z, t, recovery[0])))
	require.Equal(t, enclave.KindUnauthenticated, enclavetest.Kind(withCode(z, t, "")), "a locked account does not tell that the password is right")
	_, err := z.Service.Login(t.Context(), api.Login{User: "admin", Password: "not the password", Code: appCode(t, z, secret, 0)}, "")
	require.Equal(t, enclave.KindUnauthenticated, enclavetest.Kind(err))
	z.Clock.Advance(authn.DefaultLimits().Lock)
	require.NoError(t, withCode(z, t, recovery[0]), "the attempt while it was locked did not use it up")
	z.Check(t)
}

// Who must have one: the table, under both demands. A session that was opened before the factor is over with its confirmation.
func TestWhoMustEnrol(t *testing.T) {
	for _, demand := range []enclave.SecondFactor{enclave.SecondFactorRequired, enclave.SecondFactorEnrolled, ""} {
		z := enclavetest.New(t, func(c *enclave.Config) { c.SecondFactor = demand })
		z.Activate(t, "security", "auditor", "steward", "reviewer_1", "provider", "analyst_a")
		for user, must := range map[string]bool{"admin": true, "security": true, "auditor": true, "steward": true, "reviewer_1": true, "provider": false, "analyst_a": false} {
			_, p := session(t, z, user)
			require.Equal(t, must && demand == enclave.SecondFactorRequired, p.Enrol, "%s under %q", user, demand)
			require.Equal(t, p.Enrol, p.InEffect() != nil)
		}
		before, _ := session(t, z, "admin")
		enrolled(t, z)
		_, err := z.Service.Authenticate(t.Context(), before)
		require.Error(t, err)
	}
	z := enclavetest.New(t)
	cfg := z.Config
	cfg.SecondFactor = "sometimes"
	_, err := enclave.New(t.Context(), cfg)
	require.Error(t, err)
}

// Who resets a lost factor: not its owner, not one person for an officer's, and after it the account logs in by its password alone.
func TestResetOfASecondFactor(t *testing.T) {
	z := enclavetest.New(t)
	_, _, p := enrolled(t, z)
	reset := func(as, name string) (string, enclave.ErrorKind) {
		out, err := z.Service.ResetTOTP(t.Context(), enclavetest.As(as), name)
		return out.State, enclavetest.Kind(err)
	}
	for _, as := range []string{"admin", "steward", "reviewer_1", "provider", "analyst_a"} {
		_, kind := reset(as, "admin")
		require.Equal(t, enclave.KindForbidden, kind, as)
	}
	for range 2 {
		state, _ := reset("security", "admin")
		require.Equal(t, "pending", state)
	}
	z.Clock.Advance(24 * time.Hour)
	state, _ := reset("auditor", "admin")
	require.Equal(t, "pending", state, "the first half is too old")
	state, _ = reset("security", "admin")
	require.Equal(t, "reset", state)
	_, p = session(t, z, "admin")
	require.False(t, p.Enrol)

	n := newcomer(t, z, "n")
	_, err := z.Service.EnrolTOTP(t.Context(), n, api.Password{Password: enclavetest.Password})
	require.NoError(t, err)
	for _, as := range []string{"admin", "auditor"} {
		_, kind := reset(as, n.Account)
		require.Equal(t, enclave.KindForbidden, kind, as)
	}
	state, _ = reset("security", n.Account)
	require.Equal(t, "reset", state)
	z.Check(t)
}

// Whoever tries names that nobody has, or an account that is locked, cannot make the log grow: what changes nothing is told together.
func TestRefusedLoginsAreToldTogether(t *testing.T) {
	z := enclavetest.New(t)
	for range 5 {
		require.Error(t, login(z, "admin", "not the password"))
	}
	before := len(z.Check(t))
	for i := range 30 {
		require.Equal(t, enclave.KindUnauthenticated, enclavetest.Kind(login(z, "nobody_"+string(rune('a'+i%26)), "not the password")))
		require.Equal(t, enclave.KindUnauthenticated, enclavetest.Kind(login(z, "admin", enclavetest.Password)))
	}
	require.Len(t, z.Check(t), before+1)
	z.Restart(t)
	log := z.Check(t)
	require.Len(t, log, before+2, "the rest is told at the end")
	told := 0
	for _, e := range log[before:] {
		require.Equal(t, audit.RoleAnonymous, e.Actor.Role)
		n, err := strconv.Atoi(e.Facts["count"])
		require.NoError(t, err)
		told += n
	}
	require.Equal(t, 60, told)
}

package authn_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/stretchr/testify/require"

	"yumen/internal/authn"
)

// rfc is the secret of the test values of RFC 6238, appendix B.
var rfc = []byte("12345678901234567890")

// The last six digits of the test values of RFC 6238, appendix B, for SHA-1.
func TestCodesOfTheRFC(t *testing.T) {
	for at, code := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"} {
		f, ok := authn.Factor{}.Use(rfc, code, time.Unix(at, 0))
		require.True(t, ok, code)
		require.Equal(t, at/30, f.Step)
	}
}

func appCode(t testing.TB, secret []byte, at time.Time) string {
	code, err := totp.GenerateCode(authn.TOTPText(secret), at)
	require.NoError(t, err)
	return code
}

// A code is good one period early and late, once, and none before it is good after it.
func TestCodesAreGoodOnce(t *testing.T) {
	for skew, want := range map[int]bool{-2: false, -1: true, 0: true, 1: true, 2: false} {
		f := authn.Factor{}
		code := appCode(t, rfc, now.Add(time.Duration(skew)*30*time.Second))
		f, ok := f.Use(rfc, code, now)
		require.Equal(t, want, ok, skew)
		_, ok = f.Use(rfc, code, now)
		require.False(t, ok, "a replay")
	}
	f, ok := authn.Factor{}.Use(rfc, appCode(t, rfc, now.Add(30*time.Second)), now)
	require.True(t, ok)
	for _, back := range []time.Duration{0, -30 * time.Second} {
		_, ok = f.Use(rfc, appCode(t, rfc, now.Add(back)), now)
		require.False(t, ok, "an earlier one after a later one")
	}
	_, ok = authn.Factor{}.Use(rfc, " "+appCode(t, rfc, now)[:3]+" "+appCode(t, rfc, now)[3:]+"\n", now)
	require.True(t, ok, "as people type it")
	other, err := authn.NewTOTP()
	require.NoError(t, err)
	_, ok = authn.Factor{}.Use(other, appCode(t, rfc, now), now)
	require.False(t, ok)
}

func TestRecoveryCodesAreGoodOnce(t *testing.T) {
	codes, hashes, err := authn.NewRecovery()
	require.NoError(t, err)
	require.Len(t, codes, 10)
	f := authn.Factor{Recovery: hashes}
	for i, c := range codes {
		require.NotContains(t, strings.Join(hashes, " "), strings.ReplaceAll(c, "-", ""))
		next, ok := f.Use(rfc, strings.ToLower(c), now)
		require.True(t, ok)
		require.Len(t, f.Recovery, 10-i, "the factor before the use is not changed")
		require.Len(t, next.Recovery, 9-i)
		_, ok = next.Use(rfc, c, now)
		require.False(t, ok)
		f = next
	}
}

func TestTOTPURI(t *testing.T) {
	u, err := url.Parse(authn.TOTPURI(rfc, "Yumen zone_1", "ann"))
	require.NoError(t, err)
	require.Equal(t, "otpauth", u.Scheme)
	require.Equal(t, "totp", u.Host)
	require.Equal(t, "/Yumen zone_1:ann", u.Path)
	require.Equal(t, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", u.Query().Get("secret"))
	require.Equal(t, "SHA1 6 30 Yumen zone_1", fmt.Sprint(u.Query().Get("algorithm"), " ", u.Query().Get("digits"), " ", u.Query().Get("period"), " ", u.Query().Get("issuer")))
}

func FuzzFactorUse(f *testing.F) {
	codes, hashes, err := authn.NewRecovery()
	require.NoError(f, err)
	f.Add("287082")
	f.Add(codes[0])
	f.Add("")
	f.Add(strings.Repeat("1", 100))
	f.Fuzz(func(t *testing.T, code string) {
		before := authn.Factor{Confirmed: 1, Recovery: hashes}
		after, ok := before.Use(rfc, code, time.Unix(59, 0))
		require.Len(t, before.Recovery, 10)
		if !ok {
			require.Equal(t, before, after)
			return
		}
		_, again := after.Use(rfc, code, time.Unix(59, 0))
		require.False(t, again, "a code is good once")
	})
}

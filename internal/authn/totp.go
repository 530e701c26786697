package authn

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
)

// The parameters of codes (RFC 6238): those that every authenticator app takes for granted.
const (
	totpPeriod = 30 // seconds
	totpDigits = 6
	totpSecret = 20 // bytes, the length of SHA-1 (RFC 4226 §4)
	// MaxCode bounds a typed code, in bytes.
	MaxCode = 64
)

// The recovery codes: one-time, for who lost the device.
const (
	recoveryCodes = 10
	recoveryBytes = 10
)

// Factor is what an account remembers of its second factor. It opens nothing: the secret is kept apart, sealed.
type Factor struct {
	Confirmed int64    `json:"confirmed,omitempty"` // Unix seconds; 0 until the first code was shown
	Step      int64    `json:"step,omitempty"`      // of the last code that was used: that one and all before are void
	Recovery  []string `json:"recovery,omitempty"`  // SHA-256 of the recovery codes that are left
}

// Active reports whether a login must show a code.
func (f *Factor) Active() bool { return f != nil && f.Confirmed != 0 }

// NewTOTP makes a secret for codes.
func NewTOTP() ([]byte, error) {
	secret := make([]byte, totpSecret)
	if _, err := rand.Read(secret); err != nil {
		return nil, fmt.Errorf("second factor: %w", err)
	}
	return secret, nil
}

// TOTPText is a secret as it is typed into an authenticator app.
func TOTPText(secret []byte) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)
}

// TOTPURI is a secret as authenticator apps read it, from a QR code or a link.
func TOTPURI(secret []byte, issuer, account string) string {
	q := url.Values{"secret": {TOTPText(secret)}, "issuer": {issuer}, "algorithm": {"SHA1"}, "digits": {fmt.Sprint(totpDigits)}, "period": {fmt.Sprint(totpPeriod)}}
	return (&url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + issuer + ":" + account, RawQuery: q.Encode()}).String()
}

// NewRecovery makes one-time recovery codes, shown once, and what to store of them.
func NewRecovery() (codes, hashes []string, err error) {
	for range recoveryCodes {
		raw := make([]byte, recoveryBytes)
		if _, err := rand.Read(raw); err != nil {
			return nil, nil, fmt.Errorf("recovery codes: %w", err)
		}
		text := crockford.EncodeToString(raw)
		codes = append(codes, text[:4]+"-"+text[4:8]+"-"+text[8:12]+"-"+text[12:])
		hashes = append(hashes, recoveryHash(text))
	}
	return codes, hashes, nil
}

func recoveryHash(text string) string {
	sum := sha256.Sum256([]byte("yumen recovery v1 " + text))
	return hex.EncodeToString(sum[:])
}

// Use reports whether a typed code is good now, and returns the factor as it is after the use. A code of the app is good in its
// period and the one before and after, once; a recovery code is good once.
func (f Factor) Use(secret []byte, code string, now time.Time) (Factor, bool) {
	if len(code) > MaxCode {
		return f, false
	}
	code = strings.NewReplacer("-", "", " ", "").Replace(strings.ToUpper(strings.TrimSpace(code)))
	if len(code) == totpDigits {
		return f.useApp(secret, code, now)
	}
	hash := recoveryHash(strings.NewReplacer("O", "0", "I", "1", "L", "1").Replace(code))
	found := -1
	for i, h := range f.Recovery {
		if subtle.ConstantTimeCompare([]byte(h), []byte(hash)) == 1 {
			found = i
		}
	}
	if found < 0 {
		return f, false
	}
	f.Recovery = slices.Delete(slices.Clone(f.Recovery), found, found+1)
	return f, true
}

func (f Factor) useApp(secret []byte, code string, now time.Time) (Factor, bool) {
	used := int64(-1)
	at := now.Unix() / totpPeriod
	for step := at - 1; step <= at+1; step++ {
		want, err := totp.GenerateCodeCustom(TOTPText(secret), time.Unix(step*totpPeriod, 0),
			totp.ValidateOpts{Period: totpPeriod, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err != nil {
			return f, false
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 && step > f.Step && used < 0 {
			used = step
		}
	}
	if used < 0 {
		return f, false
	}
	f.Step = used
	return f, true
}

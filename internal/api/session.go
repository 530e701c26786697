package api

// Login asks for a session.
type Login struct {
	User     string `json:"user" maxLength:"63"`
	Password string `json:"password" maxLength:"1024"`
	Code     string `json:"code,omitempty" maxLength:"64" doc:"of the second factor, if the account has one; or a recovery code"`
}

// Session is an open session. Token is shown once, here.
type Session struct {
	ID      string `json:"id"`
	Token   string `json:"token"`
	Expires int64  `json:"expires" doc:"unix seconds"`
	Account Whoami `json:"account"`
}

// Whoami says who the caller is.
type Whoami struct {
	Account      string `json:"account"`
	Person       string `json:"person"`
	Organization string `json:"organization"`
	LegalGroup   string `json:"legal_group"`
	Role         string `json:"role" doc:"the confirmed role; empty while the security administrator has not confirmed it"`
	Zone         string `json:"zone"`
	Jurisdiction string `json:"jurisdiction"`
	Environment  string `json:"environment" enum:"production,development" doc:"in a development zone all data are synthetic"`
	MustEnrol    bool   `json:"must_enrol,omitempty" doc:"a second factor must be enrolled before anything else"`
}

// Activation sets the first password of an account with its one-time code.
type Activation struct {
	User     string `json:"user" maxLength:"63"`
	Code     string `json:"code" maxLength:"128"`
	Password string `json:"password" maxLength:"1024"`
}

// KeyRegistration registers the public half of a reviewer's signing key.
type KeyRegistration struct {
	PublicKey string `json:"public_key" maxLength:"128" doc:"Ed25519, base64"`
}

// Key is a registered signing key.
type Key struct {
	ID        string `json:"id"`
	Account   string `json:"account"`
	PublicKey string `json:"public_key"`
	State     string `json:"state" enum:"pending,confirmed,revoked"`
}

// Keys lists signing keys.
type Keys struct {
	Items []Key `json:"items"`
}

// OpenSession is one session of an account, without its token.
type OpenSession struct {
	ID      string `json:"id"`
	Account string `json:"account"`
	Address string `json:"address,omitempty" doc:"where its login came from"`
	Created int64  `json:"created" doc:"unix seconds"`
	Seen    int64  `json:"seen" doc:"its last use, within half a minute; unix seconds"`
	Expires int64  `json:"expires" doc:"unix seconds, if it is not used again"`
	Current bool   `json:"current" doc:"the one that asks"`
}

// Sessions lists open sessions.
type Sessions struct {
	Items []OpenSession `json:"items"`
}

// PasswordChange sets a new password.
type PasswordChange struct {
	Password string `json:"password" maxLength:"1024"`
	New      string `json:"new" maxLength:"1024"`
}

// Reason is why something is done.
type Reason struct {
	Reason string `json:"reason" minLength:"1" maxLength:"500"`
}

// ActivationCode is a new one-time code of an account, shown once.
type ActivationCode struct {
	Account string `json:"account"`
	Code    string `json:"activation_code"`
}

// Health is what a health check is answered with.
type Health struct {
	Status string `json:"status"` // ok
}

// Password proves that the caller is the person behind the session.
type Password struct {
	Password string `json:"password" maxLength:"1024"`
}

// TOTP is the secret of an authenticator app, shown once.
type TOTP struct {
	URI    string `json:"uri" doc:"otpauth URI, for a link or a QR code"`
	Secret string `json:"secret" doc:"base32, to be typed"`
}

// Code is a code of the second factor.
type Code struct {
	Code string `json:"code" maxLength:"64"`
}

// FactorConfirmed is what a second factor begins with. The codes are shown once, here; the session takes the place of all others.
type FactorConfirmed struct {
	RecoveryCodes []string `json:"recovery_codes"`
	Session       Session  `json:"session"`
}

// FactorReset says how far the reset of a second factor is.
type FactorReset struct {
	Account string `json:"account"`
	State   string `json:"state" enum:"pending,reset"`
}

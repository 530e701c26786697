package api

// Login asks for a session.
type Login struct {
	User     string `json:"user" maxLength:"63"`
	Password string `json:"password" maxLength:"1024"`
}

// Session is an open session. Token is shown once, here.
type Session struct {
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

package enclave_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/internal/api"
)

// publicKey is a new key to register.
func publicKey(t *testing.T) api.KeyRegistration {
	public, _, err := ed25519.GenerateKey(nil)
	require.NoError(t, err)
	return api.KeyRegistration{PublicKey: base64.StdEncoding.EncodeToString(public)}
}

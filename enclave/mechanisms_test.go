package enclave_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/enclave"
	"yumen/enclave/audit"
	"yumen/enclave/enclavetest"
	"yumen/internal/api"
)

// page is how each mechanism stands.
func page(t *testing.T, z *enclavetest.Zone) map[string]string {
	t.Helper()
	out := map[string]string{}
	v, err := z.Service.Mechanisms(t.Context(), enclavetest.As("security"))
	require.NoError(t, err)
	for _, m := range v.Items {
		require.NotEmpty(t, m.Note.Zh, m.ID)
		require.NotEmpty(t, m.Note.En, m.ID)
		require.Equal(t, m.State != "ok", m.Remedy.En != "", m.ID)
		out[m.ID] = m.State
	}
	whole, err := json.Marshal(v)
	require.NoError(t, err)
	for _, secret := range []string{"argon2", "correct horse", enclavetest.As("analyst_a").Person, "SELECT"} {
		require.NotContains(t, string(whole), secret)
	}
	return out
}

// Each of the six mechanisms is on the health page, and whichever is disabled is shown to be.
func TestXM_47b_TheHealthPageShowsWhatIsDisabled(t *testing.T) {
	for _, c := range []struct {
		mechanism, state string
		disable          func(t *testing.T, z *enclavetest.Zone)
	}{
		{"none of them", "", func(*testing.T, *enclavetest.Zone) {}},
		{"authentication", "weak", func(t *testing.T, z *enclavetest.Zone) {
			z.Restart(t, func(c *enclave.Config) { c.SecondFactor = enclave.SecondFactorEnrolled })
		}},
		{"emergency", "off", func(t *testing.T, z *enclavetest.Zone) {
			_, err := z.Service.SuspendAccount(t.Context(), enclavetest.As("security"), "admin", api.Reason{Reason: "x"})
			require.NoError(t, err)
		}},
		{"backup", "weak", func(_ *testing.T, z *enclavetest.Zone) { z.Clock.Advance(26 * time.Hour) }},
		{"backup", "off", func(_ *testing.T, z *enclavetest.Zone) { z.Clock.Advance(9 * 24 * time.Hour) }},
		{"security_audit", "off", func(t *testing.T, z *enclavetest.Zone) {
			_, err := z.Service.SuspendAccount(t.Context(), enclavetest.As("security"), "auditor", api.Reason{Reason: "x"})
			require.NoError(t, err)
		}},
		{"security_audit", "off", func(t *testing.T, z *enclavetest.Zone) { tamper(t, z, "DELETE FROM documents WHERE kind = 'decision'") }},
		{"log_audit", "off", func(t *testing.T, z *enclavetest.Zone) {
			tamper(t, z, "UPDATE audit_entries SET entry = CAST(replace(CAST(entry AS TEXT), '\"outcome\":\"issued\"', '\"outcome\":\"expired\"') AS BLOB)")
		}},
		{"tracing", "off", func(t *testing.T, z *enclavetest.Zone) {
			tamper(t, z, `UPDATE documents SET doc = CAST(replace(CAST(doc AS TEXT), '"receipt":"', '"receipt":" ') AS BLOB) WHERE kind = 'release'`)
		}},
	} {
		t.Run(c.mechanism+" "+c.state, func(t *testing.T) {
			z := enclavetest.New(t, func(c *enclave.Config) { c.SecondFactor = enclave.SecondFactorRequired })
			z.Activate(t, "security", "auditor")
			a := enclavetest.As("analyst_a")
			require.Equal(t, "released", z.Ask(t, a, z.Grant(t, a), north).State)
			require.Equal(t, "weak", page(t, z)["backup"], "there never was one")
			require.NoError(t, z.Store.Update(t.Context(), func(tx enclave.Tx) error {
				_, err := audit.Append(tx, audit.Entry{Time: z.Clock.Now().UnixMilli(), Action: audit.ActionBackupMake, Actor: audit.System(), Outcome: "made", Class: audit.Class5Years})
				return err
			}))
			want := map[string]string{"authentication": "ok", "emergency": "ok", "backup": "ok", "security_audit": "ok", "log_audit": "ok", "tracing": "ok"}
			require.Equal(t, want, page(t, z))
			c.disable(t, z)
			if c.state != "" {
				want[c.mechanism] = c.state
			}
			require.Equal(t, want, page(t, z))
			_, err := z.Service.Mechanisms(context.Background(), a)
			require.Equal(t, enclave.KindForbidden, enclavetest.Kind(err))
		})
	}
}

// tamper changes the store past every check.
func tamper(t *testing.T, z *enclavetest.Zone, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(z.Dir, "meta.db"))
	require.NoError(t, err)
	defer db.Close()
	for _, guard := range strings.Fields("audit_entries_dense audit_entries_kept audit_entries_stay") {
		_, err := db.Exec("DROP TRIGGER IF EXISTS " + guard)
		require.NoError(t, err)
	}
	r, err := db.Exec(statement)
	require.NoError(t, err)
	n, err := r.RowsAffected()
	require.NoError(t, err)
	require.Positive(t, n)
}

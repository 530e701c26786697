package enclavetest

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave"
	"yumen/enclave/receipt"
	"yumen/internal/api"
)

// People are the accounts of a zone under test: two providers, two banks of one legal group, a bank of another, and the zone's staff.
// Nobody but the administrator has a password until a test activates one.
var People = []enclave.Principal{
	{Account: "admin", Person: "op-admin", Organization: "operator", Type: catalog.OrganizationOperator, LegalGroup: "operator", Role: "administrator"},
	{Account: "security", Person: "op-security", Organization: "operator", Type: catalog.OrganizationOperator, LegalGroup: "operator", Role: "security_administrator"},
	{Account: "auditor", Person: "op-auditor", Organization: "operator", Type: catalog.OrganizationOperator, LegalGroup: "operator", Role: "auditor"},
	{Account: "steward", Person: "op-steward", Organization: "operator", Type: catalog.OrganizationOperator, LegalGroup: "operator", Role: "steward"},
	{Account: "reviewer_1", Person: "op-reviewer-1", Organization: "operator", Type: catalog.OrganizationOperator, LegalGroup: "operator", Role: "egress_reviewer"},
	{Account: "reviewer_2", Person: "op-reviewer-2", Organization: "operator", Type: catalog.OrganizationOperator, LegalGroup: "operator", Role: "egress_reviewer"},
	{Account: "provider", Person: "pr-1", Organization: "bureau", Type: catalog.OrganizationProvider, LegalGroup: "bureau", Role: "provider"},
	{Account: "provider_2", Person: "pr-2", Organization: "court", Type: catalog.OrganizationProvider, LegalGroup: "court", Role: "provider"},
	{Account: "analyst_a", Person: "a-1", Organization: "bank_a", Type: catalog.OrganizationInstitution, LegalGroup: "group_a", Role: "analyst"},
	{Account: "analyst_a2", Person: "a-2", Organization: "bank_a", Type: catalog.OrganizationInstitution, LegalGroup: "group_a", Role: "analyst"},
	{Account: "analyst_s", Person: "s-1", Organization: "bank_s", Type: catalog.OrganizationInstitution, LegalGroup: "group_a", Role: "analyst"},
	{Account: "analyst_b", Person: "b-1", Organization: "bank_b", Type: catalog.OrganizationInstitution, LegalGroup: "group_b", Role: "analyst"},
}

// Organizations declares the organizations of People.
const Organizations = `apiVersion: yumen/v1
kind: Organization
metadata: {name: bureau}
spec: {title: {zh: 数据局, en: Bureau}, type: provider}
---
apiVersion: yumen/v1
kind: Organization
metadata: {name: court}
spec: {title: {zh: 法院, en: Court}, type: provider}
---
apiVersion: yumen/v1
kind: Organization
metadata: {name: bank_a}
spec: {title: {zh: 甲银行, en: Bank A}, type: institution, legalGroup: group_a, admitted: true}
---
apiVersion: yumen/v1
kind: Organization
metadata: {name: bank_s}
spec: {title: {zh: 甲银行之子公司, en: Subsidiary of bank A}, type: institution, legalGroup: group_a, admitted: true}
---
apiVersion: yumen/v1
kind: Organization
metadata: {name: bank_b}
spec: {title: {zh: 乙银行, en: Bank B}, type: institution, legalGroup: group_b, admitted: true}
`

// Calendar2027 imports the working days of a year that the program does not bring.
const Calendar2027 = `apiVersion: yumen/v1
kind: Calendar
metadata: {name: "2027"}
spec:
  source: a paper of the test
  off: ["2027-01-01", "2027-02-05", "2027-02-06", "2027-02-07", "2027-02-08", "2027-02-09", "2027-02-10", "2027-02-11"]
  work: ["2027-01-31", "2027-02-14"]
`

// As is one of People.
func As(account string) enclave.Principal {
	i := slices.IndexFunc(People, func(p enclave.Principal) bool { return p.Account == account })
	if i < 0 {
		panic("enclavetest: nobody has the account " + account)
	}
	return People[i]
}

// AccountYAML declares the account of a person.
func AccountYAML(p enclave.Principal) string {
	return fmt.Sprintf("apiVersion: yumen/v1\nkind: Account\nmetadata: {name: %s}\nspec: {organization: %s, person: %s, role: %s, title: {zh: 职务, en: Duty}}\n",
		p.Account, p.Organization, p.Person, p.Role)
}

// settle declares and confirms everybody.
func (z *Zone) settle(t testing.TB) {
	t.Helper()
	z.codes = z.Apply(t, "admin", AccountYAML(As("security"))+"---\n"+AccountYAML(As("auditor"))+"---\n"+Organizations)
	var docs []string
	for _, p := range People[3:] {
		docs = append(docs, AccountYAML(p))
	}
	all := strings.Join(docs, "---\n")
	maps.Copy(z.codes, z.Apply(t, "admin", all))
	z.Apply(t, "security", all)
}

// Apply declares documents as somebody, and returns the activation codes.
func (z *Zone) Apply(t testing.TB, as, docs string) map[string]string {
	t.Helper()
	out, err := z.Service.Apply(t.Context(), As(as), api.Apply{Documents: docs})
	require.NoError(t, err)
	codes := map[string]string{}
	for _, r := range out.Results {
		codes[r.Name] = r.ActivationCode
	}
	return codes
}

// Seen is the digest of the version of a dataset or computation that whoever looks at it now sees.
func (z *Zone) Seen(t testing.TB, kind, name string) string {
	t.Helper()
	r, err := z.Service.Resource(t.Context(), As("steward"), kind, name)
	require.NoError(t, err)
	return r.Digest
}

// Regulator declares the zone's regulator with one person, and confirms him.
func (z *Zone) Regulator(t testing.TB) enclave.Principal {
	t.Helper()
	p := enclave.Principal{Account: "watch", Person: "re-1", Organization: "bureau_r", Type: catalog.OrganizationRegulator, LegalGroup: "bureau_r", Role: "regulator"}
	maps.Copy(z.codes, z.Apply(t, "admin", "apiVersion: yumen/v1\nkind: Organization\nmetadata: {name: bureau_r}\nspec: {title: {zh: 监管, en: Regulator}, type: regulator}\n---\n"+AccountYAML(p)))
	_, err := z.Service.ConfirmAccount(t.Context(), As("security"), p.Account)
	require.NoError(t, err)
	return p
}

// Activate gives people a password: Password.
func (z *Zone) Activate(t testing.TB, accounts ...string) {
	t.Helper()
	for _, name := range accounts {
		require.NoError(t, z.Service.Activate(t.Context(), api.Activation{User: name, Code: z.codes[name], Password: Password}))
	}
}

// Bank makes an institution of its own legal group, with an analyst and a grant on all columns.
func (z *Zone) Bank(t testing.TB) (p enclave.Principal, grant string) {
	t.Helper()
	z.banks++
	name := fmt.Sprintf("bank_%d", z.banks)
	p = enclave.Principal{Account: "analyst_of_" + name, Person: "an-" + name, Organization: name, Type: catalog.OrganizationInstitution, LegalGroup: name, Role: "analyst"}
	z.Apply(t, "admin", fmt.Sprintf("apiVersion: yumen/v1\nkind: Organization\nmetadata: {name: %s}\nspec: {title: {zh: 银行, en: Bank}, type: institution, legalGroup: %s, admitted: true}\n---\n", name, name)+AccountYAML(p))
	_, err := z.Service.ConfirmAccount(t.Context(), As("security"), p.Account)
	require.NoError(t, err)
	return p, z.Grant(t, p)
}

type signer struct {
	*receipt.Signer
	key string
}

// Signer makes a reviewer's key and registers it; confirm makes it count.
func (z *Zone) Signer(t testing.TB, p enclave.Principal, confirm bool) *receipt.Signer {
	t.Helper()
	if s, have := z.signers[p.Account]; have {
		return s.Signer
	}
	_, private, err := ed25519.GenerateKey(nil)
	require.NoError(t, err)
	s, err := receipt.NewSigner(private)
	require.NoError(t, err)
	k, err := z.Service.RegisterKey(t.Context(), p, api.KeyRegistration{PublicKey: base64.StdEncoding.EncodeToString(s.Public())})
	require.NoError(t, err)
	if confirm {
		by := "security"
		if p.Account == by {
			by = "auditor" // nobody confirms his own key
		}
		_, err = z.Service.ConfirmKey(t.Context(), As(by), k.ID)
		require.NoError(t, err)
	}
	z.signers[p.Account] = signer{s, k.ID}
	return s
}

// Ballot is a vote about what a reviewer was shown, signed with his key.
func (z *Zone) Ballot(t testing.TB, p enclave.Principal, seen api.ReviewDetail, verdict receipt.Verdict, reasons ...string) api.VoteRequest {
	t.Helper()
	s := z.Signer(t, p, true)
	id, err := s.KeyID()
	require.NoError(t, err)
	env, err := receipt.SignVote(s, receipt.Vote{Run: seen.Run, Artefact: catalog.Digest(seen.ArtefactDigest), RiskReport: catalog.Digest(seen.ReportDigest),
		Policy: catalog.Digest(seen.PolicyDigest), Verdict: verdict, Reasons: reasons, Key: id, Time: z.Clock.Now().UTC().Truncate(time.Second),
		Voter: receipt.Voter{Account: p.Account, Person: p.Person, Organization: p.Organization}})
	require.NoError(t, err)
	b, err := json.Marshal(env)
	require.NoError(t, err)
	return api.VoteRequest{Envelope: b}
}

// Vote looks at a run and votes on it.
func (z *Zone) Vote(t testing.TB, account, run string, verdict receipt.Verdict, reasons ...string) error {
	t.Helper()
	seen, err := z.Service.ReviewDetail(t.Context(), As(account), run)
	require.NoError(t, err)
	_, err = z.Service.Vote(t.Context(), As(account), run, z.Ballot(t, As(account), seen, verdict, reasons...))
	return err
}

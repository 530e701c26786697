package enclave_test

import (
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave"
	"yumen/enclave/enclavetest"
	"yumen/internal/api"
	"yumen/policy"
)

func TestNewRefusesAMissingPart(t *testing.T) {
	z := enclavetest.New(t)
	for _, part := range []string{"Store", "Decider", "Runner", "Snapshots", "Artefacts", "Keys", "Clock", "Log", "Level", "Engine"} {
		cfg := z.Config
		reflect.ValueOf(&cfg).Elem().FieldByName(part).SetZero()
		s, err := enclave.New(t.Context(), cfg)
		require.Error(t, err, part)
		require.Nil(t, s, part)
	}
	cfg := z.Config
	cfg.Engine = &policy.Engine{}
	_, err := enclave.New(t.Context(), cfg)
	require.Error(t, err, "a digest that is none")

	cfg = z.Config
	cfg.Store = enclavetest.OpenStore(t, t.TempDir()+"/empty.db")
	_, err = enclave.New(t.Context(), cfg)
	require.ErrorContains(t, err, "init", "a store without a zone")
}

// call is a method of the service as somebody calls it. An empty list is as good as a refusal.
type call struct {
	name string
	do   func(p enclave.Principal) (seen int, err error)
}

// calls are all methods that take a principal, but for those that need no confirmed role.
func calls(t *testing.T, z *enclavetest.Zone, grant, waiting, released string) []call {
	s, ctx := z.Service, t.Context()
	rel := release(t, z, released)
	app := z.Records(t, "application")[0].ID
	zero := func(_ any, err error) (int, error) { return 1, err }
	arriving := begun(t, z, enclavetest.CSV(enclavetest.ClientRows())).ID
	return []call{
		{"Upload", func(p enclave.Principal) (int, error) { return zero(s.Upload(ctx, p, arriving)) }},
		{"PutPart", func(p enclave.Principal) (int, error) {
			return zero(s.PutPart(ctx, p, arriving, 0, strings.NewReader("")))
		}},
		{"FinishUpload", func(p enclave.Principal) (int, error) { return zero(s.FinishUpload(ctx, p, arriving)) }},
		{"RemoveUpload", func(p enclave.Principal) (int, error) { return 1, s.RemoveUpload(ctx, p, arriving) }},
		{"Apply", func(p enclave.Principal) (int, error) {
			return zero(s.Apply(ctx, p, api.Apply{Documents: organization("x")}))
		}},
		{"Resources", func(p enclave.Principal) (int, error) {
			v, err := s.Resources(ctx, p, "Dataset")
			return len(v.Items), err
		}},
		{"Resource", func(p enclave.Principal) (int, error) { return zero(s.Resource(ctx, p, "Dataset", "clients")) }},
		{"Delete", func(p enclave.Principal) (int, error) { return 1, s.Delete(ctx, p, "Dataset", "clients") }},
		{"ConfirmAccount", func(p enclave.Principal) (int, error) { return zero(s.ConfirmAccount(ctx, p, "waiting")) }},
		{"Sessions", func(p enclave.Principal) (int, error) { return zero(s.Sessions(ctx, p, "waiting")) }},
		{"RevokeSessions", func(p enclave.Principal) (int, error) { return 1, s.RevokeSessions(ctx, p, "waiting") }},
		{"SuspendAccount", func(p enclave.Principal) (int, error) {
			return zero(s.SuspendAccount(ctx, p, "waiting", api.Reason{Reason: "x"}))
		}},
		{"ResumeAccount", func(p enclave.Principal) (int, error) { return zero(s.ResumeAccount(ctx, p, "waiting")) }},
		{"ResetAccount", func(p enclave.Principal) (int, error) { return zero(s.ResetAccount(ctx, p, "waiting")) }},
		{"ResetTOTP", func(p enclave.Principal) (int, error) { return zero(s.ResetTOTP(ctx, p, "waiting")) }},
		{"Freeze", func(p enclave.Principal) (int, error) {
			return zero(s.Freeze(ctx, p, api.FreezeRequest{Kind: "dataset", Name: "clients", Reason: "x"}))
		}},
		{"Unfreeze", func(p enclave.Principal) (int, error) {
			return zero(s.Unfreeze(ctx, p, api.FreezeRequest{Kind: "runs"}))
		}},
		{"Seal", func(p enclave.Principal) (int, error) {
			return zero(s.Seal(ctx, p, "clients", api.Reason{Reason: "x"}))
		}},
		{"Unseal", func(p enclave.Principal) (int, error) {
			return zero(s.Unseal(ctx, p, "clients", api.Reason{Reason: "x"}))
		}},
		{"Sanction", func(p enclave.Principal) (int, error) {
			return zero(s.Sanction(ctx, p, api.SanctionRequest{Kind: "termination", Organization: "bank_b", Reason: "x"}))
		}},
		{"ActOnSanction", func(p enclave.Principal) (int, error) {
			return zero(s.ActOnSanction(ctx, p, "sanction_00000000000000000000000000000000", api.SanctionAct{Act: "lift", Reason: "x"}))
		}},
		{"Instruct", func(p enclave.Principal) (int, error) {
			return zero(s.Instruct(ctx, p, api.InstructionRequest{Document: "1", Demand: "report", Text: "x"}))
		}},
		{"ActOnInstruction", func(p enclave.Principal) (int, error) {
			return zero(s.ActOnInstruction(ctx, p, "ins_00000000000000000000000000000000", api.InstructionAct{Act: "acknowledge"}))
		}},
		{"Instructions", func(p enclave.Principal) (int, error) { return zero(s.Instructions(ctx, p)) }},
		{"Instruction", func(p enclave.Principal) (int, error) {
			return zero(s.Instruction(ctx, p, "ins_00000000000000000000000000000000"))
		}},
		{"Mechanisms", func(p enclave.Principal) (int, error) {
			v, err := s.Mechanisms(ctx, p)
			return len(v.Items), err
		}},
		{"Sanctions", func(p enclave.Principal) (int, error) {
			v, err := s.Sanctions(ctx, p)
			return len(v.Items), err
		}},
		{"Policy", func(p enclave.Principal) (int, error) { return zero(s.Policy(ctx, p)) }},
		{"LoadPolicy", func(p enclave.Principal) (int, error) {
			return zero(s.LoadPolicy(ctx, p, api.PolicyLoad{Revision: "2027.01.01-1", Archive: []byte("x")}))
		}},
		{"TestPolicy", func(p enclave.Principal) (int, error) {
			return zero(s.TestPolicy(ctx, p, api.PolicyArchive{Archive: []byte("x")}))
		}},
		{"ReplayPolicy", func(p enclave.Principal) (int, error) {
			return zero(s.ReplayPolicy(ctx, p, api.PolicyReplay{Limit: 1}))
		}},
		{"ShadowPolicy", func(p enclave.Principal) (int, error) {
			return zero(s.ShadowPolicy(ctx, p, api.PolicyReplay{Archive: []byte("x")}))
		}},
		{"RecordAuthorizations", func(p enclave.Principal) (int, error) {
			return zero(s.RecordAuthorizations(ctx, p, api.Authorizations{Dataset: "clients", Organization: "bank_a", Scenario: "x", Purpose: "x",
				Document: "id,evidence,not_after\n7,sha256:" + strings.Repeat("a", 64) + ",2030-01-31\n"}))
		}},
		{"WithdrawAuthorizations", func(p enclave.Principal) (int, error) {
			return zero(s.WithdrawAuthorizations(ctx, p, api.Authorizations{Dataset: "clients", Organization: "bank_a", Scenario: "x", Purpose: "x", Document: "id\n7\n"}))
		}},
		{"Registers", func(p enclave.Principal) (int, error) { v, err := s.Registers(ctx, p); return len(v.Items), err }},
		{"Freezes", func(p enclave.Principal) (int, error) { return zero(s.Freezes(ctx, p)) }},
		{"RegisterKey", func(p enclave.Principal) (int, error) { return zero(s.RegisterKey(ctx, p, publicKey(t))) }},
		{"ConfirmKey", func(p enclave.Principal) (int, error) {
			return zero(s.ConfirmKey(ctx, p, z.Records(t, "signing_key")[0].ID))
		}},
		{"SigningKeys", func(p enclave.Principal) (int, error) { v, err := s.SigningKeys(ctx, p); return len(v.Items), err }},
		{"ReviewDataset", func(p enclave.Principal) (int, error) {
			return zero(s.ReviewDataset(ctx, p, "clients_w", api.Review{Digest: z.Seen(t, "Dataset", "clients_w"), Approve: true}))
		}},
		{"ReviewComputation", func(p enclave.Principal) (int, error) {
			return zero(s.ReviewComputation(ctx, p, "by_city", api.Review{Digest: z.Seen(t, "Computation", "by_city"), Approve: true}))
		}},
		{"CertifyComputation", func(p enclave.Principal) (int, error) {
			return zero(s.CertifyComputation(ctx, p, "by_city", api.Certify{Digest: z.Seen(t, "Computation", "by_city")}))
		}},
		{"Computation", func(p enclave.Principal) (int, error) { return zero(s.Computation(ctx, p, "by_city")) }},
		{"Snapshots", func(p enclave.Principal) (int, error) {
			v, err := s.Snapshots(ctx, p, "clients")
			return len(v.Items), err
		}},
		{"SearchDatasets", func(p enclave.Principal) (int, error) {
			v, err := s.SearchDatasets(ctx, p, api.CatalogQuery{})
			return len(v.Items), err
		}},
		{"DatasetVersions", func(p enclave.Principal) (int, error) { return zero(s.DatasetVersions(ctx, p, "clients")) }},
		{"DatasetLineage", func(p enclave.Principal) (int, error) { return zero(s.DatasetLineage(ctx, p, "clients", "")) }},
		{"ReleaseLineage", func(p enclave.Principal) (int, error) { return zero(s.ReleaseLineage(ctx, p, rel)) }},
		{"BeginUpload", func(p enclave.Principal) (int, error) {
			v, err := s.BeginUpload(ctx, p, "clients", api.UploadRequest{Size: 3, Digest: string(catalog.DigestOf([]byte("abc")))})
			if err == nil {
				err = s.RemoveUpload(ctx, p, v.ID)
			}
			return 1, err
		}},
		{"PromoteComputation", func(p enclave.Principal) (int, error) { return zero(s.PromoteComputation(ctx, p, "by_city")) }},
		{"ReceiveComputation", func(p enclave.Principal) (int, error) {
			return zero(s.ReceiveComputation(ctx, p, "by_city", api.Promotion{Document: "{}"}))
		}},
		{"BeginTwin", func(p enclave.Principal) (int, error) {
			return zero(s.BeginTwin(ctx, p, "clients", api.Twin{Rows: 1, Seed: 1}))
		}},
		{"BeginPull", func(p enclave.Principal) (int, error) { return zero(s.BeginPull(ctx, p, "clients")) }},
		{"TopUp", func(p enclave.Principal) (int, error) {
			return zero(s.TopUp(ctx, p, api.TopUpRequest{Group: "group_a", Entity: "person", Grade: 2, Days: 30, Units: 1, Reason: "x"}))
		}},
		{"ExceptSupply", func(p enclave.Principal) (int, error) {
			return zero(s.ExceptSupply(ctx, p, "clients", api.SupplyException{Reason: "x"}))
		}},
		{"DestroySnapshots", func(p enclave.Principal) (int, error) {
			return zero(s.DestroySnapshots(ctx, p, "clients", api.DestroyRequest{Reason: "x"}))
		}},
		{"LoadDataset", func(p enclave.Principal) (int, error) {
			return zero(s.LoadDataset(ctx, p, "clients", strings.NewReader(enclavetest.CSV(enclavetest.ClientRows())), ""))
		}},
		{"LoadBatch", func(p enclave.Principal) (int, error) {
			return zero(s.LoadBatch(ctx, p, "clients", strings.NewReader(enclavetest.CSV(enclavetest.ClientRows())), enclave.Supply{}))
		}},
		{"SuggestDataset", func(p enclave.Principal) (int, error) {
			return zero(s.SuggestDataset(ctx, p, "proposed", strings.NewReader(enclavetest.CSV(enclavetest.ClientRows())), ""))
		}},
		{"SubmitApplication", func(p enclave.Principal) (int, error) { return zero(s.SubmitApplication(ctx, p, enclavetest.Wanted())) }},
		{"Applications", func(p enclave.Principal) (int, error) { v, err := s.Applications(ctx, p); return len(v.Items), err }},
		{"Application", func(p enclave.Principal) (int, error) { return zero(s.Application(ctx, p, app)) }},
		{"ReviewApplication", func(p enclave.Principal) (int, error) {
			return zero(s.ReviewApplication(ctx, p, app, api.Review{Version: 1, Approve: true}))
		}},
		{"ResubmitApplication", func(p enclave.Principal) (int, error) {
			return zero(s.ResubmitApplication(ctx, p, app, enclavetest.Wanted()))
		}},
		{"WithdrawApplication", func(p enclave.Principal) (int, error) { return zero(s.WithdrawApplication(ctx, p, app)) }},
		{"SuspendGrant", func(p enclave.Principal) (int, error) { return zero(s.SuspendGrant(ctx, p, grant, api.GrantAct{})) }},
		{"ResumeGrant", func(p enclave.Principal) (int, error) { return zero(s.ResumeGrant(ctx, p, grant, api.GrantAct{})) }},
		{"TerminateGrant", func(p enclave.Principal) (int, error) {
			return zero(s.TerminateGrant(ctx, p, grant, api.GrantAct{}))
		}},
		{"Grants", func(p enclave.Principal) (int, error) { v, err := s.Grants(ctx, p); return len(v.Items), err }},
		{"Grant", func(p enclave.Principal) (int, error) { return zero(s.Grant(ctx, p, grant)) }},
		{"Check", func(p enclave.Principal) (int, error) {
			v, err := s.Check(ctx, p, api.RunRequest{Grant: grant, SQL: north})
			return len(v.Columns), err
		}},
		{"Submit", func(p enclave.Principal) (int, error) {
			v, err := s.Submit(ctx, p, api.RunRequest{Grant: grant, SQL: north}, "")
			return int(v.Grade), err
		}},
		{"Runs", func(p enclave.Principal) (int, error) {
			v, err := s.Runs(ctx, p, api.Page{})
			v.Items = slices.DeleteFunc(v.Items, func(r api.Run) bool { return r.State == "refused" }) // everybody's own
			return len(v.Items), err
		}},
		{"Run", func(p enclave.Principal) (int, error) { return zero(s.Run(ctx, p, released)) }},
		{"Watch", func(p enclave.Principal) (int, error) { return zero(s.Watch(ctx, p, released)) }},
		{"Withdraw", func(p enclave.Principal) (int, error) { return zero(s.Withdraw(ctx, p, waiting)) }},
		{"Resubmit", func(p enclave.Principal) (int, error) { return zero(s.Resubmit(ctx, p, waiting, "note")) }},
		{"Budget", func(p enclave.Principal) (int, error) { v, err := s.Budget(ctx, p, ""); return len(v.Items), err }},
		{"Ledger", func(p enclave.Principal) (int, error) { v, err := s.Ledger(ctx, p); return len(v.Items), err }},
		{"Releases", func(p enclave.Principal) (int, error) {
			v, err := s.Releases(ctx, p, api.Page{})
			return len(v.Items), err
		}},
		{"Collect", func(p enclave.Principal) (int, error) { return zero(s.Collect(ctx, p, rel)) }},
		{"Reviews", func(p enclave.Principal) (int, error) { v, err := s.Reviews(ctx, p); return len(v.Items), err }},
		{"ReviewDetail", func(p enclave.Principal) (int, error) { return zero(s.ReviewDetail(ctx, p, waiting)) }},
		{"Vote", func(p enclave.Principal) (int, error) {
			seen, err := s.ReviewDetail(ctx, enclavetest.As("reviewer_1"), waiting)
			require.NoError(t, err)
			return zero(s.Vote(ctx, p, waiting, z.Ballot(t, enclavetest.As("reviewer_1"), seen, "approve")))
		}},
		{"AuditEntries", func(p enclave.Principal) (int, error) { return zero(s.AuditEntries(ctx, p, 0, 1)) }},
		{"AuditExport", func(p enclave.Principal) (int, error) { return zero(s.AuditExport(ctx, p, io.Discard)) }},
	}
}

func release(t *testing.T, z *enclavetest.Zone, run string) string {
	for _, r := range z.Records(t, "release") {
		if strings.Contains(string(r.Doc), run) {
			return r.ID
		}
	}
	t.Fatal("no release")
	return ""
}

// open are the methods of the service that need no confirmed role. Figures and Life are for the wiring; no door shows them.
var open = []string{"Activate", "Authenticate", "ChangePassword", "Checkpoint", "Close", "ConfirmTOTP", "EnrolTOTP", "Figures", "Lapse", "Life", "Login", "Logout", "PublicCatalog", "PublicKeys", "Ready", "RevokeSession", "RotateSession",
	"While", "Whoami", "Zone"}

// Whatever role waits for its confirmation, its account may do nothing: neither change nor see anything.
func TestUnconfirmedMayDoNothing(t *testing.T) {
	z := enclavetest.New(t)
	z.Signer(t, enclavetest.As("reviewer_1"), true)
	z.Apply(t, "admin", enclavetest.AccountYAML(enclave.Principal{Account: "waiting", Person: "p-w", Organization: "bank_a", Role: "analyst"}))
	z.Apply(t, "provider", dataset("w"))
	a := enclavetest.As("analyst_a")
	grant := z.Grant(t, a)
	z.Declare(t, a, enclavetest.ByCity("by_city"))
	released := z.Ask(t, a, grant, north).Run
	q, grantQ := z.Bank(t)
	waiting := z.Ask(t, q, grantQ, byKind).Run
	all := calls(t, z, grant, waiting, released)

	known := map[string]bool{}
	for _, name := range open {
		known[name] = true
	}
	for _, c := range all {
		known[c.name] = true
	}
	for m := range reflect.TypeOf(z.Service).Methods() {
		require.True(t, known[m.Name], "nobody tests who may call %s", m.Name)
	}

	for _, p := range enclavetest.People {
		p.Role = ""
		for _, c := range all {
			before := len(z.Records(t, "run")) + len(z.Records(t, "application")) + len(z.Records(t, "signing_key")) + len(z.Records(t, "snapshot"))
			seen, err := c.do(p)
			if err == nil {
				require.Zero(t, seen, "%s by %s", c.name, p.Account)
				continue
			}
			require.Contains(t, []enclave.ErrorKind{enclave.KindForbidden, enclave.KindNotFound, enclave.KindConflict}, enclavetest.Kind(err), "%s by %s: %v", c.name, p.Account, err)
			after := len(z.Records(t, "run")) + len(z.Records(t, "application")) + len(z.Records(t, "signing_key")) + len(z.Records(t, "snapshot"))
			require.Equal(t, before, after)
		}
	}
	require.Equal(t, "in_review", z.State(t, waiting))
	for _, c := range all {
		if c.name == "RemoveUpload" {
			_, err := c.do(enclavetest.As("provider"))
			require.NoError(t, err)
		}
	}
	z.Check(t)
}

// Who may do it with a confirmed role: each method by everybody. What is not listed is refused, not found or empty.
func TestWhoMayCallWhat(t *testing.T) {
	z := enclavetest.New(t)
	z.Signer(t, enclavetest.As("reviewer_1"), true)
	z.Signer(t, enclavetest.As("reviewer_2"), false)
	a := enclavetest.As("analyst_a")
	grant := z.Grant(t, a)
	z.Declare(t, a, enclavetest.ByCity("by_city"))
	released := z.Ask(t, a, grant, north).Run
	q, grantQ := z.Bank(t)
	waiting := z.Ask(t, q, grantQ, byKind).Run
	staff := "admin security auditor steward"
	all := staff + " reviewer_1 reviewer_2 provider provider_2 analyst_a analyst_a2 analyst_s analyst_b"
	allowed := map[string]string{
		"Resources": all, "Resource": all,
		"Freezes":    staff,
		"TopUp":      "security provider", // in this order: one proposes, the other confirms
		"Mechanisms": staff, "Instructions": staff,
		"Policy": staff + " reviewer_1 reviewer_2", "ReplayPolicy": "security auditor",
		"RegisterKey": all,
		"SigningKeys": all,
		"Snapshots":   staff + " provider", "LoadDataset": "provider", "LoadBatch": "provider", "SuggestDataset": "admin steward provider provider_2", "BeginUpload": "provider", "Upload": "provider", "PutPart": "provider",
		"SearchDatasets": all, "DatasetVersions": staff + " provider", "DatasetLineage": all, "ReleaseLineage": staff + " analyst_a analyst_a2",
		"SubmitApplication": "analyst_a analyst_a2 analyst_s analyst_b",
		"Applications":      staff + " analyst_a analyst_a2 analyst_s analyst_b", "Application": staff + " analyst_a analyst_a2",
		"Grants": staff + " analyst_a analyst_a2", "Grant": staff + " analyst_a analyst_a2",
		"Check": "analyst_a analyst_a2", "Submit": "analyst_a analyst_a2",
		"Runs": "analyst_a analyst_a2", "Run": "analyst_a analyst_a2", "Watch": "analyst_a analyst_a2",
		"CertifyComputation": "reviewer_1 reviewer_2", "Computation": staff + " reviewer_1 reviewer_2 analyst_a analyst_a2",
		"Ledger":               "analyst_a analyst_a2 analyst_s",
		"Budget":               "analyst_a analyst_a2 analyst_s", // once it was added to
		"RecordAuthorizations": "provider", "WithdrawAuthorizations": "steward provider analyst_a analyst_a2", "Registers": staff + " provider analyst_a analyst_a2",
		"Releases": staff + " analyst_a analyst_a2", "Collect": "analyst_a analyst_a2",
		"Reviews": "reviewer_1 reviewer_2", "ReviewDetail": "reviewer_1 reviewer_2",
		"AuditEntries": "security auditor", "AuditExport": "security auditor",
	}
	for _, c := range calls(t, z, grant, waiting, released) {
		switch c.name {
		case "Apply", "Delete", "ConfirmAccount", "Sessions", "RevokeSessions", "SuspendAccount", "ResumeAccount", "ResetAccount", "Freeze", "Unfreeze", "Seal", "Unseal", "Sanction", "ActOnSanction", "ResetTOTP", "ConfirmKey", "ReviewDataset", "ReviewComputation", "ReviewApplication", "Withdraw", "Resubmit", "Vote",
			"ResubmitApplication", "WithdrawApplication", "FinishUpload", "RemoveUpload", "SuspendGrant", "ResumeGrant", "TerminateGrant":
			continue // these change what the others look at; they have tests of their own
		}
		for _, p := range enclavetest.People {
			seen, err := c.do(p)
			may := strings.Contains(" "+allowed[c.name]+" ", " "+p.Account+" ")
			require.Equal(t, may, err == nil && seen > 0, "%s by %s: %d, %v", c.name, p.Account, seen, err)
		}
	}
}

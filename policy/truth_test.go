//go:build !race

package policy_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/policy"
)

// What each role may do at all, in every jurisdiction: the other roles are refused with a rule about roles.
func TestBJ_FIN_3_RolesAndActions(t *testing.T) {
	may := map[policy.Action][]policy.Role{
		policy.ActionAccountChange:     {policy.RoleSecurityAdministrator},                     // the base confirms a role
		policy.ActionCatalogChange:     {policy.RoleSteward},                                   // approves
		policy.ActionSupplyLoad:        {policy.RoleProvider},                                  // pushes through the interface
		policy.ActionSupplyChange:      {policy.RoleProvider, policy.RoleSteward},              // confirms
		policy.ActionApplicationStep:   {policy.RoleSteward},                                   // approves
		policy.ActionGrantChange:       {policy.RoleSteward, policy.RoleSecurityAdministrator}, // resumes
		policy.ActionReviewVote:        {policy.RoleEgressReviewer},
		policy.ActionComputationReview: {policy.RoleEgressReviewer}, // approves
		policy.ActionQueryCheck:        {policy.RoleAnalyst},
		policy.ActionQueryRun:          {policy.RoleAnalyst},
		policy.ActionReleaseDecide:     {policy.RoleAnalyst}, // the author of the run
		policy.ActionReleaseCollect:    {policy.RoleAnalyst},
		policy.ActionProductFile:       {policy.RoleAdministrator, policy.RoleSteward},
		policy.ActionFreezeSet:         {policy.RoleAdministrator, policy.RoleSecurityAdministrator, policy.RoleAuditor, policy.RoleRegulator},
		policy.ActionFreezeLift:        {policy.RoleAdministrator, policy.RoleSecurityAdministrator, policy.RoleRegulator},
		policy.ActionPolicyActivate:    {policy.RoleAdministrator, policy.RoleSecurityAdministrator, policy.RoleEgressReviewer, policy.RoleRegulator},
		policy.ActionInstructionStep:   {policy.RoleSteward, policy.RoleAdministrator, policy.RoleSecurityAdministrator},                       // executes
		policy.ActionBudgetTopUp:       {policy.RoleProvider, policy.RoleRegulator},                                                            // confirms
		policy.ActionSealChange:        {policy.RoleSteward, policy.RoleAdministrator, policy.RoleSecurityAdministrator, policy.RoleRegulator}, // confirms; a provider its own
		policy.ActionSanctionApply:     {policy.RoleSteward, policy.RoleAdministrator, policy.RoleSecurityAdministrator, policy.RoleRegulator}, // reinstates; a provider its own
	}
	about := []string{"BUD-001", "SEP-001", "SUP-001", "SUP-011", "SUP-031", "APP-001", "GRA-001", "COM-001", "SEP-011", "AUT-012", "EGR-011", "PRD-001", "FRZ-001", "INS-001", "POL-001", "SAN-001", "SAN-005", "SEA-001", "SEA-002"}
	for _, j := range policy.Jurisdictions() {
		e := open(t, j)
		for _, a := range policy.Actions() {
			for _, r := range append(policy.Roles(), "", "root") {
				in := with(t, a, func(c *policy.Common) { c.Subject.Role, c.Zone.Jurisdiction = r, j })
				d := decide(t, e, in)
				require.Equal(t, slices.Contains(may[a], r), d.Allow, "%s %s %s: %v", j, a, r, denied(d))
				if !d.Allow {
					require.True(t, slices.ContainsFunc(denied(d), func(id string) bool { return slices.Contains(about, id) }))
				}
			}
		}
	}
}

// with is the base of an action with its common part changed.
func with(t *testing.T, a policy.Action, change func(*policy.Common)) policy.Input {
	t.Helper()
	switch in := typed(t, a, bases(t)[string(a)]).(type) {
	case policy.Query:
		change(&in.Common)
		return in
	case policy.ReleaseDecide:
		change(&in.Common)
		return in
	case policy.ReleaseCollect:
		change(&in.Common)
		return in
	case policy.ReviewVote:
		change(&in.Common)
		return in
	case policy.AccountChange:
		change(&in.Common)
		return in
	case policy.CatalogChange:
		change(&in.Common)
		return in
	case policy.SupplyLoad:
		change(&in.Common)
		return in
	case policy.SupplyChange:
		change(&in.Common)
		return in
	case policy.ComputationReview:
		change(&in.Common)
		return in
	case policy.GrantChange:
		change(&in.Common)
		return in
	case policy.ApplicationStep:
		change(&in.Common)
		switch in.Zone.Jurisdiction { // the operator's step comes at its own place of the route
		case policy.Lab:
			in.Step.Name = policy.StageSteward
		case policy.Xiamen:
			in.Application.Taken = []policy.TakenStep{}
		}
		return in
	case policy.ProductFile:
		change(&in.Common)
		return in
	case policy.FreezeSet:
		change(&in.Common)
		return in
	case policy.FreezeLift:
		change(&in.Common)
		return in
	case policy.PolicyActivate:
		change(&in.Common)
		return in
	case policy.BudgetTopUp:
		change(&in.Common)
		return in
	case policy.InstructionStep:
		change(&in.Common)
		return in
	case policy.SealChange:
		change(&in.Common)
		return in
	case policy.SanctionApply:
		change(&in.Common)
		return in
	}
	require.Fail(t, "no input type")
	return nil
}

// atGrade asks over one table of the grade.
func atGrade(j policy.Jurisdiction, g catalog.Grade, kind policy.CallKind, certified bool) policy.Query {
	q := wide(1, 2)
	q.Zone.Jurisdiction, q.Call.Kind = j, kind
	touch := policy.NewTouch(0)
	touch.Add("column_0", g, false, policy.UseKey)
	q.Footprint.Grade, q.Footprint.Tables = g, map[string]policy.Touch{"table_0": touch}
	if kind == policy.CallFree {
		q.Computation = nil
	} else {
		q.Computation.Certified = certified
	}
	return q
}

// The truth table of statements: jurisdiction × kind × grade. A cell is the k that must be enforced, or the first code.
func TestBJ_FIN_15a_GradesAndModes(t *testing.T) {
	const mode, grade, missing = "MODE_NOT_ALLOWED", "GRADE_FORBIDS", "COMPUTATION_NOT_APPROVED"
	synthetic := [5]string{grade, mode, mode, mode, grade}
	noisy := [5]string{grade, "3", "noisy 5", "noisy 10", grade}
	free := map[policy.Jurisdiction][5]string{
		policy.Beijing: noisy, policy.Xicheng: noisy, policy.Shijiazhuang: synthetic, policy.Xiamen: synthetic,
		policy.Strict: synthetic, policy.Lab: {grade, "3", "5", "10", grade},
	}
	certified := [5]string{grade, "3", "5", "10", "noisy 30"}
	uncertified := [5]string{missing, "3", missing, missing, "noisy 30"}
	closed := map[policy.Jurisdiction]bool{policy.Shijiazhuang: true, policy.Xiamen: true, policy.Strict: true} // whose texts open grade 4 to nobody
	for _, j := range policy.Jurisdictions() {
		e := open(t, j)
		for g := range catalog.Grade(5) {
			for _, c := range []struct {
				kind      policy.CallKind
				certified bool
				want      string
			}{
				{policy.CallFree, false, free[j][g]},
				{policy.CallComputation, true, certified[g]},
				{policy.CallComputation, false, uncertified[g]},
			} {
				if g == 4 && closed[j] {
					c.want = grade
				}
				t.Run(fmt.Sprintf("BJ-OPS-27d: %s %s grade %d certified %t", j, c.kind, g, c.certified), func(t *testing.T) {
					q := atGrade(j, g, c.kind, c.certified)
					for _, run := range []bool{false, true} {
						q.Run = run
						requireVerdict(t, decide(t, e, q), c.want)
					}
				})
			}
		}
	}
}

// The truth table of development: in a zone of twins a statement is answered at every grade to 3, as production would answer it where it does.
// What is not a twin, and an environment that nobody knows, is refused.
func TestSJZ_13a_DevelopmentIsOnTwins(t *testing.T) {
	const grade = "GRADE_FORBIDS"
	noisy, exact := [5]string{1: "3", 2: "noisy 5", 3: "noisy 10"}, [5]string{1: "3", 2: "5", 3: "10"}
	free := map[policy.Jurisdiction][5]string{policy.Beijing: noisy, policy.Xicheng: noisy, policy.Shijiazhuang: exact, policy.Xiamen: exact,
		policy.Strict: exact, policy.Lab: exact}
	for _, j := range policy.Jurisdictions() {
		e := open(t, j)
		for g := catalog.Grade(1); g <= 4; g++ {
			for _, origin := range []policy.Origin{policy.OriginTwin, policy.OriginReal, policy.OriginNone, ""} {
				for _, environment := range append(policy.Environments(), "", "test") {
					q := atGrade(j, g, policy.CallFree, false)
					q.Zone.Environment = environment
					s := q.Datasets["table_0"]
					s.Origin = origin
					q.Datasets["table_0"] = s
					d, err := e.Decide(t.Context(), q)
					about := fmt.Sprint(j, " ", g, " ", origin, " ", environment)
					switch {
					case environment == "" || environment == "test":
						require.Error(t, err, about)
						require.False(t, d.Allow, about)
					case environment == policy.Production:
						require.Equal(t, d.Allow, slices.Contains([]policy.Origin{policy.OriginReal, policy.OriginNone}, origin) && g < 4 && (j == policy.Lab || free[j] == noisy), about)
					case g == 4:
						require.False(t, d.Allow, about)
						require.Equal(t, grade, string(d.Refusal().Code), about)
					case origin == policy.OriginReal || origin == "":
						require.Contains(t, denied(d), "ENV-002", about)
					default:
						requireVerdict(t, d, free[j][g])
					}
				}
			}
		}
	}
	q := atGrade(policy.Shijiazhuang, 1, policy.CallFree, false)
	d := decide(t, open(t, policy.Shijiazhuang), q)
	require.Contains(t, d.Refusal().Remedy.En, "development zone")
}

func requireVerdict(t *testing.T, d policy.Decision, want string) {
	t.Helper()
	k, covered := strings.CutPrefix(want, "noisy ")
	if strings.Trim(k, "0123456789") != "" {
		require.False(t, d.Allow)
		require.Equal(t, want, string(d.Refusal().Code))
		require.Zero(t, d.Obligations)
		return
	}
	require.True(t, d.Allow, "%v", denied(d))
	require.Equal(t, k, fmt.Sprint(d.Obligations.Run.K))
	if covered {
		require.Equal(t, policy.ModeNoisy, d.Obligations.Run.Mode)
		require.NotNil(t, d.Obligations.Run.Noise)
		return
	}
	require.Equal(t, policy.ModeExact, d.Obligations.Run.Mode)
	require.Nil(t, d.Obligations.Run.Noise)
}

// The truth table of egress: jurisdiction × grade × flagged.
func TestSJZ_13c_GradesAndReview(t *testing.T) {
	type pair [2]policy.Review // without and with flags
	table := [5]pair{1: {"auto", "auto"}, 2: {"auto", "one"}, 3: {"one", "two"}, 4: {"parties", "parties"}}
	reviewed := [5]pair{1: {"one", "one"}, 2: {"one", "one"}, 3: {"one", "two"}}
	want := map[policy.Jurisdiction][5]pair{
		policy.Beijing: table, policy.Xicheng: table, policy.Lab: table,
		policy.Shijiazhuang: reviewed, policy.Xiamen: reviewed, policy.Strict: reviewed,
	}
	for _, j := range policy.Jurisdictions() {
		e := open(t, j)
		for g := range catalog.Grade(5) {
			for i, flags := range []policy.Set{policy.NewSet(), policy.NewSet("own_columns")} {
				in := base[policy.ReleaseDecide](t, policy.ActionReleaseDecide)
				in.Query = atGrade(j, g, policy.CallComputation, true)
				in.Step, in.Release.Votes, in.Release.Flags = policy.StepReview, []policy.Vote{}, flags
				if g == 4 {
					in.Release.Mode = policy.ModeNoisy
				}
				d := decide(t, e, in)
				need := want[j][g][i]
				if need == "" {
					require.False(t, d.Allow)
					require.Equal(t, catalog.CodeGradeForbids, d.Refusal().Code)
					continue
				}
				require.True(t, d.Allow, "%v", denied(d))
				require.Equal(t, need, d.Obligations.Release.Review, "%s grade %d flags %v", j, g, flags)
				require.Equal(t, need.Reviewers(), d.Obligations.Release.Reviewers)
				in.Step = policy.StepIssue
				require.Equal(t, need == policy.ReviewAuto, decide(t, e, in).Allow, "issued without a vote")
			}
		}
	}
}

// The truth table of supply: grade × mode × environment, the same in every jurisdiction.
func TestBJ_OPS_27b_BJ_OPS_27c_BJ_OPS_27d_GradesAndSupply(t *testing.T) {
	exception := &policy.Exception{Document: "sha256:d", Batch: "sha256:b", Approver: "p-li", Second: "p-steward", NotAfter: 1 << 40}
	for _, j := range policy.Jurisdictions() {
		e := open(t, j)
		for g := range catalog.Grade(5) {
			for _, m := range []policy.SupplyMode{catalog.SupplyCopy, catalog.SupplyInterface, catalog.SupplyTenantSpace, catalog.SupplyTwin, ""} {
				for _, x := range []*policy.Exception{nil, exception} {
					in := base[policy.SupplyLoad](t, policy.ActionSupplyLoad)
					in.Zone.Jurisdiction, in.Mode, in.Dataset.Grade, in.Exception, in.Declared, in.Dataset.Supply = j, m, g, x, true, m
					if m == catalog.SupplyCopy {
						in.Subject.Role = policy.RoleSteward
					}
					want := m != "" && m != catalog.SupplyTwin && g.Valid() && (m != catalog.SupplyCopy || g == 1) && (g < 4 || x != nil)
					d := decide(t, e, in)
					require.Equal(t, want, d.Allow, "%s grade %d %s exception %t: %v", j, g, m, x != nil, denied(d))
					in.Zone.Environment = policy.Development
					d = decide(t, e, in)
					require.Equal(t, m == catalog.SupplyTwin && g.Valid(), d.Allow, "SJZ-13a: development, %s grade %d %s: %v", j, g, m, denied(d))
				}
			}
		}
	}
}

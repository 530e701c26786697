package enclave

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/enclave/budget"
	"yumen/internal/api"
	"yumen/internal/metastore"
	"yumen/policy"
)

// topUpAsked is the first person's half of a top-up, kept in the account that it would add to.
type topUpAsked struct {
	liftRequest
	Organization string      `json:"organization"`
	LegalGroup   string      `json:"legal_group"` // of the person
	More         budgetAdded `json:"more"`
}

// budgetAdded is what a top-up adds.
type budgetAdded struct {
	Grade int   `json:"grade"`
	Days  int   `json:"days"` // of the window
	Units int64 `json:"units"`
}

// topUpGiven is a top-up in force, as people look at it: the account counts it by itself.
type topUpGiven struct {
	budgetAdded
	First     int    `json:"first"` // a day's number
	Reason    string `json:"reason"`
	Proposed  string `json:"proposed"` // account
	Confirmed string `json:"confirmed"`
}

// topUpAct is one call, with the account as its transaction read it.
type topUpAct struct {
	by      Principal
	in      api.TopUpRequest
	more    budgetAdded
	first   *topUpAsked // the other person's half of the same, while it holds
	stored  budgetRecord
	at      metastore.Record
	account budget.Account
	rules   budget.Rules
}

// TopUp adds units to one window of one legal group's account for one type of entities, for as long as the window is: one person proposes it, and a
// person of another party confirms it with the same words within liftTerm.
func (s *Service) TopUp(ctx context.Context, p Principal, in api.TopUpRequest) (api.TopUp, error) {
	if audit.Subject(in.Group) == "" || audit.Subject(strings.TrimSuffix(in.Entity, ":group")) == "" {
		return api.TopUp{}, fault(KindInvalid, "请给出法人集团与主体类型的名称", "give the name of a legal group and of a type of entities")
	}
	noise, err := s.decider.Noise()
	if err != nil {
		return api.TopUp{}, fault(KindUnavailable, "策略引擎不可用，已拒绝", "the policy engine is not available: refused").because(err)
	}
	var out api.TopUp
	err = s.store.Update(ctx, func(tx Tx) error {
		a := topUpAct{by: p, in: in, more: budgetAdded{Grade: int(in.Grade), Days: in.Days, Units: in.Units}, rules: limits(noise)}
		if a.account, a.stored, a.at, err = readAccount(tx, in.Group, in.Entity); err != nil {
			return err
		}
		providers, known, err := providersOf(tx, in.Entity, in.Grade)
		if err != nil {
			return err
		}
		half, err := s.standingTopUp(tx, a.stored.Asked)
		if err != nil {
			return err
		}
		if half != nil && half.More == a.more && half.Account != p.Account {
			a.first = half
		}
		if err := s.allowed(ctx, tx, a.question(s, providers)); err != nil {
			return err
		}
		switch {
		case !known:
			return fault(KindNotFound, "没有已批准的数据集含此类主体", "no approved dataset has entities of this type")
		case a.first != nil:
			out, err = s.giveTopUp(tx, &a)
			return err
		case half != nil && half.More == a.more:
			out = askedView(in.Entity, half) // said twice
			return nil
		}
		out, err = s.askTopUp(tx, &a)
		return err
	})
	s.denied(ctx, p, policy.ActionBudgetTopUp, in.Group, err)
	return out, known(err)
}

// question is what the policy is asked about the act.
func (a *topUpAct) question(s *Service, providers policy.Set) policy.BudgetTopUp {
	in := policy.BudgetTopUp{Common: s.common(a.by), Op: policy.OpTopUp, Reason: a.in.Reason != "", Target: policy.TopUp{
		LegalGroup: a.in.Group, Entity: a.in.Entity, Grade: int64(a.more.Grade), Days: int64(a.more.Days), Units: a.more.Units,
		Standing: a.account.ToppedUp(a.more.Grade, a.day(s), a.more.Days), Providers: providers}}
	if f := a.first; f != nil {
		in.Op = policy.OpTopUpSecond
		in.Reason = true // the first said it
		in.Proposer = policy.Party{Account: f.Account, Person: f.Person, Organization: f.Organization, LegalGroup: f.LegalGroup}
	}
	return in
}

// day is the account's day: no clock that goes back makes it an earlier one.
func (a *topUpAct) day(s *Service) int { return max(today(s.clock.Now().Unix()), a.account.Day()) }

// standingTopUp is the first half, as long as it holds.
func (s *Service) standingTopUp(tx Tx, asked *topUpAsked) (*topUpAsked, error) {
	if asked == nil {
		return nil, nil
	}
	half, err := s.standing(tx, &asked.liftRequest)
	if half == nil {
		return nil, err
	}
	return asked, err
}

// askTopUp keeps the first half. A newer one takes the place of an older.
func (s *Service) askTopUp(tx Tx, a *topUpAct) (api.TopUp, error) {
	found, err := hasGroup(tx, a.in.Group)
	if err != nil {
		return api.TopUp{}, err
	}
	if !found {
		return api.TopUp{}, fault(KindNotFound, "没有这个法人集团", "there is no such legal group")
	}
	asked := &topUpAsked{liftRequest: liftRequest{ID: newID(catalog.PrefixPending), Account: a.by.Account, Person: a.by.Person, Role: a.by.Role, Reason: a.in.Reason, At: s.nowMS()},
		Organization: a.by.Organization, LegalGroup: a.by.LegalGroup, More: a.more}
	a.stored.Asked = asked
	if err := s.saveAccount(tx, a.at, a.stored, a.account); err != nil {
		return api.TopUp{}, err
	}
	facts := a.facts()
	facts["action"] = string(policy.ActionBudgetTopUp)
	return askedView(a.in.Entity, asked), s.record(tx, entry{by: a.by, action: audit.ActionActPropose, on: asked.ID, outcome: "pending", class: retention5, facts: facts})
}

// giveTopUp adds what two people agreed on.
func (s *Service) giveTopUp(tx Tx, a *topUpAct) (api.TopUp, error) {
	day := a.day(s)
	after, _, err := a.account.Apply(a.rules, budget.Event{Kind: budget.ToppingUp, Day: day,
		TopUp: budget.TopUp{Grade: a.more.Grade, Days: a.more.Days, Columns: a.more.Units, First: day}})
	if err != nil {
		return api.TopUp{}, fault(KindConflict, "该时间窗不能再追加", "no more can be added to this window").because(err)
	}
	given := topUpGiven{budgetAdded: a.more, First: day, Reason: a.first.Reason, Proposed: a.first.Account, Confirmed: a.by.Account}
	a.stored.Asked = nil
	a.stored.Given = append(slices.DeleteFunc(a.stored.Given, func(g topUpGiven) bool { return g.over(day) }), given)
	if err := s.saveAccount(tx, a.at, a.stored, after); err != nil {
		return api.TopUp{}, err
	}
	facts := a.facts()
	facts["act"], facts["not_after"] = a.first.ID, strconv.FormatInt(int64(given.First+given.Days)*secondsADay, 10)
	return given.view(a.in.Entity), s.record(tx, entry{by: a.by, action: audit.ActionBudgetTopUp, on: a.in.Group, outcome: "added", class: retention5, facts: facts})
}

// facts are those of every entry about the top-up.
func (a *topUpAct) facts() map[string]string {
	return map[string]string{"legal_group": a.in.Group, "kind": a.in.Entity, "grade": strconv.Itoa(a.more.Grade), "number": strconv.Itoa(a.more.Days),
		"units": strconv.FormatInt(a.more.Units, 10)}
}

const secondsADay = 24 * 60 * 60

func (g topUpGiven) over(day int) bool { return g.First+g.Days <= day }

func (g topUpGiven) view(entity string) api.TopUp {
	date := func(day int) string { return time.Unix(int64(day)*secondsADay, 0).UTC().Format(time.DateOnly) }
	return api.TopUp{Entity: entity, Grade: catalog.Grade(g.Grade), Days: g.Days, Units: g.Units, State: "in_force", First: date(g.First), Last: date(g.First + g.Days - 1),
		Reason: g.Reason, ProposedBy: g.Proposed, ConfirmedBy: g.Confirmed}
}

func askedView(entity string, a *topUpAsked) api.TopUp {
	return api.TopUp{Entity: entity, Grade: catalog.Grade(a.More.Grade), Days: a.More.Days, Units: a.More.Units, State: "proposed", Reason: a.Reason, ProposedBy: a.Account}
}

// topUps are those of an account that count on a day, and the one that waits. Who did it and why is for the zone's staff.
func (s *Service) topUps(tx Tx, p Principal, v budgetRecord, day int) ([]api.TopUp, error) {
	var out []api.TopUp
	for _, g := range v.Given {
		if !g.over(day) {
			out = append(out, g.view(v.Type))
		}
	}
	asked, err := s.standingTopUp(tx, v.Asked)
	if err != nil {
		return nil, err
	}
	if asked != nil {
		out = append(out, askedView(v.Type, asked))
	}
	if !staff(p) {
		for i := range out {
			out[i].Reason, out[i].ProposedBy, out[i].ConfirmedBy = "", "", ""
		}
	}
	return out, nil
}

// providersOf are the organizations that provide approved datasets of a grade or above with entities of a type, and whether there is a dataset with
// such entities at all.
func providersOf(tx Tx, entity string, grade catalog.Grade) (out policy.Set, known bool, err error) {
	out = policy.NewSet()
	err = each(tx, recDataset, metastore.Query{}, func(_ metastore.Record, d datasetRecord) error {
		if d.Approved != nil && slices.ContainsFunc(d.Approved.Units(), func(u catalog.Unit) bool { return u.Type == entity }) {
			known = true
			if d.Approved.Provider != "" && d.Approved.Grade() >= grade {
				out.Add(d.Approved.Provider)
			}
		}
		return nil
	})
	return out, known, err
}

// hasGroup reports whether some organization belongs to a legal group.
func hasGroup(tx Tx, group string) (found bool, err error) {
	err = each(tx, recOrg, metastore.Query{}, func(r metastore.Record, o orgRecord) error {
		found = found || o.Spec.LegalGroup == group || o.Spec.LegalGroup == "" && r.ID == group
		return nil
	})
	return found, err
}

// saveAccount writes an account with what people did to it.
func (s *Service) saveAccount(tx Tx, at metastore.Record, v budgetRecord, account budget.Account) error {
	b, err := account.Encode()
	if err != nil {
		return fmt.Errorf("budget: %w", err)
	}
	v.Account = b
	return save(tx, recBudget, at, s.nowMS(), v)
}

// readAccount reads the account of a legal group for a type of entities; one that was never charged is new.
func readAccount(tx Tx, group, typ string) (budget.Account, budgetRecord, metastore.Record, error) {
	id := string(catalog.DigestOf([]byte(group + "\x00" + typ)))
	v, rec, err := load[budgetRecord](tx, recBudget, id)
	if errors.Is(err, metastore.ErrNotFound) {
		return budget.Account{}, budgetRecord{Type: typ}, metastore.Record{ID: id, Owner: group}, nil
	}
	if err != nil {
		return budget.Account{}, v, rec, err
	}
	account, err := budget.Decode(v.Account)
	return account, v, rec, err
}

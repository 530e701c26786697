package enclave

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"yumen/catalog"
	"yumen/enclave/budget"
	"yumen/enclave/noise"
	"yumen/enclave/paid"
	"yumen/internal/api"
	"yumen/internal/metastore"
	"yumen/policy"
)

// budgetRecord is the account of a legal group for one entity type, over all datasets and snapshots. Its identifier follows from both, so there is
// one whatever is renamed.
type budgetRecord struct {
	Type    string          `json:"type"`
	Account json.RawMessage `json:"account"`
	Asked   *topUpAsked     `json:"asked,omitempty"`
	Given   []topUpGiven    `json:"given,omitempty"`
}

// charged is what the columns of a question come to, for each entity type.
type charged struct {
	types    []string
	accounts []budget.Account // after the charge
	stored   []budgetRecord
	records  []metastore.Record
	outcome  []budget.Outcome
	known    *paid.Set // the cells that were charged before: asked again, they cost nothing
}

// fresh is how many columns are charged: the others hold nothing but cells that were.
func (c *charged) fresh() int {
	n := 0
	for _, o := range c.outcome {
		n = max(n, o.Columns)
	}
	return n
}

// cost is what a question would be charged, as its author sees it.
func (a *asked) cost() *api.Cost {
	if a.charged == nil {
		return nil
	}
	out := &api.Cost{Columns: a.charged.fresh(), Entities: a.charged.types}
	if limit := limits(a.decision.Obligations.Run.Noise)[a.plan.Grade-1]; out.Columns > 0 {
		if each, err := noise.Loss(limit.Sigma); err == nil {
			units := new(big.Rat).Quo(a.charged.outcome[0].Cost.Loss, each)
			out.Units = new(big.Int).Quo(units.Num(), units.Denom()).Int64()
		}
	}
	return out
}

func today(now int64) int { return int(now / secondsADay) }

// price applies a question's columns to the accounts of its legal group, without keeping anything. An account that cannot pay refuses.
func (s *Service) price(tx Tx, a *asked) (*charged, error) {
	before, err := s.paid.Read(tx, a.by.LegalGroup)
	if err != nil {
		return nil, fmt.Errorf("budget: %w", err)
	}
	out := &charged{types: a.covered.types, known: before}
	for _, typ := range out.types {
		account, stored, rec, err := readAccount(tx, a.by.LegalGroup, typ)
		if err != nil {
			return nil, err
		}
		after, outcome, err := account.Apply(limits(a.decision.Obligations.Run.Noise), budget.Event{Kind: budget.Charging, Day: today(s.clock.Now().Unix()),
			Grade: int(a.plan.Grade), Columns: a.covered.columns, Known: before.Has})
		var spent *budget.Exhausted
		if errors.As(err, &spent) {
			return nil, exhausted(typ, spent)
		}
		if err != nil {
			return nil, fmt.Errorf("budget: %w", err)
		}
		out.accounts, out.stored, out.records, out.outcome = append(out.accounts, after), append(out.stored, stored), append(out.records, rec), append(out.outcome, outcome)
	}
	return out, nil
}

// charge keeps what a question costs, in the transaction that accepts it. Nothing gives it back, whatever becomes of the run.
func (s *Service) charge(tx Tx, a *asked) error {
	c, err := s.price(tx, a)
	if err != nil {
		return err
	}
	a.charged = c
	for i, account := range c.accounts {
		if err := s.saveAccount(tx, c.records[i], c.stored[i], account); err != nil {
			return err
		}
	}
	if err := c.known.Add(tx, s.nowMS(), c.outcome[0].Fresh); err != nil {
		return fmt.Errorf("budget: %w", err)
	}
	return nil
}

// exhausted says whose budget does not hold a question, and from when on it would.
func exhausted(typ string, e *budget.Exhausted) *catalog.Refusal {
	r := &catalog.Refusal{Code: catalog.CodeBudget, Position: -1, Articles: []string{"BJ-OPS-27c", "BJ-OPS-32b"},
		Message: catalog.Text{Zh: fmt.Sprintf("贵集团对 %s 类主体的加噪预算（%d 级，%d 天）不足以支付该查询", typ, e.Grade, e.Days),
			En: fmt.Sprintf("the noise budget of your group for entities of type %s (grade %d, %d days) does not pay for this question", typ, e.Grade, e.Days)},
		Remedy: catalog.Text{Zh: "减少列数或分组；用 yumen budget show 查看余额。已回答过的单元格再问不计费", En: "ask for fewer columns or groups; yumen budget show tells what is left. Cells that were answered cost nothing again"}}
	if e.Day > 0 {
		day := time.Unix(int64(e.Day)*secondsADay, 0).UTC().Format(time.DateOnly)
		r.Remedy.Zh, r.Remedy.En = r.Remedy.Zh+"；"+day+" 起可支付", r.Remedy.En+"; it can be paid from "+day+" on"
	}
	return r
}

// Budget tells what the caller's legal group has spent and may spend, and how well anybody could guess one entity's yes/no fact from all of it; to the
// zone's staff it tells the same of any group.
func (s *Service) Budget(ctx context.Context, p Principal, group string) (api.Budget, error) {
	out := api.Budget{Items: []api.BudgetItem{}}
	if p.Role == "" {
		return out, nil
	}
	if group = cmp.Or(group, p.LegalGroup); group != p.LegalGroup && !staff(p) {
		return out, errNotFound
	}
	rules, err := s.decider.Noise()
	if err != nil {
		return out, fault(KindUnavailable, "策略引擎不可用，已拒绝", "the policy engine is not available: refused").because(err)
	}
	for i, r := range rules {
		if r.Sums == policy.SumsFactor {
			out.Factors = append(out.Factors, api.Factor{Grade: catalog.Grade(i + 1), Percent: r.Factor})
		}
	}
	err = s.store.View(ctx, func(tx Tx) error {
		return each(tx, recBudget, metastore.Query{Owner: group}, func(_ metastore.Record, v budgetRecord) error {
			account, err := budget.Decode(v.Account)
			if err != nil {
				return fmt.Errorf("budget: %w", err)
			}
			day := today(s.clock.Now().Unix())
			items, err := standings(v.Type, account, limits(rules), day)
			if err != nil {
				return err
			}
			more, err := s.topUps(tx, p, v, day)
			out.Items, out.TopUps = append(out.Items, items...), append(out.TopUps, more...)
			return err
		})
	})
	slices.SortFunc(out.Items, func(a, b api.BudgetItem) int {
		return strings.Compare(fmt.Sprintf("%s %d %04d", a.Entity, a.Grade, 9999-a.Days), fmt.Sprintf("%s %d %04d", b.Entity, b.Grade, 9999-b.Days))
	})
	return out, known(err)
}

func standings(typ string, account budget.Account, rules budget.Rules, day int) ([]api.BudgetItem, error) {
	all, err := account.Standing(rules, day)
	if err != nil {
		return nil, fmt.Errorf("budget: %w", err)
	}
	var out []api.BudgetItem
	for _, s := range all {
		item := api.BudgetItem{Entity: typ, Grade: catalog.Grade(s.Grade), Days: s.Days, Used: roundedUp(s.Used, 2), Bound: roundedUp(new(big.Rat).Mul(s.Bound, big.NewRat(100, 1)), 1)}
		if s.Allowed != nil {
			item.Allowed = s.Allowed.FloatString(0)
		}
		out = append(out, item)
	}
	return out, nil
}

// roundedUp writes a number with so many places, never smaller than it is.
func roundedUp(x *big.Rat, places int) string {
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)
	scaled := new(big.Rat).Mul(x, new(big.Rat).SetInt(unit))
	q, r := new(big.Int).QuoRem(scaled.Num(), scaled.Denom(), new(big.Int))
	if r.Sign() > 0 {
		q.Add(q, big.NewInt(1))
	}
	return new(big.Rat).SetFrac(q, unit).FloatString(places)
}

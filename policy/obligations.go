package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"yumen/catalog"
)

// Mode is the protection mode of an answer.
type Mode string

// The modes: ModeExact answers true values with withheld cells, ModeNoisy covers every cell with noise and decides from that.
const (
	ModeExact Mode = "exact"
	ModeNoisy Mode = "noisy"
)

// Review is how much review a release needs.
type Review string

// The levels of review, from the weakest to the strongest; never means that it may not be released.
const (
	ReviewAuto Review = "auto"
	ReviewOne  Review = "one"
	ReviewTwo  Review = "two"
	// ReviewParties is two people of two organizations, and one of each provider of the data.
	ReviewParties Review = "parties"
	ReviewNever   Review = "never"
)

// Obligations bind whoever acts on a permitted decision. Members that an action does not need are nil; a permitted decision
// without the ones it needs does not exist.
type Obligations struct {
	RetentionYears int           `json:"retention_years"`   // how long the record of the decision is kept, at least
	PerDay         int           `json:"per_day,omitempty"` // query.run: runs a day under one grant that the credit level allows; 0 is no bound
	Run            *RunRules     `json:"run,omitempty"`     // query.check, query.run, release.decide, computation.review
	Release        *ReleaseRules `json:"release,omitempty"` // release.decide
	Account        *AccountRules `json:"account,omitempty"` // account.change
	// Application is the way of an application: application.step.
	Application *ApplicationRules `json:"application,omitempty"`
}

// ApplicationRules say by which steps an application becomes a grant: stages one after the other, the steps of a stage in any order.
type ApplicationRules struct {
	Route    [][]RouteStep `json:"route"`
	IdleDays int           `json:"idle_days"` // a grant that is not used for so many days lapses
}

// RunRules are the rules that every cell of an answer must pass, those of the statement's grade in the zone's jurisdiction.
type RunRules struct {
	Mode        Mode          `json:"mode"`
	Grade       catalog.Grade `json:"grade"`
	Lab         bool          `json:"lab"`         // to be printed on every answer and receipt
	K           int           `json:"k"`           // distinct entities of each type
	Complement  int           `json:"complement"`  // universe minus cell: empty by its boxes, or at least this
	Sensitive   int           `json:"sensitive"`   // the same for the sensitive conditions and keys
	Dominance   []Dominance   `json:"dominance"`   // empty where dominance is not judged
	P           int           `json:"p"`           // unsafe if total − largest − second < p % of the largest
	Homogeneity int           `json:"homogeneity"` // percent of one declared value that is unsafe; 0 = not judged
	Jitter      int           `json:"jitter"`      // the threshold is raised by 0..jitter, keyed by the canonical cell
	Round       int           `json:"round"`       // base to which counts are rounded; 0 = not rounded
	CellsMax    int           `json:"cells_max"`   // cells of one release
	TickMS      int           `json:"tick_ms"`     // visible state advances on multiples of this
	Noise       []NoiseRules  `json:"noise"`       // of the noisy mode: the grades 1 to 4, for what a question of one grade is charged counts for others; nil in the exact mode
	Review      Review        `json:"review"`      // of an answer without flags
	Mask        Mask          `json:"mask"`        // how much of an identifier a person inside sees
}

// NoiseRules are what covers a cell, and what a legal group may be charged for each entity type: columns whose values one entity moves by their
// sensitivity.
type NoiseRules struct {
	Sigma int `json:"sigma" yaml:"sigma"` // standard deviation, in sensitivities
	Month int `json:"month" yaml:"month"` // columns in 30 days
	Year  int `json:"year" yaml:"year"`   // columns in 365 days
	// The most that top-ups by two people add to either window.
	MoreMonth int `json:"more_month" yaml:"more_month"`
	MoreYear  int `json:"more_year" yaml:"more_year"`
	// Sums is what covers amounts that are added up: SumsFactor, where no sensitive condition or key is near, or SumsClamp.
	Sums   string `json:"sums" yaml:"sums"`
	Factor int    `json:"factor" yaml:"factor"` // of SumsFactor: p, in percent of an amount
}

// The covers of sums, from the loosest: SumsFactor reads what each entity adds times 1 ± [p, 2p]; SumsClamp cuts it to clip and adds noise of sigma
// clips.
const (
	SumsFactor = "factor"
	SumsClamp  = "clamp"
)

// maxFactor is the largest p, in percent: beyond it a factor leaves too little of a sum.
const maxFactor = 20

func (n NoiseRules) check() error {
	if rank(orderSums, n.Sums) < 0 || n.Factor < 1 || n.Factor > maxFactor {
		return errors.New("sums or factor out of range")
	}
	if n.Sigma < 2 || n.Month < 1 || n.Year < n.Month || n.MoreMonth < 0 || n.MoreYear < 0 {
		return errors.New("noise or its budget out of range")
	}
	return nil
}

// Mask is how much of a value with an identifier in it the people of the zone see.
type Mask string

// The masks, from the one that shows most.
const (
	MaskDisplay Mask = "display"
	MaskStrict  Mask = "strict"
	MaskHide    Mask = "hide"
)

// Dominance is a concentration rule: unsafe when the N largest entities hold at least Percent of the total.
type Dominance struct {
	N       int `json:"n" yaml:"n"`
	Percent int `json:"percent" yaml:"percent"`
}

// ReleaseRules say how an artefact may leave.
type ReleaseRules struct {
	Review    Review `json:"review"`
	Reviewers int    `json:"reviewers"` // approvals by distinct persons that are needed
	// Units are the organizations that the reviewers must be of at the least, and Providers those of which each must have approved besides: ReviewParties.
	Units         int      `json:"units,omitempty"`
	Providers     []string `json:"providers,omitempty"`
	SamplePercent int      `json:"sample_percent"` // share of automatic releases that are looked at afterwards
}

// AccountRules say when a change of an account takes effect.
type AccountRules struct {
	Confirmation Confirmation `json:"confirmation"`
}

// Confirmation says whether the security administrator must confirm the change before it has effect.
type Confirmation string

// The kinds of confirmation; waived is the nomination of the first officers only.
const (
	ConfirmationNone     Confirmation = "none"
	ConfirmationRequired Confirmation = "required"
	ConfirmationWaived   Confirmation = "waived"
)

// decodeObligations reads the obligations of an action strictly: an unknown, missing or implausible member refuses.
func decodeObligations(action Action, raw []byte) (Obligations, error) {
	var o Obligations
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&o); err != nil {
		return Obligations{}, fmt.Errorf("obligations of %s: %w", action, err)
	}
	if err := o.check(action); err != nil {
		return Obligations{}, fmt.Errorf("obligations of %s: %w", action, err)
	}
	return o, nil
}

func (o Obligations) check(action Action) error {
	run := action == ActionQueryCheck || action == ActionQueryRun || action == ActionReleaseDecide || action == ActionComputationReview
	switch {
	case o.PerDay < 0:
		return errors.New("runs a day below zero")
	case o.RetentionYears < 3:
		return errors.New("retention under three years")
	case (o.Run != nil) != run:
		return errors.New("rules of a run missing or out of place")
	case (o.Release != nil) != (action == ActionReleaseDecide):
		return errors.New("rules of a release missing or out of place")
	case (o.Account != nil) != (action == ActionAccountChange):
		return errors.New("rules of an account missing or out of place")
	case (o.Application != nil) != (action == ActionApplicationStep):
		return errors.New("rules of an application missing or out of place")
	}
	if o.Run != nil {
		if err := o.Run.check(); err != nil {
			return err
		}
	}
	if o.Release != nil {
		if err := o.Release.check(); err != nil {
			return err
		}
	}
	if o.Application != nil {
		return o.Application.check()
	}
	if o.Account != nil {
		return o.Account.check()
	}
	return nil
}

func (a *ApplicationRules) check() error {
	for _, stage := range a.Route {
		for _, step := range stage {
			if rank(stages, step.Name) < 0 || (step.Name == StageProvider) != (step.Organization != "") {
				return errors.New("a step of the route is not one")
			}
		}
		if len(stage) == 0 {
			return errors.New("a stage of the route without a step")
		}
	}
	if len(a.Route) == 0 || a.IdleDays < 1 {
		return errors.New("route or idle days missing")
	}
	return nil
}

func (r *RunRules) check() error {
	switch {
	case r.Mode != ModeExact && r.Mode != ModeNoisy:
		return errors.New("unknown protection mode")
	case (r.Noise != nil) != (r.Mode == ModeNoisy):
		return errors.New("noise missing or out of place")
	case r.Noise != nil && len(r.Noise) != 4:
		return errors.New("noise of some grades only")
	case !r.Grade.Valid():
		return errors.New("grade missing")
	case r.K < 2, r.Complement < 2, r.Sensitive < 2:
		return errors.New("a threshold under two")
	case r.Dominance == nil:
		return errors.New("dominance missing")
	case r.P < 1, r.P > 100:
		return errors.New("p out of range")
	case r.Homogeneity < 0, r.Homogeneity > 100, r.Jitter < 0, r.Round < 0:
		return errors.New("homogeneity, jitter or rounding out of range")
	case r.CellsMax < 1, r.TickMS < 1:
		return errors.New("cells or tick missing")
	case r.Review.reviewers() < 0:
		return errors.New("unknown review")
	case rank(orderMask, r.Mask) < 0:
		return errors.New("unknown mask")
	}
	for _, n := range r.Noise {
		if err := n.check(); err != nil {
			return err
		}
	}
	for _, d := range r.Dominance {
		if d.N < 1 || d.Percent < 1 || d.Percent > 100 {
			return errors.New("dominance out of range")
		}
	}
	return nil
}

func (r *ReleaseRules) check() error {
	if want := r.Review.reviewers(); want < 0 || r.Reviewers != want {
		return errors.New("reviewers do not fit the review")
	}
	if parties := r.Review == ReviewParties; parties != (r.Units == 2) || parties != (len(r.Providers) > 0) || slices.Contains(r.Providers, "") {
		return errors.New("parties do not fit the review")
	}
	if r.SamplePercent < 0 || r.SamplePercent > 100 {
		return errors.New("sample out of range")
	}
	return nil
}

func (a *AccountRules) check() error {
	switch a.Confirmation {
	case ConfirmationNone, ConfirmationRequired, ConfirmationWaived:
		return nil
	}
	return errors.New("unknown confirmation")
}

// reviewers is the number of approvals of a level that can be reached, or -1.
func (r Review) reviewers() int {
	switch r {
	case ReviewAuto:
		return 0
	case ReviewOne:
		return 1
	case ReviewTwo, ReviewParties:
		return 2
	}
	return -1
}

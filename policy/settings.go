package policy

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"yumen/catalog"
)

// settings are the parameters of one jurisdiction: the default with its own values laid over it.
type settings struct {
	Title                catalog.Text           `yaml:"title" json:"title"`
	Lab                  bool                   `yaml:"lab" json:"lab"`
	GradeMax             int                    `yaml:"grade_max" json:"grade_max"`
	DeclarationsOptional bool                   `yaml:"declarations_optional" json:"declarations_optional"`
	RetentionYears       int                    `yaml:"retention_years" json:"retention_years"`
	RetentionByMarket    map[catalog.Market]int `yaml:"retention_by_market" json:"retention_by_market"`
	TermDaysMax          int                    `yaml:"term_days_max" json:"term_days_max"`
	IdleDays             int                    `yaml:"idle_days" json:"idle_days"`
	Credit               map[string]creditLevel `yaml:"credit" json:"credit"`
	ConsentCategories    []catalog.Category     `yaml:"consent_categories" json:"consent_categories"`
	// IdentifiersRefusedFrom is the least grade of an identifier that stops an answer; one below it is held for a reviewer.
	IdentifiersRefusedFrom int        `yaml:"identifiers_refused_from" json:"identifiers_refused_from"`
	Grades                 gradeTable `yaml:"grades" json:"grades"`
}

// gradeTable holds the parameters of the grades 1 to 4.
type gradeTable struct {
	G1 gradeSettings `yaml:"1"`
	G2 gradeSettings `yaml:"2"`
	G3 gradeSettings `yaml:"3"`
	G4 gradeSettings `yaml:"4"`
}

func (t *gradeTable) of(g int) *gradeSettings {
	return []*gradeSettings{&t.G1, &t.G2, &t.G3, &t.G4}[g-1]
}

// gradeSettings are the parameters of one grade.
type gradeSettings struct {
	K               int          `yaml:"k" json:"k"`
	Complement      int          `yaml:"complement" json:"complement"`
	Sensitive       int          `yaml:"sensitive" json:"sensitive"`
	Dominance       []Dominance  `yaml:"dominance" json:"dominance"`
	P               int          `yaml:"p" json:"p"`
	Homogeneity     int          `yaml:"homogeneity" json:"homogeneity"`
	Jitter          int          `yaml:"jitter" json:"jitter"`
	Round           int          `yaml:"round" json:"round"`
	CellsMax        int          `yaml:"cells_max" json:"cells_max"`
	TickMS          int          `yaml:"tick_ms" json:"tick_ms"`
	FreeSQL         string       `yaml:"free_sql" json:"free_sql"`
	Computations    string       `yaml:"computations" json:"computations"`
	Noise           NoiseRules   `yaml:"noise" json:"noise"`
	Review          reviewPlan   `yaml:"review" json:"review"`
	Mask            Mask         `yaml:"mask" json:"mask"`
	Supply          []SupplyMode `yaml:"supply" json:"supply"`
	SupplyException bool         `yaml:"supply_exception" json:"supply_exception"`
	RetentionYears  int          `yaml:"retention_years" json:"retention_years"`
	// Route is the stages by which an application for the grade becomes a grant; Needs what it must state beyond the usual.
	Route []string `yaml:"route" json:"route"`
	Needs []string `yaml:"needs" json:"needs"`
}

// reviewPlan is the review that an artefact needs without and with flags.
type reviewPlan struct {
	Clean         Review `yaml:"clean" json:"clean"`
	Flagged       Review `yaml:"flagged" json:"flagged"`
	SamplePercent int    `yaml:"sample_percent" json:"sample_percent"`
}

// The orders of strictness, from the loosest.
var (
	orderFreeSQL      = []string{"exact", "noisy", "synthetic", "never"}
	orderComputations = []string{"exact", "certified", "noisy", "never"}
	orderSums         = []string{SumsFactor, SumsClamp}
	orderMask         = []Mask{MaskDisplay, MaskStrict, MaskHide}
	orderReview       = []Review{ReviewAuto, ReviewOne, ReviewTwo, ReviewParties, ReviewNever}
	supplyModes       = []SupplyMode{catalog.SupplyCopy, catalog.SupplyInterface, catalog.SupplyTenantSpace}
	stages            = []string{StageSteward, StageProvider, StageOperator, StageAuthority}
	needs             = []string{"safeguards", "recipients", "frequency"}
)

// valid reports the first parameter that is missing or out of range.
func (s *settings) valid() error {
	switch {
	case s.Title.Zh == "" || s.Title.En == "":
		return errors.New("title missing in a language")
	case s.GradeMax < 1 || s.GradeMax > 4:
		return errors.New("grade_max is a grade")
	case s.RetentionYears < 3 || s.TermDaysMax < 1 || s.IdleDays < 1:
		return errors.New("retention or term out of range")
	case s.IdentifiersRefusedFrom < 1 || s.IdentifiersRefusedFrom > 4:
		return errors.New("identifiers_refused_from is a grade")
	case s.ConsentCategories == nil:
		return errors.New("consent_categories missing")
	}
	for _, k := range s.ConsentCategories {
		if k.MinimumGrade() == 0 {
			return errors.New("consent_categories: unknown category")
		}
	}
	for _, m := range []catalog.Market{catalog.MarketOrdinary, catalog.MarketAuthorised, catalog.MarketSealed} {
		if s.RetentionByMarket[m] < 3 {
			return fmt.Errorf("retention of market class %s out of range", m)
		}
	}
	for g := 1; g <= 4; g++ {
		if err := s.Grades.of(g).valid(); err != nil {
			return fmt.Errorf("grade %d: %w", g, err)
		}
	}
	return validCredit(s.Credit)
}

func (g *gradeSettings) valid() error {
	r := RunRules{
		Mode: ModeExact, Grade: 1, K: g.K, Complement: g.Complement, Sensitive: g.Sensitive, Dominance: g.Dominance, P: g.P,
		Homogeneity: g.Homogeneity, Jitter: g.Jitter, Round: g.Round, CellsMax: g.CellsMax, TickMS: g.TickMS,
		Review: ReviewAuto, Mask: g.Mask,
	}
	if err := r.check(); err != nil {
		return err
	}
	switch {
	case rank(orderFreeSQL, g.FreeSQL) < 0, rank(orderComputations, g.Computations) < 0:
		return errors.New("free_sql or computations unknown")
	case g.Noise.check() != nil:
		return g.Noise.check()
	case rank(orderReview, g.Review.Clean) < 0, rank(orderReview, g.Review.Flagged) < rank(orderReview, g.Review.Clean):
		return errors.New("review unknown, or looser with flags than without")
	case g.Review.SamplePercent < 0 || g.Review.SamplePercent > 100:
		return errors.New("sample out of range")
	case g.Supply == nil || g.RetentionYears < 3:
		return errors.New("supply or retention missing")
	}
	for _, m := range g.Supply {
		if rank(supplyModes, m) < 0 {
			return errors.New("unknown mode of supply")
		}
	}
	return g.validRoute()
}

func (g *gradeSettings) validRoute() error {
	if len(g.Route) == 0 || g.Needs == nil {
		return errors.New("route or needs missing")
	}
	for i, stage := range g.Route {
		if rank(stages, stage) < 0 || slices.Contains(g.Route[:i], stage) {
			return errors.New("unknown or repeated stage of a route")
		}
	}
	for _, n := range g.Needs {
		if rank(needs, n) < 0 {
			return errors.New("an application cannot state that")
		}
	}
	return nil
}

func rank[T comparable](order []T, v T) int { return slices.Index(order, v) }

// looser names the first parameter in which s is looser than the default. A lab may be looser in three: free statements up to
// grade 3, declarations that may be left out, and the route and the contents of applications.
func (s *settings) looser(base *settings) error {
	checks := []struct {
		name   string
		looser bool
	}{
		{"grade_max", s.GradeMax > base.GradeMax},
		{"declarations_optional", s.DeclarationsOptional && !base.DeclarationsOptional && !s.Lab},
		{"retention_years", s.RetentionYears < base.RetentionYears},
		{"term_days_max", s.TermDaysMax > base.TermDaysMax},
		{"identifiers_refused_from", s.IdentifiersRefusedFrom > base.IdentifiersRefusedFrom},
		{"idle_days", s.IdleDays > base.IdleDays},
		{"consent_categories", slices.ContainsFunc(base.ConsentCategories, func(k catalog.Category) bool { return !slices.Contains(s.ConsentCategories, k) })},
	}
	for m, years := range base.RetentionByMarket {
		checks = append(checks, struct {
			name   string
			looser bool
		}{"retention_by_market " + string(m), s.RetentionByMarket[m] < years})
	}
	for _, c := range checks {
		if c.looser {
			return fmt.Errorf("%s is looser than the default", c.name)
		}
	}
	if level := looserCredit(s.Credit, base.Credit); level != "" {
		return fmt.Errorf("credit %s is looser than the default", level)
	}
	for g := 1; g <= 4; g++ {
		if name := s.Grades.of(g).looser(base.Grades.of(g), s.Lab && g <= 3); name != "" {
			return fmt.Errorf("%s of grade %s is looser than the default", name, strconv.Itoa(g))
		}
		if name := s.Grades.of(g).shorter(base.Grades.of(g)); name != "" && !s.Lab {
			return fmt.Errorf("%s of grade %s is looser than the default", name, strconv.Itoa(g))
		}
	}
	return nil
}

func (g *gradeSettings) looser(base *gradeSettings, freeInLab bool) string {
	checks := []struct {
		name   string
		looser bool
	}{
		{"k", g.K < base.K},
		{"complement", g.Complement < base.Complement},
		{"sensitive", g.Sensitive < base.Sensitive},
		{"dominance", !covers(g.Dominance, base.Dominance)},
		{"p", g.P < base.P},
		{"homogeneity", base.Homogeneity > 0 && (g.Homogeneity == 0 || g.Homogeneity > base.Homogeneity)},
		{"jitter", g.Jitter < base.Jitter},
		{"round", g.Round < base.Round},
		{"cells_max", g.CellsMax > base.CellsMax},
		{"tick_ms", g.TickMS < base.TickMS},
		{"free_sql", rank(orderFreeSQL, g.FreeSQL) < rank(orderFreeSQL, base.FreeSQL) && !freeInLab},
		{"computations", rank(orderComputations, g.Computations) < rank(orderComputations, base.Computations)},
		{"noise", g.Noise.Sigma < base.Noise.Sigma || g.Noise.Month > base.Noise.Month || g.Noise.Year > base.Noise.Year},
		{"sums", rank(orderSums, g.Noise.Sums) < rank(orderSums, base.Noise.Sums)},
		{"factor", g.Noise.Sums == SumsFactor && g.Noise.Factor < base.Noise.Factor},
		{"top-ups", g.Noise.MoreMonth > base.Noise.MoreMonth || g.Noise.MoreYear > base.Noise.MoreYear},
		{"review", rank(orderReview, g.Review.Clean) < rank(orderReview, base.Review.Clean)},
		{"review with flags", rank(orderReview, g.Review.Flagged) < rank(orderReview, base.Review.Flagged)},
		{"mask", rank(orderMask, g.Mask) < rank(orderMask, base.Mask)},
		{"sample", g.Review.SamplePercent < base.Review.SamplePercent},
		{"supply", slices.ContainsFunc(g.Supply, func(m SupplyMode) bool { return rank(base.Supply, m) < 0 })},
		{"supply_exception", base.SupplyException && !g.SupplyException},
		{"retention_years", g.RetentionYears < base.RetentionYears},
	}
	for _, c := range checks {
		if c.looser {
			return c.name
		}
	}
	return ""
}

// shorter names what of an application for the grade is asked for less than in the base.
func (g *gradeSettings) shorter(base *gradeSettings) string {
	lacks := func(have, want []string) bool {
		return slices.ContainsFunc(want, func(x string) bool { return !slices.Contains(have, x) })
	}
	switch {
	case lacks(g.Route, base.Route), slices.Contains(g.Route, StageSteward) && !slices.Contains(base.Route, StageSteward):
		return "route"
	case lacks(g.Needs, base.Needs):
		return "needs"
	}
	return ""
}

// covers reports whether each rule of the base has one that withholds at least as much: as many or fewer percent of at least as
// many entities.
func covers(rules, base []Dominance) bool {
	for _, b := range base {
		if !slices.ContainsFunc(rules, func(d Dominance) bool { return d.N >= b.N && d.Percent <= b.Percent }) {
			return false
		}
	}
	return true
}

// document is the form that the rules read: the parameters of the grades as a list whose member 0 is null.
func (s *settings) document() map[string]any {
	return map[string]any{
		"title": s.Title, "lab": s.Lab, "grade_max": s.GradeMax, "declarations_optional": s.DeclarationsOptional,
		"retention_years": s.RetentionYears, "retention_by_market": s.RetentionByMarket, "term_days_max": s.TermDaysMax, "idle_days": s.IdleDays, "credit": s.Credit, "consent_categories": s.ConsentCategories,
		"identifiers_refused_from": s.IdentifiersRefusedFrom,
		"grades":                   []any{nil, s.Grades.G1, s.Grades.G2, s.Grades.G3, s.Grades.G4},
	}
}

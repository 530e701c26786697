package policy

import (
	_ "embed"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"yumen/catalog"
)

// Rule is one rule of the bundle as its annotation describes it.
type Rule struct {
	ID         string       `json:"rule"`
	Package    string       `json:"package"`
	Title      string       `json:"title"`
	Obligation bool         `json:"obligation,omitempty"` // gives an obligation, proves nothing
	Actions    []Action     `json:"actions"`              // the decisions that need it
	Code       catalog.Code `json:"code,omitempty"`
	Articles   []string     `json:"articles"` // requirement IDs
	Message    catalog.Text `json:"message,omitzero"`
	Remedy     catalog.Text `json:"remedy,omitzero"`
}

//go:embed articles.txt
var articlesText string

// register is the set of requirement IDs that exist.
func register() map[string]bool {
	known := map[string]bool{}
	for line := range strings.Lines(articlesText) {
		known[strings.TrimSpace(line)] = true
	}
	return known
}

var ruleID = regexp.MustCompile(`^[A-Z]{3}-[0-9]{3}$`)

// readRules returns the rules that the modules annotate, sorted by ID. An annotation with a missing, unknown or mistyped key, an
// unknown code, action or article, a text in one language or an ID that is declared twice refuses.
func readRules(c *ast.Compiler) ([]Rule, error) {
	known := register()
	var rules []Rule
	seen := map[string]bool{}
	for _, ref := range c.GetAnnotationSet().Flatten() {
		rule := ref.GetRule()
		if rule == nil || ref.Annotations.Custom == nil {
			continue
		}
		r, err := readRule(ref, known)
		if err != nil {
			return nil, fmt.Errorf("annotation at %s: %w", ref.Annotations.Location, err)
		}
		if seen[r.ID] {
			return nil, fmt.Errorf("rule %s is declared twice", r.ID)
		}
		seen[r.ID] = true
		if !r.Obligation && proofHead(rule) != r.ID {
			return nil, fmt.Errorf("the annotation of %s stands above another rule", r.ID)
		}
		rules = append(rules, r)
	}
	if err := undeclared(c, seen); err != nil {
		return nil, err
	}
	slices.SortFunc(rules, func(a, b Rule) int { return strings.Compare(a.ID, b.ID) })
	return rules, nil
}

// undeclared names a proof whose ID no annotation declares.
func undeclared(c *ast.Compiler, declared map[string]bool) error {
	for _, m := range c.Modules {
		for _, rule := range m.Rules {
			if id := proofHead(rule); id != "" && !declared[id] {
				return fmt.Errorf("proof of %s at %s has no annotation", id, rule.Location)
			}
		}
	}
	return nil
}

// proofHead is the ID that a rule of the form `proof contains "ID"` proves, or "".
func proofHead(rule *ast.Rule) string {
	if rule.Head.Name != "proof" && rule.Head.Ref().String() != "proof" || rule.Head.Key == nil {
		return ""
	}
	id, ok := rule.Head.Key.Value.(ast.String)
	if !ok {
		return ""
	}
	return string(id)
}

func readRule(ref *ast.AnnotationsRef, known map[string]bool) (Rule, error) {
	custom := ref.Annotations.Custom
	r := Rule{Title: ref.Annotations.Title}
	r.Package = strings.TrimPrefix(ref.GetPackage().Path.String(), "data.")
	if r.Title == "" {
		return r, errors.New("title missing")
	}
	allowed := []string{"rule", "code", "articles", "message", "remedy", "entrypoints", "kind"}
	for key := range custom {
		if !slices.Contains(allowed, key) {
			return r, fmt.Errorf("unknown key %s", key)
		}
	}
	r.ID, _ = custom["rule"].(string)
	if !ruleID.MatchString(r.ID) {
		return r, errors.New("rule is not an ID")
	}
	if kind, there := custom["kind"]; there {
		if kind != "obligation" {
			return r, fmt.Errorf("%s: unknown kind", r.ID)
		}
		r.Obligation = true
	}
	err := errors.Join(r.readArticles(custom["articles"], known), r.readActions(custom["entrypoints"]))
	if !r.Obligation {
		err = errors.Join(err, r.readRefusal(custom))
	}
	if err != nil {
		return r, fmt.Errorf("%s: %w", r.ID, err)
	}
	return r, nil
}

func (r *Rule) readArticles(v any, known map[string]bool) error {
	ids, err := texts(v)
	if err != nil {
		return fmt.Errorf("articles: %w", err)
	}
	for _, id := range ids {
		if !known[id] {
			return fmt.Errorf("no requirement has the ID %s", id)
		}
	}
	r.Articles = ids
	return nil
}

func (r *Rule) readActions(v any) error {
	actions, err := texts(v)
	if err != nil {
		return fmt.Errorf("entrypoints: %w", err)
	}
	for _, a := range actions {
		if !Action(a).Known() {
			return fmt.Errorf("unknown action %s", a)
		}
		r.Actions = append(r.Actions, Action(a))
	}
	return nil
}

func (r *Rule) readRefusal(custom map[string]any) error {
	code, _ := custom["code"].(string)
	if r.Code = catalog.Code(code); !codes[r.Code] {
		return errors.New("code is not one of the list")
	}
	var err error
	if r.Message, err = bilingual(custom["message"]); err != nil {
		return fmt.Errorf("message: %w", err)
	}
	if r.Remedy, err = bilingual(custom["remedy"]); err != nil {
		return fmt.Errorf("remedy: %w", err)
	}
	return nil
}

func texts(v any) ([]string, error) {
	list, ok := v.([]any)
	if !ok || len(list) == 0 {
		return nil, errors.New("want a list of texts")
	}
	var out []string
	for _, x := range list {
		s, ok := x.(string)
		if !ok || s == "" || slices.Contains(out, s) {
			return nil, errors.New("want a list of distinct texts")
		}
		out = append(out, s)
	}
	return out, nil
}

// bilingual reads {zh, en}. A text with a comma in a YAML flow map splits into a third key, which is refused here.
func bilingual(v any) (catalog.Text, error) {
	m, ok := v.(map[string]any)
	if !ok || len(m) != 2 {
		return catalog.Text{}, errors.New("want zh and en, and nothing else")
	}
	zh, _ := m["zh"].(string)
	en, _ := m["en"].(string)
	if zh == "" || en == "" {
		return catalog.Text{}, errors.New("want zh and en")
	}
	return catalog.Text{Zh: zh, En: en}, nil
}

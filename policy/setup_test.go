package policy_test

import (
	"flag"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/policy"
)

var update = flag.Bool("update", false, "write the table of jurisdictions into docs/setup.md")

// row is one line of the table of jurisdictions: what it shows, and the settings that it is made of. Settings of a grade begin with a dot.
type row struct {
	title string
	of    []string
	cell  func(s map[string]any) string
}

var rows = []row{
	{"free SQL over real data", []string{".free_sql"}, byGrade(func(g map[string]any) string { return fmt.Sprint(g["free_sql"]) })},
	{"approved computations", []string{".computations"}, byGrade(func(g map[string]any) string { return fmt.Sprint(g["computations"]) })},
	{"grades that are answered at all", []string{"grade_max"}, func(s map[string]any) string { return fmt.Sprintf("1 to %v", s["grade_max"]) }},
	{"reviewers of an answer; if flagged", []string{".review"}, byGrade(func(g map[string]any) string {
		r := g["review"].(map[string]any)
		if r["clean"] == r["flagged"] {
			return fmt.Sprint(r["clean"])
		}
		return fmt.Sprintf("%v; %v", r["clean"], r["flagged"])
	})},
	{"an application is decided by, in this order", []string{".route"}, byGrade(func(g map[string]any) string { return words(g["route"]) })},
	{"it states besides", []string{".needs"}, byGrade(func(g map[string]any) string { return words(g["needs"]) })},
	{"longest term of a grant; it lapses unused after", []string{"term_days_max", "idle_days"},
		func(s map[string]any) string { return fmt.Sprintf("%v; %v days", s["term_days_max"], s["idle_days"]) }},
	{"declarations of datasets", []string{"declarations_optional"}, func(s map[string]any) string {
		return map[any]string{true: "may leave things out", false: "complete"}[s["declarations_optional"]]
	}},
	{"subjects authorize the use of", []string{"consent_categories"}, func(s map[string]any) string { return words(s["consent_categories"]) }},
	{"an identifier stops an answer from grade", []string{"identifiers_refused_from"}, func(s map[string]any) string { return fmt.Sprint(s["identifiers_refused_from"]) }},
	{"an institution without a credit level", []string{"credit"}, func(s map[string]any) string {
		c := s["credit"].(map[string]any)["unrated"].(map[string]any)
		if c["per_day"] == 0. && c["review"] == "auto" {
			return "as granted"
		}
		return fmt.Sprintf("to grade %v, %v runs a day, review %v", c["grade_max"], c["per_day"], c["review"])
	}},
}

// words joins a list; an empty one is a dash.
func words(list any) string {
	var out []string
	for _, v := range list.([]any) {
		out = append(out, fmt.Sprint(v))
	}
	if len(out) == 0 {
		return "–"
	}
	return strings.Join(out, ", ")
}

// byGrade writes a parameter of the grades; grades that have it alike stand together.
func byGrade(of func(map[string]any) string) func(map[string]any) string {
	return func(s map[string]any) string {
		var out []string
		grades := s["grades"].([]any)
		for first := 1; first <= 4; {
			last, text := first, of(grades[first].(map[string]any))
			for last < 4 && of(grades[last+1].(map[string]any)) == text {
				last++
			}
			span := fmt.Sprint(first)
			if last > first {
				span += fmt.Sprintf("–%d", last)
			}
			out = append(out, span+": "+text)
			first = last + 1
		}
		return strings.Join(out, "<br>")
	}
}

// table is what docs/setup.md says of the jurisdictions.
func table(t *testing.T) string {
	var b strings.Builder
	line := func(cells []string) { b.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	all := map[policy.Jurisdiction]map[string]any{}
	head, rule := []string{""}, []string{"---"}
	for _, j := range policy.Jurisdictions() {
		s, err := policy.SettingsOf(j)
		require.NoError(t, err)
		all[j] = s
		title := s["title"].(map[string]any)
		head, rule = append(head, fmt.Sprintf("`%s` %s %s", j, title["en"], title["zh"])), append(rule, "---")
	}
	line(head)
	line(rule)
	for _, r := range rows {
		cells := []string{r.title}
		for _, j := range policy.Jurisdictions() {
			cells = append(cells, r.cell(all[j]))
		}
		line(cells)
	}
	return b.String()
}

// TestSetUpPage: the table by which an operator sets a zone up is made of the data by which the policy decides, and shows all that differs.
func TestSetUpPage(t *testing.T) {
	const page, begin, end = "../docs/setup.md", "<!-- written by: go test ./policy -run TestSetUpPage -update -->\n", "<!-- end -->\n"
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	before, rest, found := strings.Cut(string(text), begin)
	_, after, closed := strings.Cut(rest, end)
	require.True(t, found && closed, "the page has lost its table")
	want := before + begin + "\n" + table(t) + "\n" + end + after
	if *update {
		require.NoError(t, os.WriteFile(page, []byte(want), 0o600))
		return
	}
	require.Equal(t, want, string(text), "the page does not say what the policy does")
}

func TestSetUpPageShowsAllThatDiffers(t *testing.T) {
	shown := map[string]bool{"title": true, "lab": true}
	for _, r := range rows {
		for _, name := range r.of {
			shown[name] = true
		}
	}
	first, err := policy.SettingsOf(policy.Beijing)
	require.NoError(t, err)
	for _, j := range policy.Jurisdictions() {
		s, err := policy.SettingsOf(j)
		require.NoError(t, err)
		for name, v := range s {
			require.True(t, shown[name] || name == "grades" || reflect.DeepEqual(v, first[name]), "%s of %s", name, j)
		}
		for g := 1; g <= 4; g++ {
			base := first["grades"].([]any)[g].(map[string]any)
			for name, v := range s["grades"].([]any)[g].(map[string]any) {
				require.True(t, shown["."+name] || reflect.DeepEqual(v, base[name]), "%s of grade %d of %s", name, g, j)
			}
		}
	}
}

//go:build !race

package policy_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"yumen/policy"
)

// edited is the default bundle with one text replaced in one file.
func edited(t *testing.T, name, old, replacement string) fs.FS {
	t.Helper()
	files := copied(t)
	require.Contains(t, files, name)
	text := string(files[name].Data)
	require.True(t, strings.Contains(text, old), "%s no longer holds the text that the test replaces", name)
	files[name] = &fstest.MapFile{Data: []byte(strings.Replace(text, old, replacement, 1))}
	return files
}

func copied(t *testing.T) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	require.NoError(t, fs.WalkDir(policy.DefaultBundle(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(policy.DefaultBundle(), name)
		files[name] = &fstest.MapFile{Data: raw}
		return err
	}))
	return files
}

const (
	authorization = "yumen/authorization/authorization.rego"
	decision      = "yumen/decision/decision.rego"
	defaults      = "data/default.yaml"
	strict        = "data/jurisdictions/strict.yaml"
	lab           = "data/jurisdictions/lab.yaml"
)

func TestBundlesThatAreRefused(t *testing.T) {
	cases := []struct{ name, file, old, replacement, want string }{
		{"no revision", ".manifest", `"2026`, `"", "x": "2026`, "unknown field"},
		{"does not compile", decision, "query_proof :=", "query_proof ==", "rego"},
		{"reaches the network", authorization, "lib.named(input.grant.id)", `http.send({"url": "x"})`, "http.send"},
		{"reaches the clock", authorization, "lib.named(input.grant.id)", "time.now_ns() > 0", "time.now_ns"},
		{"unused variable", authorization, "if lib.named(input.grant.id)", "if {\n\tx := 1\n\tlib.named(input.grant.id)\n}", "unused"},
		{"drops a rule", authorization, `proof contains "AUT-001" if`, "unproven if", "AUT-001"},
		{"drops a rule from an action", authorization, "entrypoints: [query.check, query.run, release.decide]", "entrypoints: [query.check]", "AUT-001 for"},
		{"makes a proof an obligation", authorization, "#   code: GRANT_MISSING", "#   kind: obligation", "does not require AUT-001"},
		{"unknown kind", authorization, "#   code: GRANT_MISSING", "#   kind: other", "unknown kind"},
		{"unknown code", authorization, "code: GRANT_MISSING", "code: GONE", "code"},
		{"unknown article", authorization, "articles: [BJ-OPS-32a", "articles: [BJ-OPS-99z", "BJ-OPS-99z"},
		{"no articles", authorization, "articles: [BJ-OPS-32a, XM-19c]", "articles: []", "articles"},
		{"articles as text", authorization, "articles: [BJ-OPS-32a, XM-19c]", "articles: BJ-OPS-32a", "articles"},
		{"unknown action", authorization, "entrypoints: [query.check", "entrypoints: [query.all, query.check", "query.all"},
		{"text in one language", authorization, "#     en: There is no such grant\n", "", "zh and en"},
		{"a third key in a text", authorization, "#     en: There is no such grant\n", "#     en: There is no such grant\n#     de: Nein\n", "zh and en"},
		{"a text as a number", authorization, "#     en: There is no such grant\n", "#     en: 7\n", "zh and en"},
		{"unknown key", authorization, "#   code: GRANT_MISSING", "#   code: GRANT_MISSING\n#   level: 3", "level"},
		{"no ID", authorization, "rule: AUT-001", "rule: 1", "not an ID"},
		{"ID declared twice", authorization, "rule: AUT-002", "rule: AUT-001", "AUT-001"},
		{"no title", authorization, "# title: The call names a grant\n", "", "title"},
		{"a proof without annotation", authorization, `detail["AUT-004"]`, "proof contains \"AUT-999\" if input.now > 0\n\ndetail[\"AUT-004\"]", "AUT-999"},
		{"unknown parameter", defaults, "\ngrade_max: 4", "\ngrade_max: 4\nsecret: 1", "secret"},
		{"no cover of sums", defaults, "sums: clamp, ", "", "sums or factor"},
		{"an unknown cover of sums", defaults, "sums: factor", "sums: round", "sums or factor"},
		{"a factor that leaves nothing", defaults, "factor: 10}", "factor: 21}", "sums or factor"},
		{"missing parameter", defaults, "    k: 3\n", "", "threshold"},
		{"a credit level less", defaults, "  D: {grade_max: 2, per_day: 5, review: one}\n", "", "credit has the levels"},
		{"a credit level of another name", defaults, "  D: {", "  E: {", "credit D"},
		{"a credit level without a review", defaults, "per_day: 5, review: one}", "per_day: 5, review: none}", "credit D"},
		{"a credit level of no grade", defaults, "D: {grade_max: 2", "D: {grade_max: 0", "credit D"},
		{"no categories of consent", defaults, "consent_categories: [biometric]", "consent_categories: null", "consent_categories"},
		{"an unknown category of consent", defaults, "consent_categories: [biometric]", "consent_categories: [zodiac]", "unknown category"},
		{"a lab for a default", defaults, "lab: false", "lab: true", "no lab"},
		{"a lab under another name", strict, "term_days_max: 1096", "lab: true", "only the lab"},
		{"a lab that is none", lab, "lab: true\ndeclarations_optional: true", "lab: false", "looser|only the lab"},
		{"roles that exclude one way", "data/roles.yaml", "auditor: [administrator, ", "auditor: [", "other way round"},
		{"a role that excludes nothing", "data/roles.yaml", "  regulator: [administrator", "  observer: [administrator", "excludes"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := policy.Open(policy.Config{Jurisdiction: policy.Beijing, Bundle: edited(t, c.file, c.old, c.replacement)})
			require.Error(t, err)
			require.Regexp(t, c.want, err.Error())
		})
	}
}

func TestBundleWithoutAnEntryPointIsRefused(t *testing.T) {
	files := copied(t)
	text := strings.ReplaceAll(string(files[decision].Data), "release_collect", "release_fetch")
	files[decision] = &fstest.MapFile{Data: []byte(text)}
	_, err := policy.Open(policy.Config{Jurisdiction: policy.Beijing, Bundle: files})
	require.ErrorContains(t, err, "release.collect: the bundle has no such entry point")
}

// A jurisdiction may only tighten.
func TestLooserParametersAreRefused(t *testing.T) {
	looser := []struct{ name, yaml string }{
		{"declarations_optional", "declarations_optional: true"},
		{"term_days_max", "term_days_max: 4000"},
		{"identifiers_refused_from", "identifiers_refused_from: 4"},
		{"mask", `grades: {"3": {mask: display}}`},
		{"retention_by_market", "retention_by_market: {ordinary: 3, authorised: 3, sealed: 5}"},
		{"k", `grades: {"2": {k: 4}}`},
		{"complement", `grades: {"2": {complement: 4}}`},
		{"sensitive", `grades: {"3": {sensitive: 9}}`},
		{"dominance", `grades: {"2": {dominance: []}}`},
		{"dominance", `grades: {"2": {dominance: [{n: 1, percent: 90}]}}`},
		{"dominance", `grades: {"2": {dominance: [{n: 2, percent: 91}]}}`},
		{"dominance", `grades: {"4": {dominance: [{n: 2, percent: 67}]}}`},
		{"p", `grades: {"3": {p: 14}}`},
		{"homogeneity", `grades: {"2": {homogeneity: 0}}`},
		{"homogeneity", `grades: {"2": {homogeneity: 95}}`},
		{"jitter", `grades: {"3": {jitter: 0}}`},
		{"round", `grades: {"3": {round: 0}}`},
		{"cells_max", `grades: {"1": {cells_max: 5001}}`},
		{"tick_ms", `grades: {"3": {tick_ms: 250}}`},
		{"free_sql", `grades: {"2": {free_sql: exact}}`},
		{"computations", `grades: {"2": {computations: exact}}`},
		{"noise", `grades: {"2": {noise: {sigma: 9}}}`},
		{"sums", `grades: {"3": {noise: {sums: factor}}}`},
		{"factor", `grades: {"2": {noise: {factor: 9}}}`},
		{"review", `grades: {"3": {review: {clean: auto, flagged: two}}}`},
		{"review with flags", `grades: {"3": {review: {clean: one, flagged: one}}}`},
		{"sample", `grades: {"1": {review: {clean: auto, flagged: auto, sample_percent: 4}}}`},
		{"supply", `grades: {"2": {supply: [copy, interface]}}`},
		{"supply_exception", `grades: {"4": {supply_exception: false}}`},
		{"consent_categories", `consent_categories: []`},
		{"idle_days", `idle_days: 181`},
		{"credit C", `credit: {C: {grade_max: 4, per_day: 20, review: one}}`},
		{"credit C", `credit: {C: {grade_max: 3, per_day: 21, review: one}}`},
		{"credit D", `credit: {D: {grade_max: 2, per_day: 0, review: one}}`},
		{"credit D", `credit: {D: {grade_max: 2, per_day: 5, review: auto}}`},
		{"retention_years", `grades: {"3": {retention_years: 3}}`},
	}
	for _, c := range looser {
		t.Run("BJ-OPS-27a: "+c.yaml, func(t *testing.T) {
			files := copied(t)
			files["data/jurisdictions/bj.yaml"] = &fstest.MapFile{Data: []byte("title: {zh: 北京, en: Beijing}\n" + c.yaml + "\n")}
			_, err := policy.Open(policy.Config{Jurisdiction: policy.Beijing, Bundle: files})
			require.ErrorContains(t, err, c.name)
			require.ErrorContains(t, err, "looser than the default")
		})
	}
	tighter := []string{
		`grades: {"2": {k: 6, dominance: [{n: 3, percent: 80}], p: 20, cells_max: 100}}`,
		`grades: {"2": {supply: [interface], free_sql: never, review: {clean: two, flagged: two}}}`,
		`grades: {"1": {noise: {factor: 20}}, "2": {noise: {sums: clamp, factor: 5}}}`,
		`grade_max: 2`,
		`credit: {unrated: {grade_max: 2, per_day: 1, review: two}, A: {grade_max: 4, per_day: 9, review: auto}}`,
		"identifiers_refused_from: 1\ngrades: {\"1\": {mask: hide}}",
	}
	for _, y := range tighter {
		files := copied(t)
		files["data/jurisdictions/bj.yaml"] = &fstest.MapFile{Data: []byte("title: {zh: 北京, en: Beijing}\n" + y + "\n")}
		_, err := policy.Open(policy.Config{Jurisdiction: policy.Beijing, Bundle: files})
		require.NoError(t, err, y)
	}
}

// A lab loosens two things, and even a lab has no free statements at grade 4.
func TestLabLoosensOnlyWhatItMay(t *testing.T) {
	for _, y := range []string{`grades: {"4": {free_sql: exact}}`, `grades: {"2": {k: 1}}`, `grades: {"3": {review: {clean: auto}}}`} {
		files := copied(t)
		files[lab] = &fstest.MapFile{Data: []byte("title: {zh: 实验, en: Lab}\nlab: true\n" + y + "\n")}
		_, err := policy.Open(policy.Config{Jurisdiction: policy.Lab, Bundle: files})
		require.Error(t, err, y)
	}
}

func TestBundleDigestFollowsEveryFile(t *testing.T) {
	digest := func(files fs.FS) string {
		e, err := policy.Open(policy.Config{Jurisdiction: policy.Beijing, Bundle: files})
		require.NoError(t, err)
		return string(e.Status().Digest)
	}
	original := digest(nil)
	require.Equal(t, original, digest(copied(t)))
	for name := range copied(t) {
		if strings.HasSuffix(name, ".json") || name == ".manifest" {
			continue
		}
		files := copied(t)
		files[name].Data = append(files[name].Data, "\n# one more line\n"...)
		require.NotEqual(t, original, digest(files), name)
	}
	stray := copied(t)
	stray["yumen/lib/notes.txt"] = &fstest.MapFile{Data: []byte("x")}
	_, err := policy.Open(policy.Config{Jurisdiction: policy.Beijing, Bundle: stray})
	require.ErrorContains(t, err, "has no place in a bundle")
}

package telemetry_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"yumen/internal/telemetry"
)

// namesIn lists the metrics that a text names, without what a histogram adds to them.
func namesIn(text string) map[string]bool {
	out := map[string]bool{}
	for _, name := range regexp.MustCompile(`\byumen_[a-z_]+[a-z]\b`).FindAllString(text, -1) {
		for _, part := range []string{"_bucket", "_sum", "_count"} {
			if base := strings.TrimSuffix(name, part); strings.HasSuffix(base, "_seconds") {
				name = base
			}
		}
		out[name] = true
	}
	return out
}

// The page for operators names every metric, and none that there is not; so do the alerts.
func TestMetricsAreDocumented(t *testing.T) {
	real := telemetry.New("v9", nil).Names()
	require.Greater(t, len(real), 20)
	page, err := os.ReadFile("../../docs/operations.md")
	require.NoError(t, err)
	_, section, found := strings.Cut(string(page), "### Metrics")
	require.True(t, found)
	section, _, _ = strings.Cut(section, "### Tracing")
	documented := namesIn(section)
	for _, name := range real {
		require.True(t, documented[name], "docs/operations.md does not name %s", name)
	}
	alerts, err := os.ReadFile("../../packaging/prometheus/alerts.yml")
	require.NoError(t, err)
	for name := range namesIn(section + string(alerts)) {
		require.Contains(t, real, name, "it is named, and is no metric")
	}
}

// Every alert says what it is about in both languages, and how bad it is.
func TestAlerts(t *testing.T) {
	b, err := os.ReadFile("../../packaging/prometheus/alerts.yml")
	require.NoError(t, err)
	var file struct {
		Groups []struct {
			Name  string
			Rules []struct {
				Alert, Expr, For    string
				Labels, Annotations map[string]string
			}
		}
	}
	dec := yaml.NewDecoder(strings.NewReader(string(b)))
	dec.KnownFields(true)
	require.NoError(t, dec.Decode(&file))
	require.Len(t, file.Groups, 1)
	require.Greater(t, len(file.Groups[0].Rules), 5)
	for _, r := range file.Groups[0].Rules {
		require.Regexp(t, `^Yumen[A-Za-z]+$`, r.Alert)
		require.NotEmpty(t, namesIn(r.Expr), r.Alert)
		require.True(t, slices.Contains([]string{"warning", "critical"}, r.Labels["severity"]), r.Alert)
		require.Regexp(t, `^[A-Z].*\.$`, r.Annotations["en"])
		require.True(t, strings.ContainsFunc(r.Annotations["zh"], func(c rune) bool { return unicode.Is(unicode.Han, c) }), r.Alert)
		for _, state := range regexp.MustCompile(`state="(\w+)"`).FindAllStringSubmatch(r.Expr, -1) {
			require.Contains(t, telemetry.States, state[1])
		}
	}
}

package zone_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/internal/zone"
)

const seed = 20240601

// read parses one generated table with the standard reader: header and rows.
func read(t *testing.T, name string, size zone.Size) ([]string, [][]string) {
	t.Helper()
	var buf bytes.Buffer
	require.NoError(t, zone.Write(&buf, name, size, seed))
	require.NotContains(t, buf.String(), `"`)
	rows, err := csv.NewReader(&buf).ReadAll()
	require.NoError(t, err)
	require.Greater(t, len(rows), 1)
	return rows[0], rows[1:]
}

func column(header []string, name string) int {
	for i, h := range header {
		if h == name {
			return i
		}
	}
	return -1
}

func digest(t *testing.T, name string, size zone.Size, seed uint64) string {
	t.Helper()
	h := sha256.New()
	require.NoError(t, zone.Write(h, name, size, seed))
	return hex.EncodeToString(h.Sum(nil))
}

func TestWriteIsDeterministic(t *testing.T) {
	for _, name := range zone.Tables() {
		first := digest(t, name, zone.Small, seed)
		require.Equal(t, first, digest(t, name, zone.Small, seed), name)
		require.NotEqual(t, first, digest(t, name, zone.Small, seed+1), name)
	}
	// The bytes of a seed never change, so that figures quoted from the sample zone stay true.
	require.Equal(t, "93a414982d5e44cf38383b01a59f56333ce38306a8cbf0bf61eeb90d4cf90548", digest(t, "persons", zone.Small, seed))
}

func TestWriteRefuses(t *testing.T) {
	require.ErrorContains(t, zone.Write(io.Discard, "nothing", zone.Small, seed), "unknown table")
	require.ErrorContains(t, zone.Write(io.Discard, "tax", "huge", seed), "unknown size")
	_, err := zone.ParseSize("huge")
	require.Error(t, err)
	full := errors.New("full")
	require.ErrorIs(t, zone.Write(failing{full}, "tax", zone.Small, seed), full)
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestSizes(t *testing.T) {
	_, persons := read(t, "persons", zone.Small)
	_, enterprises := read(t, "enterprises", zone.Small)
	require.Len(t, persons, 2_000)
	require.Len(t, enterprises, 600)
	if testing.Short() {
		return
	}
	lines := &lineCounter{}
	require.NoError(t, zone.Write(lines, "social_insurance", zone.Medium, seed))
	require.InDelta(t, 1_000_000, lines.n, 50_000)
}

type lineCounter struct{ n int }

func (c *lineCounter) Write(p []byte) (int, error) {
	c.n += bytes.Count(p, []byte("\n"))
	return len(p), nil
}

func TestSkew(t *testing.T) {
	header, rows := read(t, "social_insurance", zone.Small)
	staff := map[string]int{}
	for _, r := range rows {
		staff[r[column(header, "employer_uscc")]]++
	}
	largest := 0
	for _, n := range staff {
		largest = max(largest, n)
	}
	require.Greater(t, largest*100, 8*len(rows), "one giant firm")
	require.Greater(t, len(staff), 300, "and many small ones")
}

// Every key that a table refers to exists where it points.
func TestReferencesHold(t *testing.T) {
	documents, err := zone.Documents()
	require.NoError(t, err)
	for _, d := range documents {
		dataset, ok := d.Body.(*catalog.Dataset)
		if !ok {
			continue
		}
		header, rows := read(t, d.Name, zone.Small)
		for _, j := range dataset.Spec.Joins {
			targetHeader, targetRows := read(t, j.To.Dataset, zone.Small)
			known := map[string]bool{"": true}
			for _, r := range targetRows {
				known[r[column(targetHeader, j.To.Columns[0])]] = true
			}
			for _, r := range rows {
				require.True(t, known[r[column(header, j.Columns[0])]], "%s -> %s", d.Name, j.To.Dataset)
			}
		}
	}
}

func BenchmarkSocialInsuranceMedium(b *testing.B) {
	for b.Loop() {
		lines := &lineCounter{}
		if err := zone.Write(lines, "social_insurance", zone.Medium, seed); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(lines.n), "rows")
	}
}

//go:build !race

package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// attackOnRuns is a way to find out a target's fact by whole runs. It plans texts and says what the figures of their answers come to: positive for
// yes, negative for no, 0 for not knowing. A figure that is withheld is nil.
type attackOnRuns struct {
	name string
	plan func(f *ground, target int) (texts []string, score func([]*float64) float64)
}

var attacksOnRuns = []attackOnRuns{
	{"insider", planRunsInsider},
	{"sums", planRunsSums},
	{"pairs", func(f *ground, target int) ([]string, func([]*float64) float64) {
		return planRunsPairs(f, target, false)
	}},
	{"equality", func(f *ground, target int) ([]string, func([]*float64) float64) {
		return planRunsPairs(f, target, true)
	}},
	{"averaging", planRunsAveraging},
	{"comparator", planRunsComparator},
	{"spelling", planRunsSpelling},
}

// Figures of one text, one of which may be the count that decides.
const (
	countsOfText = 15
	sumsOfText   = 7
)

// enough others have the fact that a count is shown for certain: k and twice the farthest that noise reaches.
const enough = 5 + 8*10

// filtered writes one text with a figure for each condition.
func (f *ground) filtered(figure string, conditions []string) string {
	var out []string
	for i, c := range conditions {
		out = append(out, fmt.Sprintf("%s FILTER (WHERE %s) AS a%d", figure, c, i))
	}
	return "SELECT " + strings.Join(out, ", ") + " FROM " + f.table
}

// different collects up to n surroundings of which no two are one.
func (f *ground) different(n, trials int, next func() surrounding, admit func(surrounding) bool) []surrounding {
	seen, out := map[string]bool{}, []surrounding{}
	for range trials {
		if len(out) == n {
			break
		}
		s := next()
		if text := f.sql(s); !seen[text] && admit(s) {
			seen[text] = true
			out = append(out, s)
		}
	}
	return out
}

func (f *ground) marks(all []surrounding) (conditions []string) {
	for _, s := range all {
		conditions = append(conditions, f.marked()+" AND "+f.sql(s))
	}
	return conditions
}

// planRunsInsider knows all facts but one: 30 counts of surroundings with the target in them.
func planRunsInsider(f *ground, target int) ([]string, func([]*float64) float64) {
	var known []float64
	all := f.different(2*countsOfText, 200, func() surrounding { return f.around(target, 1+f.random.IntN(3), 0.7) }, func(s surrounding) bool {
		marked, _ := f.others(s, target)
		return marked > enough
	})
	for _, s := range all {
		marked, _ := f.others(s, target)
		known = append(known, float64(marked)+0.5)
	}
	return f.inTexts("count(*)", f.marks(all), countsOfText), func(answers []*float64) float64 {
		f.note(answers, known, f.toss[target])
		return above(known)(answers)
	}
}

// note keeps the noise of counts whose truth is known.
func (f *ground) note(answers []*float64, known []float64, fact bool) {
	f.noting.Lock()
	defer f.noting.Unlock()
	for i, a := range answers {
		if a != nil {
			truth := known[i] - 0.5
			if fact {
				truth++
			}
			f.noises = append(f.noises, *a-truth)
		}
	}
}

func (f *ground) inTexts(figure string, conditions []string, each int) (texts []string) {
	for part := range slices.Chunk(conditions, each) {
		texts = append(texts, f.filtered(figure, part))
	}
	return texts
}

// above adds up what figures are above what is known.
func above(known []float64) func([]*float64) float64 {
	return func(answers []*float64) float64 {
		var sum float64
		for i, a := range answers {
			if a != nil {
				sum += *a - known[i]
			}
		}
		return sum
	}
}

// planRunsSums knows all amounts but one: clamped sums of those who have the fact, which is sensitive, each with the count that decides. The target adds the most
// that anybody may, or is not among them.
func planRunsSums(f *ground, target int) ([]string, func([]*float64) float64) {
	var known []float64
	all := f.different(2*sumsOfText, 200, func() surrounding { return f.around(target, 1+f.random.IntN(3), 0.7) }, func(s surrounding) bool {
		marked, _ := f.others(s, target)
		return marked > enough
	})
	for _, s := range all {
		_, sum := f.others(s, target)
		known = append(known, float64(sum)+float64(f.clip)/2)
	}
	return f.inTexts(fmt.Sprintf("sum(%q)", f.amount), f.marks(all), sumsOfText), above(known)
}

// planRunsPairs asks with and without a value that only the target has in a surrounding. Who looks for equality takes equal counts for a target without the fact.
func planRunsPairs(f *ground, target int, equality bool) ([]string, func([]*float64) float64) {
	var conditions []string
	seen := map[string]bool{}
	for range 60 {
		base := f.around(target, 1+f.random.IntN(4), 0.3)
		if marked, _ := f.others(base, target); marked <= enough {
			continue
		}
		for _, name := range f.dimensions {
			own := f.rows[target][f.column(name)]
			with, without := maps.Clone(base), maps.Clone(base)
			with[name], without[name] = f.values(name), slices.DeleteFunc(f.values(name), func(v string) bool { return v == own })
			if base[name] != nil || len(without[name]) == 0 || seen[f.sql(without)] || len(conditions) == 14 || f.between(with, without, target) > 0 {
				continue
			}
			seen[f.sql(without)] = true
			conditions = append(conditions, f.marks([]surrounding{with, without})...)
		}
	}
	if len(conditions) == 0 {
		return nil, func([]*float64) float64 { return 0 }
	}
	return []string{f.filtered("count(*)", conditions)}, func(answers []*float64) float64 {
		var sum float64
		for i := 0; i+1 < len(answers); i += 2 {
			switch {
			case answers[i] == nil || answers[i+1] == nil:
			case !equality:
				sum += *answers[i] - *answers[i+1] - 0.5
			case *answers[i] == *answers[i+1]:
				sum -= 8 // by chance one time in 35
			default:
				sum++
			}
		}
		return sum
	}
}

// between is how many others are in one surrounding and not in the other.
func (f *ground) between(with, without surrounding, target int) int {
	n := 0
	for i, r := range f.rows {
		if i != target && f.in(with, r) && !f.in(without, r) {
			n++
		}
	}
	return n
}

// planRunsAveraging asks for the same rows under many conditions: values are left out that nobody in the surrounding has.
func planRunsAveraging(f *ground, target int) ([]string, func([]*float64) float64) {
	var all []surrounding
	for range 40 {
		base := f.around(target, 2, 0.5)
		marked, _ := f.others(base, target)
		if marked <= enough {
			continue
		}
		all = f.different(countsOfText, 200, func() surrounding {
			s := maps.Clone(base)
			for name, values := range f.around(target, 2, 0.9) {
				if s[name] == nil {
					s[name] = values
				}
			}
			return s
		}, func(s surrounding) bool { return f.between(base, s, target) == 0 })
		if len(all) > 2 {
			known := slices.Repeat([]float64{float64(marked) + 0.5}, len(all))
			return []string{f.filtered("count(*)", f.marks(all))}, above(known)
		}
	}
	return nil, func([]*float64) float64 { return 0 }
}

// planRunsComparator asks where the target makes the difference between four and five, and looks at nothing but what is shown.
func planRunsComparator(f *ground, target int) ([]string, func([]*float64) float64) {
	all := f.different(countsOfText, 150, func() surrounding { return f.around(target, 3+f.random.IntN(3), 0.2) }, func(s surrounding) bool {
		marked, _ := f.others(s, target)
		return marked == 4
	})
	if len(all) == 0 {
		return nil, func([]*float64) float64 { return 0 }
	}
	return []string{f.filtered("count(*)", f.marks(all))}, func(answers []*float64) float64 {
		sum := -0.01
		for _, a := range answers {
			if a != nil {
				sum++
			}
		}
		return sum
	}
}

// planRunsSpelling writes one question of an insider in three ways, and takes the mean.
func planRunsSpelling(f *ground, target int) ([]string, func([]*float64) float64) {
	s := surrounding{}
	for range 40 {
		s = f.around(target, 2, 0.7)
		if marked, _ := f.others(s, target); marked > enough {
			break
		}
	}
	marked, _ := f.others(s, target)
	is, where, t := f.marked(), f.sql(s), f.table
	return []string{
		"SELECT count(*) AS n FROM " + t + " WHERE " + is + " AND " + where,
		"SELECT count(*) FILTER (WHERE " + is + ") AS n FROM " + t + " WHERE " + where,
		"SELECT 7 * sum(CASE WHEN NOT NOT (" + is + ") THEN 1 ELSE 0 END) / 7 AS n FROM " + t + " AS x WHERE (" + where + ") ORDER BY n LIMIT 1",
	}, above(slices.Repeat([]float64{float64(marked) + 0.5}, 3))
}

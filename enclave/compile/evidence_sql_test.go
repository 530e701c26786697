package compile_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog/footprint/viewtest"
	"yumen/enclave/compile"
	"yumen/enclave/disclosure"
)

// answers are the released cells of every pattern of the corpus that is not refused, statement by statement: keys|cells in the plan's
// canonical order, a dot for what is withheld. They follow from the rules of grade 2 and schema.sql.
var answers = map[string][][]string{
	"B03": {{"I0|60", "I1|60", "I2|59", "I3|60", "I4|60"}},
	"B06": {{"I0|60", "I1|60", "I2|59", "I3|60", "I4|60"}},
	"C01": {nil},
	"E02": {{"300|5885846.00"}, nil},
	"E04": {{"D0|37", "D1|38", "D2|38", "D3|38", "D4|38", "D5|37", "D6|37", "D7|37"}, {"300"}},
	"E10": {{"3792000.00"}, nil},
	"F03": {nil},
	"F04": {nil, {"223706.00"}, nil},
	"G04": {{"63"}},
	"L07": {{"I0|178950.00", "I1|175830.00", "I2|175064.00", "I4|178170.00"}},
	"M05": {nil},
	"R01": {nil},
	"R03": {{"executed|I0|8", "executed|I1|8", "executed|I3|8", "executed|I4|8", "open|I0|16", "open|I1|16", "open|I3|16", "open|I4|16"}},
	"Y1":  {{"D0|62", "D1|63", "D2|63", "D3|63", "D4|63", "D5|62", "D6|62", "D7|61"}},
	"Y2":  {{"I0|60|178950.00", "I1|60|175830.00", "I2|59|175064.00", "I3|60|.", "I4|60|178170.00"}},
	"Y3":  {{"2023|I0|222030.00", "2023|I1|219390.00", "2023|I2|217565.00", "2023|I3|220710.00", "2023|I4|221370.00", "2024|I0|222090.00", "2024|I1|219450.00", "2024|I2|217624.00", "2024|I3|220770.00", "2024|I4|221430.00"}},
	"Y4":  {{"195|F|55", "195|M|57", "196|F|56", "196|M|57", "197|F|45", "197|M|43", "198|F|38", "198|M|37", "199|F|38", "199|M|38", "200|F|18", "200|M|18"}},
	"Y6":  {{"D0|7", "D1|8", "D2|10", "D3|7", "D4|7", "D5|6", "D7|7"}},
	"Y7":  {{"120|7260000.00"}},
	"Y8":  {{"500|2281680.00"}},
	"Y9":  {{"I0|1530.00|222090.00", "I1|1224.00|219450.00", "I2|1734.00|217624.00", "I3|1377.00|220770.00", "I4|1938.00|221430.00"}},
	"Y10": {{"D0|14", "D2|13", "D4|14", "D6|15"}},
	"Y11": {{"D0|37|.|.", "D1|38|377210534.0000|111606.00", "D2|38|380118712.0000|112100.00", "D3|38|383039734.0000|112594.00", "D4|38|385973600.0000|113088.00", "D5|37|364782741.0000|108669.00", "D6|37|367614388.0000|109150.00", "D7|37|370458541.0000|109631.00"}},
	"Y12": {{"D0|62|37", "D1|63|38", "D2|63|38", "D3|63|38", "D4|63|38", "D5|62|37", "D6|62|37", "D7|62|37"}},
}

// ask answers a text: front half, generated statements, evidence, judgement, ledger.
func (s *session) ask(t *testing.T, text string) []string {
	t.Helper()
	view := viewtest.Corpus(t)
	plan, err := build(t, text, view, noNulls(view))
	require.NoError(t, err)
	table := s.evidence(plan, compile.Inputs{Snapshots: s.pins, Earlier: s.earlier})
	rows := disclosure.Judge(table, grade2).Released(table)
	families := plan.Families(s.pins, nil)
	outcomes, err := compile.Outcomes(families, rows, s.earlier)
	require.NoError(t, err)
	for i, f := range families {
		s.earlier = append(s.earlier, outcomes[i].Earlier(f)...)
	}
	return words(compile.Replay(outcomes))
}

// TestCorpusAnswers asks every pattern of the corpus that has an answer, each as a fresh institution.
func TestCorpusAnswers(t *testing.T) {
	c := newCorpus(t)
	seen := 0
	for _, p := range corpus(t) {
		if p.Verdict == "refuse" || p.Machine != nil && !*p.Machine {
			continue
		}
		seen++
		t.Run(p.ID, func(t *testing.T) {
			s := &session{corpusWorld: c}
			var got [][]string
			for _, text := range p.SQL {
				got = append(got, s.ask(t, text))
			}
			require.Equal(t, answers[p.ID], got)
		})
	}
	require.Len(t, answers, seen)
}

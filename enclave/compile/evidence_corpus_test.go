package compile_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave/compile"
	"yumen/enclave/disclosure"
)

// grade2 are the rules of the corpus: all its columns are grade 2.
var grade2 = disclosure.Rules{
	K: 5, Dominance: []disclosure.Dominance{{N: 2, Percent: 90}}, P: 10, Homogeneity: true, HomogeneityShare: 90,
}

// session is one institution: it keeps a ledger.
type session struct {
	*corpusWorld
	earlier []compile.Earlier
}

// answer runs a question and records what was released: rows as text, key|value|…, NULL as a dot.
func (s *session) answer(q *question) []string {
	s.t.Helper()
	in := compile.Inputs{Snapshots: s.pins, Earlier: s.earlier}
	table := s.evidence(&q.plan, in)
	rows := disclosure.Judge(table, grade2).Released(table)
	families := q.plan.Families(s.pins, nil)
	outcomes, err := compile.Outcomes(families, rows, s.earlier)
	require.NoError(s.t, err)
	for i, f := range families {
		s.earlier = append(s.earlier, outcomes[i].Earlier(f)...)
	}
	require.Equal(s.t, len(rows), len(compile.Replay(outcomes)))
	return words(compile.Replay(outcomes))
}

func words(rows []disclosure.Released) []string {
	var out []string
	for _, r := range rows {
		var parts []string
		for _, v := range append(append([]*string{}, r.Key...), r.Values...) {
			if v == nil {
				parts = append(parts, ".")
				continue
			}
			parts = append(parts, *v)
		}
		out = append(out, strings.Join(parts, "|"))
	}
	return out
}

const (
	taxFirm   = "tax>uscc:enterprises"
	courtFirm = "court_judgments>party_uscc:enterprises"
	worker    = "social_insurance>person_id:persons"
	employer  = "social_insurance>employer_uscc:enterprises"
)

// TestEvidenceOfCorpus asks the corpus patterns that the exact mode decides on data, each as a fresh institution.
func TestEvidenceOfCorpus(t *testing.T) {
	c := newCorpus(t)
	ask := func(root string) *question { return ask(c.specs, root) }
	regular := values("I0", "I1", "I2", "I3", "I4")
	tests := []struct {
		id   string
		asks []*question
		want [][]string // per question; nil withholds everything
	}{
		{"B03 rare industry", []*question{ask("enterprises").by("enterprises", "industry", "", 0).rows(0)},
			[][]string{{"I0|60", "I1|60", "I2|59", "I3|60", "I4|60"}}},
		{"C01 one person with twelve rows", []*question{ask("social_insurance").join("social_insurance", "person_id", "persons", "person_id").
			by(worker, "district", "", 0).where(-1, worker, "district", values("Tibet-Lhasa")).sum(0, "social_insurance", "paid")},
			[][]string{nil}},
		{"E02 complement of one", []*question{
			ask("enterprises").rows(0).sum(0, "enterprises", "registered_capital"),
			ask("enterprises").where(-1, "enterprises", "industry", regular).rows(0).sum(0, "enterprises", "registered_capital"),
		}, [][]string{{"300|5885846.00"}, nil}},
		{"E10 three firms less", []*question{
			ask("court_judgments").where(-1, "court_judgments", "status", values("open")).sum(0, "court_judgments", "amount"),
			ask("court_judgments").where(-1, "court_judgments", "status", values("open")).
				where(-1, "court_judgments", "amount", from("5000.00", "")).sum(0, "court_judgments", "amount"),
		}, [][]string{{"3792000.00"}, nil}},
		{"F03 complement query", []*question{ask("persons").
			where(-1, "persons", "district", values("D0", "D1", "D2", "D3", "D4", "D5", "D6", "D7")).rows(0)}, [][]string{nil}},
		{"M05 equality by another name", []*question{ask("persons").where(-1, "persons", "district", values("Tibet-Lhasa")).rows(0)},
			[][]string{nil}},
		{"R01 one firm holds nearly all", []*question{ask("enterprises").where(-1, "enterprises", "industry", values("I3")).
			where(-1, "enterprises", "district", values("D0")).sum(0, "enterprises", "registered_capital")}, [][]string{nil}},
		{"R03 all executed", []*question{ask("court_judgments").join("court_judgments", "party_uscc", "enterprises", "uscc").
			by(courtFirm, "industry", "", 0).by("court_judgments", "status", "", 0).rows(0)},
			[][]string{{"I0|executed|8", "I0|open|16", "I1|executed|8", "I1|open|16", "I3|executed|8", "I3|open|16", "I4|executed|8", "I4|open|16"}}},
		{"Y1 districts", []*question{ask("persons").by("persons", "district", "", 0).rows(0)},
			[][]string{{"D0|62", "D1|63", "D2|63", "D3|63", "D4|63", "D5|62", "D6|62", "D7|61"}}},
		{"Y2 industries", []*question{ask("enterprises").by("enterprises", "industry", "", 0).sum(0, "enterprises", "registered_capital").rows(0)},
			[][]string{{"I0|178950.00|60", "I1|175830.00|60", "I2|175064.00|59", "I3|.|60", "I4|178170.00|60"}}},
		{"Y3 joined sums", []*question{ask("tax").join("tax", "uscc", "enterprises", "uscc").by(taxFirm, "industry", "", 0).
			by("tax", "year", "", 0).sum(0, "tax", "tax_paid")}, [][]string{{"I0|2023|222030.00", "I0|2024|222090.00", "I1|2023|219390.00", "I1|2024|219450.00", "I2|2023|217565.00", "I2|2024|217624.00", "I3|2023|220710.00", "I3|2024|220770.00", "I4|2023|221370.00", "I4|2024|221430.00"}}},
		{"Y4 decades", []*question{ask("persons").by("persons", "birth_date", "decade", 0).by("persons", "gender", "", 0).rows(0)}, [][]string{{"195|F|55", "195|M|57", "196|F|56", "196|M|57", "197|F|45", "197|M|43", "198|F|38", "198|M|37", "199|F|38", "199|M|38", "200|F|18", "200|M|18"}}},
		{"Y6 distinct parties", []*question{ask("court_judgments").join("court_judgments", "party_uscc", "enterprises", "uscc").
			where(-1, "court_judgments", "status", values("executed")).by(courtFirm, "district", "", 0).entities(0, "court_judgments", 0)}, [][]string{{"D0|7", "D1|8", "D2|10", "D3|7", "D4|7", "D5|6", "D7|7"}}},
		{"Y7 the whole domain", []*question{ask("court_judgments").rows(0).sum(0, "court_judgments", "amount")}, [][]string{{"120|7260000.00"}}},
		{"Y8 roll-up", []*question{ask("social_insurance").entities(0, "social_insurance", 0).sum(0, "social_insurance", "paid")}, [][]string{{"500|2281680.00"}}},
		{"Y9 two sums", []*question{ask("tax").join("tax", "uscc", "enterprises", "uscc").where(-1, "tax", "year", values("2024")).
			by(taxFirm, "industry", "", 0).sum(0, "tax", "arrears").sum(0, "tax", "tax_paid")}, [][]string{{"I0|1530.00|222090.00", "I1|1224.00|219450.00", "I2|1734.00|217624.00", "I3|1377.00|220770.00", "I4|1938.00|221430.00"}}},
		{"Y10 dates on the grid", []*question{ask("persons").where(-1, "persons", "gender", values("F")).
			where(-1, "persons", "birth_date", from("1960-01-01", "1970-01-01")).by("persons", "district", "", 0).rows(0)}, [][]string{{"D0|14", "D2|13", "D4|14", "D6|15"}}},
		{"Y11 moments", []*question{ask("enterprises").by("enterprises", "district", "", 0).rows(0).
			sum(0, "enterprises", "registered_capital").squares(0, "enterprises", "registered_capital")}, [][]string{{"D0|37|.|.", "D1|38|111606.00|377210534.0000", "D2|38|112100.00|380118712.0000", "D3|38|112594.00|383039734.0000", "D4|38|113088.00|385973600.0000", "D5|37|108669.00|364782741.0000", "D6|37|109150.00|367614388.0000", "D7|37|109631.00|370458541.0000"}}},
		{"Y12 two entity types", []*question{ask("social_insurance").join("social_insurance", "employer_uscc", "enterprises", "uscc").
			where(-1, "social_insurance", "month", values("12")).by(employer, "district", "", 0).
			entities(0, "social_insurance", 0).entities(0, "social_insurance", 1)}, [][]string{{"D0|62|37", "D1|63|38", "D2|63|38", "D3|63|38", "D4|63|38", "D5|62|37", "D6|62|37", "D7|62|37"}}},
	}
	for _, tt := range tests {
		t.Run(tt.id, func(t *testing.T) {
			s := &session{corpusWorld: c}
			for i, q := range tt.asks {
				require.Equal(t, tt.want[i], s.answer(q), fmt.Sprintf("question %d", i))
			}
		})
	}
}

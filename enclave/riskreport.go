package enclave

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"yumen/catalog"
	"yumen/enclave/compile"
	"yumen/enclave/disclosure"
	"yumen/enclave/egress"
	"yumen/internal/mask"
	"yumen/internal/metastore"
	"yumen/policy"
	"yumen/sandbox"
)

// riskReport is what reviewers decide from, in its canonical form, with its digest.
func (s *Service) riskReport(run string, a *asked, m *made, post *sandbox.PostResult) ([]byte, catalog.Digest, error) {
	hide, level := mask.New(s.clock.Now()), a.decision.Obligations.Run.Mask
	r := egress.Report{Version: egress.ReportVersion, Leaves: masked(hide, level, leaves(post)), Identifiers: m.found, Note: a.in.Note}
	for _, f := range m.stamp.Files {
		r.Files = append(r.Files, egress.File{Name: f.Name, Size: f.Size, Digest: f.Digest})
	}
	for i, part := range m.answer.parts {
		x := protectedCells(part)
		x.Cells = masked(hide, level, x.Cells)
		if i == 0 {
			r.Part = x
			continue
		}
		r.More = append(r.More, x)
	}
	r.Strip = egress.Strip{Run: run, Turn: 1, Grade: a.plan.Grade, Jurisdiction: s.zone.Jurisdiction, Environment: string(s.zone.environment()), Mode: string(a.decision.Obligations.Run.Mode), Quorum: a.quorum()}
	for _, part := range r.Parts() {
		shown, withheld := part.Cells.Count()
		r.Strip.Shown, r.Strip.Withheld = r.Strip.Shown+shown, r.Strip.Withheld+withheld
	}
	r.Query = egress.Query{Text: a.in.SQL, Purpose: a.in.Purpose, Grant: a.in.Grant, Touched: touched(a)}
	if k := a.computed; k != nil {
		r.Query.Computation, r.Query.Parameters = k.name, k.chosen.pairs
	}
	for _, t := range a.plan.Explain() {
		r.Query.Words = append(r.Query.Words, t.Zh+" / "+t.En)
	}
	r.Lineage = egress.Lineage{Policy: a.policy, Revision: a.decision.Revision, Plan: planDigest(a.plan), Engine: "duckdb 1.5.5", Sandbox: s.level}
	for name, v := range a.pins {
		r.Lineage.Snapshots = append(r.Lineage.Snapshots, egress.Snapshot{Dataset: name, ID: a.pinIDs[name], Digest: v.Digest})
	}
	slices.SortFunc(r.Lineage.Snapshots, func(x, y egress.Snapshot) int { return strings.Compare(x.Dataset, y.Dataset) })
	var err error
	if r.Requester, err = s.history(a); err != nil {
		return nil, "", err
	}
	return r.Encode()
}

// quorum is whom a level of review asks for; a level that is not known asks for the most.
func (a *asked) quorum() egress.Quorum {
	switch a.decision.Obligations.Run.Review {
	case policy.ReviewAuto:
		return egress.Quorum{}
	case policy.ReviewOne:
		return egress.Quorum{Persons: 1}
	case policy.ReviewTwo:
		return egress.Quorum{Persons: 2}
	}
	q := egress.Quorum{Persons: 2, Units: 2}
	for name := range a.bound.Facts.Tables {
		q = q.Tighten(egress.Quorum{Providers: []string{a.sets[name].Approved.Provider}})
	}
	return q
}

// leaves is the answer as it will leave.
func leaves(post *sandbox.PostResult) egress.Table {
	t := egress.Table{Rows: [][]*string{}}
	for _, c := range post.Columns {
		t.Columns = append(t.Columns, egress.Column{Name: c.Name, Type: c.Type})
	}
	for _, row := range post.Rows {
		out := make([]*string, len(row))
		for i, v := range row {
			if v != nil {
				text := fmt.Sprint(v)
				out[i] = &text
			}
		}
		t.Rows = append(t.Rows, out)
	}
	return t
}

// protectedCells are the cells that the answer is computed from, with what disclosure control found about each. A replayed answer
// shows what was released the first time. Of a row that is withheld whole even the key stays away: with few behind it, the key is
// itself a value of somebody's row.
func protectedCells(ans *answered) egress.Part {
	p := ans.plan
	t := egress.Table{Keys: len(p.Keys), Rows: [][]*string{}}
	for i, c := range ans.columns {
		if i < t.Keys && len(p.Keys[i].Bins) > 0 {
			c.Type = "VARCHAR"
		}
		t.Columns = append(t.Columns, egress.Column{Name: c.Name, Type: c.Type})
	}
	if ans.table == nil {
		for _, row := range ans.rows {
			t.Rows = append(t.Rows, readable(p, row))
		}
		return egress.Part{Cells: t}
	}
	shown := map[string][]*string{}
	for _, row := range ans.rows {
		shown[keyText(row[:t.Keys])] = row
	}
	var evidence []egress.Evidence
	for i, row := range ans.table.Rows {
		out := make([]*string, t.Keys+len(row.Cells))
		if have, ok := shown[keyText(row.Key)]; ok {
			out = readable(p, have)
		}
		t.Rows = append(t.Rows, out)
		for j := range row.Cells {
			evidence = append(evidence, evidenceOf(ans, i, j, t.Keys))
			if letters := lettersOf(ans.verdicts.Cells[i][j]); len(letters) > 0 && out[t.Keys+j] == nil {
				t.Masks = append(t.Masks, egress.Mask{Row: i, Column: t.Keys + j, Letters: letters})
			}
		}
	}
	return egress.Part{Cells: t, Evidence: evidence}
}

// readable is a row with the sets of the bins in place of their numbers.
func readable(p *compile.Plan, row []*string) []*string {
	row = slices.Clone(row)
	for i, k := range p.Keys {
		row[i] = k.Shown(row[i])
	}
	return row
}

func keyText(key []*string) string {
	b, err := json.Marshal(key)
	if err != nil {
		return ""
	}
	return string(b)
}

func lettersOf(v disclosure.Verdict) []egress.Letter {
	var out []egress.Letter
	for _, r := range v.Reasons {
		if l := egress.LetterOf(string(r)); !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	return out
}

// rulesShown are the rules that a report lists for every cell, in the order in which they are judged.
var rulesShown = []disclosure.Reason{disclosure.ReasonThreshold, disclosure.ReasonComplement, disclosure.ReasonSensitive,
	disclosure.ReasonDifferencing, disclosure.ReasonDominance, disclosure.ReasonHomogeneity}

func evidenceOf(ans *answered, row, column, keys int) egress.Evidence {
	e := egress.Evidence{Row: row, Column: keys + column}
	group := ans.table.Rows[row].Groups[ans.table.Columns[column].Set]
	for i, n := range group.Entities {
		if i < len(ans.table.References) {
			e.Entities = append(e.Entities, egress.EntityCount{Type: ans.table.References[i], N: n})
		}
	}
	v := ans.verdicts.Cells[row][column]
	for _, r := range rulesShown {
		letter := egress.LetterOf(string(r))
		e.Checks = append(e.Checks, egress.Check{Rule: letter, Pass: !slices.Contains(lettersOf(v), letter)})
	}
	return e
}

func touched(a *asked) []egress.Touched {
	var out []egress.Touched
	for name, t := range a.bound.Facts.Tables {
		for col, u := range t.Columns {
			x := egress.Touched{Dataset: name, Column: col, Grade: u.Grade}
			for _, use := range u.Uses {
				x.Uses = append(x.Uses, string(use))
			}
			out = append(out, x)
		}
	}
	slices.SortFunc(out, func(x, y egress.Touched) int {
		return strings.Compare(x.Dataset+"."+x.Column, y.Dataset+"."+y.Column)
	})
	return out
}

// history is who asks and what became of his institution's requests in the last 90 days.
func (s *Service) history(a *asked) (egress.History, error) {
	h := egress.History{Organization: a.by.Organization, LegalGroup: a.by.LegalGroup, Account: a.by.Account, Until: a.grant.NotAfter}
	since := s.nowMS() - 90*24*3600*1000
	err := s.store.View(inside(s.ctx), func(tx Tx) error {
		return each(tx, recRun, metastore.Query{Owner: a.by.Organization, Newest: true, Limit: 1000}, func(r metastore.Record, _ runRecord) error {
			if r.Created < since {
				return nil
			}
			switch egress.State(r.State) {
			case egress.Issued:
				h.Issued++
			case egress.Returned:
				h.Returned++
			case egress.Rejected, egress.Closed:
				h.Rejected++
			case egress.Revoked:
				h.Revoked++
			}
			return nil
		})
	})
	return h, err
}

// renderReport is a stored report for reading. Reviewers of egress sit inside the domain and are cleared for every grade.
func renderReport(b []byte) (catalog.Text, error) {
	r, err := egress.DecodeReport(b)
	if err != nil {
		return catalog.Text{}, fmt.Errorf("stored report: %w", err)
	}
	v := egress.Viewer{Clearance: 4}
	return catalog.Text{Zh: r.Render(egress.Zh, v), En: r.Render(egress.En, v)}, nil
}

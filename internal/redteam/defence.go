package main

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/big"

	"yumen/enclave/budget"
	"yumen/enclave/noise"
	"yumen/enclave/noisy"
)

// question asks how many in a box have the fact, or for the sum of the amounts of everybody in it.
type question struct {
	box      box
	sum      bool
	spelling int // how it was written, which should not matter
}

// answer to a question: none when the budget did not allow it.
type answer struct {
	asked, shown bool
	count        int64
}

// defence answers the questions of one attacker, who begins with a full budget.
type defence interface {
	ask(p *people, seed uint64, questions []question) ([]answer, error)
}

// mode is the noisy mode: canonical cells, decisions by noisy counts, a budget that nothing gives back. Its fields plant the weaknesses that the red team must find.
type mode struct {
	sigma   int64
	columns int64
	k       int64

	rowKeyed       bool // noise of the selected rows, instead of the question's meaning
	exactThreshold bool // shown by the exact count
	refund         bool // a withheld answer costs nothing
	spelled        bool // noise of the question's text
	unscaled       bool // a sum is covered like a count
}

// keys are what the noise of each question is drawn from.
func (m mode) key(p *people, q question, selected set, meaning string) []byte {
	key := []byte(meaning + p.canonical(q.box))
	if m.spelled {
		key = binary.BigEndian.AppendUint64(key, uint64(q.spelling))
	}
	if m.rowKeyed {
		sum := sha256.New()
		for w := range selected {
			sum.Write(binary.BigEndian.AppendUint64(nil, selected[w]&p.fact[w]))
		}
		key = sum.Sum([]byte("rows "))
	}
	return key
}

// cells are the questions on their way: exact values sealed, and the columns that they cost.
type cells struct {
	groups  []noisy.Group[noisy.Drawn]
	columns [][]budget.Column // by question
	exact   []int64
}

func (m mode) cells(p *people, source *noise.Source, questions []question) (cells, error) {
	count, err := m.priced(noisy.Span{High: 1}, nil)
	if err != nil {
		return cells{}, err
	}
	amount, err := m.priced(noisy.Span{High: p.clip}, []noisy.Span{{High: p.clip}})
	if err != nil {
		return cells{}, err
	}
	if m.unscaled {
		amount = count
	}
	var out cells
	for _, q := range questions {
		selected := p.in(q.box)
		number, meaning := p.withFact(selected), "count "
		if q.sum {
			number, meaning = int64(selected.size()), "people "
		}
		g := noisy.Group[noisy.Drawn]{Counts: []noisy.Drawn{count.drawn(m.key(p, q, selected, meaning), number)}}
		columns := []budget.Column{count.column(source, meaning+p.canonical(q.box))}
		if q.sum {
			g.Values = []noisy.Drawn{amount.drawn(m.key(p, q, selected, "sum "), p.sum(selected))}
			columns = append(columns, amount.column(source, "sum "+p.canonical(q.box)))
		}
		out.groups, out.columns, out.exact = append(out.groups, g), append(out.columns, columns), append(out.exact, number)
	}
	return out, nil
}

// priced is a column of figures with what it costs.
type priced struct {
	price noisy.Price
	scale noise.Scale
}

func (m mode) priced(limit noisy.Span, monomial []noisy.Span) (priced, error) {
	price, err := noisy.Shape{Types: []noisy.Type{{Name: "person", Paths: []noisy.Path{{Rows: 1}}}}, Limit: limit, Monomial: monomial, Cells: 1}.Price()
	if err != nil {
		return priced{}, fmt.Errorf("redteam: %w", err)
	}
	scale, err := price.Scale(big.NewRat(m.sigma, 1))
	if err != nil {
		return priced{}, fmt.Errorf("redteam: %w", err)
	}
	return priced{price, scale}, nil
}

func (c priced) drawn(key []byte, exact int64) noisy.Drawn {
	return noisy.Drawn{Cell: noisy.Cell{Canon: key, Scale: c.scale}, Exact: noise.Seal(big.NewInt(exact))}
}

func (c priced) column(source *noise.Source, cell string) budget.Column {
	return budget.Column{Names: []noise.Name{source.Name(c.scale, []byte(cell))}, Scale: c.scale, Units: c.price.Units, Touched: c.price.Touched}
}

func (m mode) ask(p *people, seed uint64, questions []question) ([]answer, error) {
	var secret noise.Secret
	binary.BigEndian.PutUint64(secret[:], seed)
	source, err := noise.New(secret, []byte(p.name))
	if err != nil {
		return nil, fmt.Errorf("redteam: %w", err)
	}
	c, err := m.cells(p, source, questions)
	if err != nil {
		return nil, err
	}
	covered, err := noisy.Cover(source, c.groups)
	if err != nil {
		return nil, fmt.Errorf("redteam: %w", err)
	}
	estimates, err := noisy.Estimates(covered)
	if err != nil {
		return nil, fmt.Errorf("redteam: %w", err)
	}
	shown := noisy.Judge(noisy.Rules{K: m.k}, estimates)
	out := make([]answer, len(questions))
	for i, e := range estimates {
		if m.exactThreshold {
			shown[i] = c.exact[i] >= m.k
		}
		out[i].shown = shown[i]
		switch {
		case shown[i] && questions[i].sum:
			out[i].count = e.Values[0].Amount().Int64()
		case shown[i]:
			out[i].count = e.Counts[0].Amount().Int64()
		}
	}
	return m.charge(c.columns, out)
}

// charge leaves the answers that the account pays for: the longest run of questions that it takes as one event, and it must refuse one more.
func (m mode) charge(columns [][]budget.Column, out []answer) ([]answer, error) {
	distinct := map[noise.Name]bool{}
	var due []budget.Column
	full := false
	for i, question := range columns {
		if m.refund && !out[i].shown {
			out[i].asked = true
			continue
		}
		fresh := 0
		for _, c := range question {
			if !distinct[c.Names[0]] {
				fresh++
			}
		}
		if fresh > 0 && int64(len(distinct)+fresh) > m.columns {
			if !full && m.takes(append(due, question...)) {
				return nil, fmt.Errorf("redteam: an account of %d columns took another", m.columns)
			}
			full, out[i] = true, answer{}
			continue
		}
		for _, c := range question {
			distinct[c.Names[0]] = true
			due = append(due, c)
		}
		out[i].asked = true
	}
	if len(due) > 0 && !m.takes(due) {
		return nil, fmt.Errorf("redteam: an account of %d columns refused %d", m.columns, len(distinct))
	}
	return out, nil
}

// takes reports whether a new account with the mode's limit takes these columns.
func (m mode) takes(columns []budget.Column) bool {
	rules := budget.Rules{{Grade: 2, Sigma: big.NewRat(m.sigma, 1), Month: m.columns, Year: m.columns}}
	unknown := func(noise.Name) bool { return false }
	_, _, err := budget.Account{}.Apply(rules, budget.Event{Kind: budget.Charging, Grade: 2, Columns: columns, Known: unknown})
	return err == nil
}

package compile

import (
	"fmt"
	"math/big"
	"regexp"
	"strconv"
)

// decimalText is the only form of number that a worker's answer may hold.
var decimalText = regexp.MustCompile(`^-?[0-9]{1,40}(\.[0-9]{1,38})?$`)

func readCount(text *string) (int64, error) {
	if text == nil || !decimalText.MatchString(*text) {
		return 0, fmt.Errorf("%w: a count", ErrEvidence)
	}
	n, err := strconv.ParseInt(*text, 10, 64)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%w: a count", ErrEvidence)
	}
	return n, nil
}

func readAmount(text *string) (*big.Rat, error) {
	if text == nil || !decimalText.MatchString(*text) {
		return nil, fmt.Errorf("%w: an amount", ErrEvidence)
	}
	r, ok := new(big.Rat).SetString(*text)
	if !ok {
		return nil, fmt.Errorf("%w: an amount", ErrEvidence)
	}
	return r, nil
}

func readEntities(rep int) func(*group, *string) error {
	return func(g *group, text *string) (err error) {
		g.entities[rep], err = readCount(text)
		return err
	}
}

// readValue keeps the exact text of a value; a sum of nothing is NULL and has none.
func readValue(column int) func(*group, *string) error {
	return func(g *group, text *string) error {
		if text == nil {
			return nil
		}
		if _, err := readAmount(text); err != nil {
			return err
		}
		g.values[column] = *text
		return nil
	}
}

func readTotal(column, rep, part int) func(*group, *string) error {
	return func(g *group, text *string) (err error) {
		at := totalAt{column, rep}
		if g.totals[at] == nil {
			g.totals[at] = &sum{}
		}
		g.totals[at].parts[part], err = readAmount(text)
		return err
	}
}

func readShare(column, rep, value int) func(*group, *string) error {
	return func(g *group, text *string) (err error) {
		g.shares[shareAt{column, rep, value}], err = readCount(text)
		return err
	}
}

func readBeyond(nested, position int) func(*group, *string) error {
	return func(g *group, text *string) (err error) {
		g.beyond[beyondAt{nested, position}], err = readCount(text)
		return err
	}
}

func readSize(position int) func(*size, *string) error {
	return func(s *size, text *string) (err error) {
		s.entities[position], err = readCount(text)
		return err
	}
}

func readHolders(position, value int) func(*size, *string) error {
	return func(s *size, text *string) (err error) {
		s.holders[[2]int{position, value}], err = readCount(text)
		return err
	}
}

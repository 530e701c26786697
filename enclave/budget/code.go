package budget

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
)

// Bounds of a stored account. Decode refuses what lies beyond, so that nothing stored can make a charge slow or wrong.
const (
	lastDay     = 1 << 20 // some 2,800 years
	mostColumns = 1 << 20
	mostTopUps  = 64
	mostBits    = 1024      // of a numerator or denominator
	mostBytes   = 2_000_000 // of a stored account
)

// ErrStored says that stored bytes are no account.
var ErrStored = errors.New("budget: stored bytes are no account")

// stored is the form at rest: canonical JSON, rationals in lowest terms, charges by day and grade.
type stored struct {
	Day     int            `json:"day"`
	Charges []storedCharge `json:"charges"`
	Total   []storedCharge `json:"total"` // without days
	TopUps  []storedTopUp  `json:"top_ups"`
}

type storedCharge struct {
	Day   int    `json:"day"`
	Grade int    `json:"grade"`
	Loss  string `json:"loss"`
	Slack string `json:"slack"`
}

type storedTopUp struct {
	Grade   int   `json:"grade"`
	Days    int   `json:"days"`
	Columns int64 `json:"columns"`
	First   int   `json:"first"`
}

// Encode is the account at rest. Equal accounts have equal bytes.
func (a Account) Encode() ([]byte, error) {
	s := stored{Day: a.day, Charges: []storedCharge{}, Total: []storedCharge{}, TopUps: []storedTopUp{}}
	for _, c := range a.charges {
		s.Charges = append(s.Charges, storedCharge{c.Day, c.Grade, c.Loss.RatString(), c.Slack.RatString()})
	}
	for grade := lowest; grade <= highest; grade++ {
		if t, ok := a.total[grade]; ok {
			s.Total = append(s.Total, storedCharge{0, grade, t.Loss.RatString(), t.Slack.RatString()})
		}
	}
	for _, t := range a.topUps {
		s.TopUps = append(s.TopUps, storedTopUp(t))
	}
	out, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("budget: encode: %w", err)
	}
	return out, nil
}

// Decode reads an account at rest. It takes only what Encode writes: anything else is ErrStored, and nothing may be answered.
func Decode(data []byte) (Account, error) {
	if len(data) > mostBytes {
		return Account{}, ErrStored
	}
	var s stored
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return Account{}, ErrStored
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Account{}, ErrStored
	}
	a, err := s.account()
	if err != nil {
		return Account{}, err
	}
	if again, err := a.Encode(); err != nil || !bytes.Equal(again, data) {
		return Account{}, ErrStored
	}
	return a, nil
}

func (s stored) account() (Account, error) {
	if s.Day < 0 || s.Day > lastDay || len(s.TopUps) > mostTopUps || len(s.Charges) > Year*highest {
		return Account{}, ErrStored
	}
	a := Account{day: s.Day}
	before := -1
	for _, c := range s.Charges {
		spent, err := c.spent()
		place := c.Day*(highest+1) + c.Grade
		if err != nil || c.Day < 0 || c.Day > s.Day || s.Day-c.Day >= Year || place <= before {
			return Account{}, ErrStored
		}
		before = place
		a.charges = append(a.charges, Charge{c.Day, c.Grade, spent})
	}
	if len(s.Total) > 0 {
		a.total = map[int]Spent{}
	}
	for _, c := range s.Total {
		spent, err := c.spent()
		if _, twice := a.total[c.Grade]; err != nil || c.Day != 0 || twice {
			return Account{}, ErrStored
		}
		a.total[c.Grade] = spent
	}
	for _, t := range s.TopUps {
		if !TopUp(t).valid() {
			return Account{}, ErrStored
		}
		a.topUps = append(a.topUps, TopUp(t))
	}
	return a, a.conserved()
}

// conserved refuses an account whose total is less than what its last year adds up to.
func (a Account) conserved() error {
	for grade := lowest; grade <= highest; grade++ {
		year := nothing()
		for _, c := range a.charges {
			if c.Grade == grade {
				year = year.plus(c.Spent)
			}
		}
		total, ok := a.total[grade]
		if !ok {
			total = nothing()
		}
		if total.Loss.Cmp(year.Loss) < 0 || total.Slack.Cmp(year.Slack) < 0 {
			return ErrStored
		}
	}
	return nil
}

func (c storedCharge) spent() (Spent, error) {
	loss, err := amount(c.Loss)
	if err != nil {
		return Spent{}, err
	}
	slack, err := amount(c.Slack)
	if err != nil {
		return Spent{}, err
	}
	if c.Grade < lowest || c.Grade > highest || loss.Sign() == 0 {
		return Spent{}, ErrStored
	}
	return Spent{loss, slack}, nil
}

// amount is a rational that is not negative, written in lowest terms.
func amount(text string) (*big.Rat, error) {
	if len(text) > mostBits {
		return nil, ErrStored
	}
	for _, r := range text {
		if (r < '0' || r > '9') && r != '/' {
			return nil, ErrStored
		}
	}
	x, ok := new(big.Rat).SetString(text)
	if !ok || tooLong(x) || x.RatString() != text {
		return nil, ErrStored
	}
	return x, nil
}

func tooLong(x *big.Rat) bool { return x.Num().BitLen() > mostBits || x.Denom().BitLen() > mostBits }

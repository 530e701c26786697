// Package consent owns what a register of subject authorizations says at a moment: whether the personal information of a dataset may be
// used by one organization, in one scenario, for one purpose (BJ-OPS-25c). It knows no identifier and no store.
package consent

import "maps"

// State is what a register comes to.
type State string

// The states of a register. Only a live one permits a use.
const (
	None      State = "none"      // nobody's authorization is recorded
	Live      State = "live"      // every recorded authorization holds, or a legal basis does
	Expired   State = "expired"   // one that the data rest on has ended
	Withdrawn State = "withdrawn" // a subject withdrew, and the data are not loaded anew since
)

// Basis is a legal basis other than authorizations of subjects: a statutory duty.
type Basis struct {
	Evidence string `json:"evidence"`  // digest of the document
	NotAfter int64  `json:"not_after"` // unix seconds, first second after it
}

// Register is what is recorded for one dataset, organization, scenario and purpose: how many authorizations end when, and when a subject
// withdrew last. The zero value permits nothing.
type Register struct {
	Ends      map[int64]int `json:"ends,omitempty"`      // unix seconds, first second after the authorization → authorizations
	Withdrawn int64         `json:"withdrawn,omitempty"` // unix milliseconds, of the last withdrawal
	Law       *Basis        `json:"law,omitempty"`
}

// With returns the register with one authorization more.
func (r Register) With(notAfter int64) Register {
	r.Ends = maps.Clone(r.Ends)
	if r.Ends == nil {
		r.Ends = map[int64]int{}
	}
	r.Ends[notAfter]++
	return r
}

// Without returns the register with one authorization less, which it must hold.
func (r Register) Without(notAfter int64) Register {
	r.Ends = maps.Clone(r.Ends)
	if r.Ends[notAfter]--; r.Ends[notAfter] <= 0 {
		delete(r.Ends, notAfter)
	}
	return r
}

// Subjects is how many authorizations hold at a moment, in unix seconds.
func (r Register) Subjects(now int64) int {
	n := 0
	for end, count := range r.Ends {
		if end > now {
			n += count
		}
	}
	return n
}

// Until is when the first of the authorizations that hold ends, in unix seconds; 0 when none does.
func (r Register) Until(now int64) int64 {
	first := int64(0)
	for end := range r.Ends {
		if end > now && (first == 0 || end < first) {
			first = end
		}
	}
	return first
}

// State is what the register permits at a moment (unix seconds) of data that were loaded at another (unix milliseconds; 0 for none). Data
// rest on the authorizations that held when they were loaded: whoever withdrew since, or whose authorization ended since, is still in
// them. An end in the second of the load counts as after it.
func (r Register) State(now, loaded int64) State {
	switch {
	case r.Law != nil && now < r.Law.NotAfter:
		return Live
	case r.Withdrawn > 0 && r.Withdrawn >= loaded:
		return Withdrawn
	}
	for end := range r.Ends {
		if end <= now && end >= loaded/1000 {
			return Expired
		}
	}
	switch {
	case r.Subjects(now) > 0:
		return Live
	case len(r.Ends) > 0, r.Law != nil:
		return Expired
	case r.Withdrawn > 0:
		return Withdrawn
	}
	return None
}

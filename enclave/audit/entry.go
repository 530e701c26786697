package audit

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"yumen/catalog"
	"yumen/internal/canonical"
)

// ErrInvalid: an entry, proof, checkpoint or tile breaks a rule of its format.
var ErrInvalid = errors.New("invalid form")

// Version is the version of the entry's form.
const Version = 1

// MaxEntry is the most bytes of an entry.
const MaxEntry = 8 << 10

// maxTime is the last time an entry can carry, in Unix milliseconds: the end of year 9999.
const maxTime = 253402300799999

// Class is how long an entry must be kept from its time on.
type Class string

// The retention classes (XM-39b): which acts need which is policy data.
const (
	Class3Years Class = "3y"
	Class5Years Class = "5y"
)

// Actor is who acted. The gateway itself acts with the role "system" and no account; a caller nobody knows has the role "anonymous".
type Actor struct {
	Account      string `json:"account,omitempty"`
	Person       string `json:"person,omitempty"`
	Organization string `json:"organization,omitempty"`
	Role         string `json:"role,omitempty"`
}

// The roles of actors without an account.
const (
	RoleSystem    = "system"
	RoleAnonymous = "anonymous"
)

// System is the gateway as an actor.
func System() Actor { return Actor{Role: RoleSystem} }

// Entry is one entry of the log. It never holds a data value, a user's text or a secret: every field has a narrow form.
type Entry struct {
	V       int                       `json:"v"`              // Version
	Seq     int64                     `json:"seq"`            // place in the log, from 0; Append sets it
	Time    int64                     `json:"time"`           // Unix milliseconds; never before the entry before
	Wall    int64                     `json:"wall,omitempty"` // what the clock said, if that was before Time
	Action  Action                    `json:"action"`
	Actor   Actor                     `json:"actor"`
	Subject string                    `json:"subject,omitempty"` // identifier or name of the thing, in the action's form
	Outcome string                    `json:"outcome"`           // a state or a code
	Digests map[string]catalog.Digest `json:"digests,omitempty"`
	Class   Class                     `json:"class"`
	Facts   map[string]string         `json:"facts,omitempty"`
}

// Effect reports whether the entry tells of something that took place, not of something that was asked for in vain.
func (e *Entry) Effect() bool {
	switch e.Outcome {
	case "denied", "refused", "failed", "quarantined", "pending":
		return false
	}
	return e.Action != ActionDenied
}

// Encode validates the entry and returns its canonical JSON.
func (e *Entry) Encode() ([]byte, error) {
	if err := e.Validate(); err != nil {
		return nil, err
	}
	b, err := canonical.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	if len(b) > MaxEntry {
		return nil, invalid("entry has more than %d bytes", MaxEntry)
	}
	return b, nil
}

// Decode reads an entry. It accepts exactly what Encode writes.
func Decode(b []byte) (Entry, error) {
	if len(b) > MaxEntry {
		return Entry{}, invalid("entry has more than %d bytes", MaxEntry)
	}
	var e Entry
	if err := canonical.Unmarshal(b, &e); err != nil {
		return Entry{}, invalid("entry is not the canonical JSON of its form") // the cause may quote the entry
	}
	if err := e.Validate(); err != nil {
		return Entry{}, err
	}
	return e, nil
}

// Validate checks every rule of the form. Its errors name fields of the form and no content.
func (e *Entry) Validate() error {
	rule, known := actions[e.Action]
	switch {
	case e.V != Version:
		return invalid("entry has another version than %d", Version)
	case e.Seq < 0 || e.Seq > 1<<53:
		return invalid("seq is out of range")
	case e.Time <= 0 || e.Time > maxTime:
		return invalid("time is out of range")
	case e.Wall < 0 || e.Wall >= e.Time:
		return invalid("wall is not before time")
	case !known:
		return invalid("action is not on the list")
	case !rule.subject(e.Subject):
		return invalid("subject has not the form that %s asks for", e.Action)
	case !wordForm(e.Outcome):
		return invalid("outcome is not a state or code")
	case e.Class != Class3Years && e.Class != Class5Years:
		return invalid("class is not a retention class")
	}
	return errors.Join(e.Actor.validate(), e.validateFacts(), e.validateDigests(), e.validateRequired(rule))
}

func (a Actor) validate() error {
	for _, f := range []struct{ name, value string }{
		{"account", a.Account}, {"person", a.Person}, {"organization", a.Organization}, {"role", a.Role},
	} {
		if !optional(nameForm)(f.value) {
			return invalid("actor: %s is not a name", f.name)
		}
	}
	if a.Account == "" && a != (Actor{Role: RoleSystem}) && a != (Actor{Role: RoleAnonymous}) {
		return invalid("actor has no account")
	}
	if a.Account != "" && a.Role == RoleSystem {
		return invalid("actor is an account with the gateway's role")
	}
	return nil
}

func (e *Entry) validateFacts() error {
	for _, key := range slices.Sorted(maps.Keys(e.Facts)) {
		fits, known := facts[key]
		if !known {
			return invalid("a fact is not on the list")
		}
		if !fits(e.Facts[key]) {
			return invalid("fact %s has not its form", key)
		}
	}
	return nil
}

func (e *Entry) validateDigests() error {
	for _, name := range slices.Sorted(maps.Keys(e.Digests)) {
		if !digestName(name) {
			return invalid("a digest is not on the list")
		}
		d := e.Digests[name]
		if d.Validate() != nil || strings.ToLower(string(d)) != string(d) {
			return invalid("digest %s has not its form", name)
		}
	}
	return nil
}

func (e *Entry) validateRequired(rule actionRule) error {
	if !e.Effect() && e.Action != ActionDenied {
		return nil
	}
	for _, key := range rule.facts {
		if e.Facts[key] == "" {
			return invalid("%s needs the fact %s", e.Action, key)
		}
	}
	for _, name := range rule.digests {
		if e.Digests[name] == "" {
			return invalid("%s needs the digest %s", e.Action, name)
		}
	}
	return nil
}

func invalid(format string, args ...any) error {
	return fmt.Errorf("audit: "+format+": %w", append(args, ErrInvalid)...)
}

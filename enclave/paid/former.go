package paid

import (
	"encoding/json"
	"fmt"
	"regexp"

	"yumen/enclave/noise"
	"yumen/internal/metastore"
)

// formerID is what follows the group in the identifiers of the records that were kept before there was a log: whole names, by their first ten bits.
var formerID = regexp.MustCompile(`/[0-3][0-9a-f]{2}$`)

// begin is the set of a group without a log: empty, or what an earlier version kept. That is not held in memory; the next charge writes it as a log.
func (s *Set) begin(tx Records) error {
	s.log, s.seen = &log{}, 1
	all, err := tx.List(s.kind, metastore.Query{Owner: s.group})
	if err != nil {
		return fmt.Errorf("paid: %w", err)
	}
	for _, rec := range all {
		names, err := formerNames(rec)
		if err != nil {
			return err
		}
		s.log.in.add(names, s.seen)
	}
	s.former = all
	return nil
}

// formerNames are the names of one former record, as they are kept now.
func formerNames(rec metastore.Record) ([]byte, error) {
	const whole = len(noise.Name{})
	var p part
	if err := json.Unmarshal(rec.Doc, &p); err != nil || len(p.Names)%whole != 0 || !formerID.MatchString(rec.ID) {
		return nil, ErrStored
	}
	var out []byte
	for at := 0; at < len(p.Names); at += whole {
		out = append(out, p.Names[at:at+size]...)
	}
	return out, nil
}

// rewrite writes former names as the beginning of a log.
func (s *Set) rewrite(tx Records, now int64) error {
	var names []byte
	for _, rec := range s.former {
		more, err := formerNames(rec)
		if err != nil {
			return err
		}
		if err := tx.Delete(s.kind, rec.ID, rec.Version); err != nil {
			return fmt.Errorf("paid: %w", err)
		}
		names = append(names, more...)
	}
	s.former = nil
	return s.append(tx, now, names)
}

package enclave

import (
	"context"
	"slices"
	"time"

	"yumen/enclave/audit"
	"yumen/enclave/instruction"
	"yumen/enclave/sanction"
	"yumen/internal/api"
	"yumen/internal/metastore"
	"yumen/internal/workday"
)

// instructionRecord is an instruction of the regulator with everything that was done about it. Its state is that of its record.
type instructionRecord struct {
	Document     string                `json:"document"` // number of the paper
	Issuer       string                `json:"issuer"`   // organization
	Demand       instruction.Demand    `json:"demand"`
	Organization string                `json:"organization,omitempty"`
	Dataset      string                `json:"dataset,omitempty"`
	Text         string                `json:"text"`
	Days         int                   `json:"days"`
	Entry        int64                 `json:"entry"`             // of the log, that issued it
	Issued       int64                 `json:"issued"`            // unix milliseconds
	Received     int64                 `json:"received"`          // from when its term runs: the issue, or the last return
	Overdue      bool                  `json:"overdue,omitempty"` // a term of it passed in vain
	Found        bool                  `json:"found,omitempty"`   // the present one did, and the log says so
	Steps        []api.InstructionStep `json:"steps"`
}

func (v *instructionRecord) object() instruction.Object {
	return instruction.Object{Organization: v.Organization, Dataset: v.Dataset}
}

// due is the last day of the term. Without days it is the day on which it was received.
func (v *instructionRecord) due(c workday.Calendar) workday.Deadline {
	return c.After(time.UnixMilli(v.Received), v.Days)
}

// late reports whether the operator lets the term pass.
func (v *instructionRecord) late(state string, c workday.Calendar, now time.Time) bool {
	return instruction.State(state).Open() && !now.Before(v.due(c).End)
}

// inForceNow reports whether something that carries out the demand is in force.
func (v *instructionRecord) inForceNow(tx Tx) (bool, error) {
	found := false
	look := func(e instruction.Entry) {
		proves, _ := v.Demand.Proves(e, v.object())
		found = found || proves
	}
	err := each(tx, recFreeze, metastore.Query{}, func(_ metastore.Record, f freezeRecord) error {
		look(instruction.Entry{Action: audit.ActionFreezeSet, Subject: subjectOf(f.Kind, f.Name), Outcome: "frozen", Facts: f.facts()})
		return nil
	})
	if err != nil {
		return false, err
	}
	if v.Dataset != "" {
		d, _, err := load[datasetRecord](tx, recDataset, v.Dataset)
		if err != nil {
			return false, err
		}
		if d.Seal != nil {
			look(instruction.Entry{Action: audit.ActionDatasetSeal, Subject: v.Dataset, Outcome: "sealed"})
		}
	}
	err = each(tx, recSanction, metastore.Query{}, func(r metastore.Record, c sanctionRecord) error {
		if sanction.State(r.State).InForce() {
			look(instruction.Entry{Action: audit.ActionSanctionApply, Subject: r.ID, Outcome: r.State, Facts: c.facts()})
		}
		return nil
	})
	return found, err
}

// proven reports whether all of the entries, at least one, prove that the demand was carried out after it was issued, and whether it still
// is. An entry that does not exist proves nothing.
func (v *instructionRecord) proven(tx Tx, entries []int64) (bool, error) {
	size, err := tx.AuditSize()
	if err != nil || len(entries) == 0 {
		return false, err
	}
	lasting := false
	for _, n := range entries {
		if n <= v.Entry || n >= size {
			return false, nil
		}
		b, err := tx.AuditEntry(n)
		if err != nil {
			return false, err
		}
		proves, lasts, err := v.provenBy(b)
		if err != nil || !proves {
			return false, err
		}
		lasting = lasting || lasts
	}
	if !lasting {
		return true, nil
	}
	return v.inForceNow(tx)
}

func (v *instructionRecord) provenBy(entry []byte) (proves, lasts bool, err error) {
	e, err := audit.Decode(entry)
	if err != nil {
		return false, false, err
	}
	proves, lasts = v.Demand.Proves(instruction.Entry{Action: e.Action, Subject: e.Subject, Outcome: e.Outcome, Facts: e.Facts}, v.object())
	return proves, lasts, nil
}

// find is the newest entry that proves it, if there is one.
func (v *instructionRecord) find(tx Tx) ([]int64, error) {
	size, err := tx.AuditSize()
	if err != nil {
		return nil, err
	}
	var out []int64
	at := v.Entry
	for b, err := range tx.AuditEntries(v.Entry+1, size) {
		if err != nil {
			return nil, err
		}
		at++
		proves, _, err := v.provenBy(b)
		if err != nil {
			return nil, err
		}
		if proves {
			out = []int64{at}
		}
	}
	return out, nil
}

// executed is the last execution, if there is one.
func (v *instructionRecord) executed() api.InstructionStep {
	for _, s := range slices.Backward(v.Steps) {
		if s.Act == string(instruction.Execute) {
			return s
		}
	}
	return api.InstructionStep{}
}

// Instructions lists instructions, newest first; for the zone's staff and the regulator.
func (s *Service) Instructions(ctx context.Context, p Principal) (api.Instructions, error) {
	out := api.Instructions{Items: []api.Instruction{}}
	if !staff(p) {
		return out, errNoInstructions
	}
	err := s.store.View(ctx, func(tx Tx) error {
		return each(tx, recInstruction, metastore.Query{Newest: true}, func(r metastore.Record, v instructionRecord) error {
			out.Items = append(out.Items, s.instructionView(r, &v))
			return nil
		})
	})
	return out, known(err)
}

// Instruction returns one instruction; for the zone's staff and the regulator.
func (s *Service) Instruction(ctx context.Context, p Principal, id string) (api.Instruction, error) {
	var out api.Instruction
	if !staff(p) {
		return out, errNoInstructions
	}
	err := s.store.View(ctx, func(tx Tx) error {
		v, rec, err := load[instructionRecord](tx, recInstruction, id)
		if err == nil {
			out = s.instructionView(rec, &v)
		}
		return err
	})
	return out, known(err)
}

var errNoInstructions = fault(KindForbidden, "只有监管人员和专区工作人员可以查看监管指令", "only the regulator and the zone's staff see instructions")

func (s *Service) instructionView(rec metastore.Record, v *instructionRecord) api.Instruction {
	due := v.due(s.days())
	out := api.Instruction{ID: rec.ID, Document: v.Document, Demand: string(v.Demand), Organization: v.Organization, Dataset: v.Dataset, Text: v.Text, Days: v.Days,
		State: rec.State, Entry: v.Entry, Due: due.Day, Provisional: due.Provisional, Overdue: v.Overdue || v.late(rec.State, s.days(), s.clock.Now()), Steps: v.Steps}
	if last := v.executed(); last.Time != 0 {
		out.Elapsed = last.Time - v.Issued
	}
	return out
}

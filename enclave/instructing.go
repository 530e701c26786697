package enclave

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/enclave/instruction"
	"yumen/internal/api"
	"yumen/internal/metastore"
	"yumen/policy"
)

// Instruct issues an instruction of the regulator. What is in force already cannot be demanded: nothing later could prove it.
func (s *Service) Instruct(ctx context.Context, p Principal, in api.InstructionRequest) (api.Instruction, error) {
	v := instructionRecord{Document: strings.TrimSpace(in.Document), Demand: instruction.Demand(in.Demand), Organization: in.Organization, Dataset: in.Dataset,
		Text: strings.TrimSpace(in.Text), Days: in.Days, Issued: s.nowMS(), Received: s.nowMS()}
	rec := metastore.Record{ID: newID(catalog.PrefixInstruction), Owner: p.Organization}
	act := api.InstructionAct{Act: string(instruction.Issue), Note: v.Text}
	return s.instruct(ctx, p, rec.ID, act, func(tx Tx) (instructionRecord, metastore.Record, error) { return v, rec, nil })
}

// ActOnInstruction acknowledges an instruction, executes it by naming what proves that, confirms the execution, or returns it.
func (s *Service) ActOnInstruction(ctx context.Context, p Principal, id string, in api.InstructionAct) (api.Instruction, error) {
	if in.Act == string(instruction.Issue) {
		return api.Instruction{}, errNotFound
	}
	return s.instruct(ctx, p, id, in, func(tx Tx) (instructionRecord, metastore.Record, error) {
		return load[instructionRecord](tx, recInstruction, id)
	})
}

// instruct carries out an act with its entry in one transaction.
func (s *Service) instruct(ctx context.Context, p Principal, id string, in api.InstructionAct,
	find func(Tx) (instructionRecord, metastore.Record, error)) (api.Instruction, error) {
	var out api.Instruction
	err := s.store.Update(ctx, func(tx Tx) error {
		v, rec, err := find(tx)
		if err != nil {
			return err
		}
		in := in
		if in.Entries, err = v.named(tx, in); err != nil {
			return err
		}
		proven, err := v.proven(tx, in.Entries)
		if err != nil {
			return err
		}
		d, err := s.ask(ctx, policy.InstructionStep{Common: s.common(p), Op: in.Act, Reason: strings.TrimSpace(in.Note) != "", Proven: proven,
			Target: policy.Instructed{State: rec.State, Issuer: v.Issuer, Demand: string(v.Demand), Document: v.Document != "", Organization: v.Organization, Dataset: v.Dataset}})
		if err != nil {
			return err
		}
		if err := s.keepDecision(tx, d); err != nil {
			return err
		}
		if err := s.moveInstruction(tx, p, &v, &rec, in, d); err != nil {
			return err
		}
		out = s.instructionView(rec, &v)
		return nil
	})
	s.denied(ctx, p, policy.ActionInstructionStep, id, err)
	return out, known(err)
}

// named are the entries that an act rests on: those that are named, or the newest that proves an execution; of a confirmation those that
// proved the execution.
func (v *instructionRecord) named(tx Tx, in api.InstructionAct) ([]int64, error) {
	switch instruction.Act(in.Act) {
	case instruction.Execute:
		if len(in.Entries) == 0 {
			return v.find(tx)
		}
		return slices.Compact(slices.Sorted(slices.Values(in.Entries))), nil
	case instruction.Confirm:
		return v.executed().Entries, nil
	}
	return nil, nil
}

// moveInstruction takes an instruction to its next state, with the entry. One that is late is found overdue first.
func (s *Service) moveInstruction(tx Tx, p Principal, v *instructionRecord, rec *metastore.Record, in api.InstructionAct, d policy.Decision) error {
	act := instruction.Act(in.Act)
	next, err := instruction.Next(instruction.State(rec.State), act)
	if err != nil {
		return fault(KindConflict, "指令当前的状态不允许此操作：请先查看指令", "this does not follow the state of the instruction: look at it first").because(err)
	}
	switch act {
	case instruction.Issue:
		if err := v.demandable(tx); err != nil {
			return err
		}
	case instruction.Return:
		v.Received, v.Found = s.nowMS(), false
	default:
		if _, err := s.findOverdue(tx, v, rec); err != nil {
			return err
		}
	}
	step := api.InstructionStep{Act: in.Act, By: p.Account, Note: strings.TrimSpace(in.Note), Time: s.nowMS()}
	e := entry{by: p, action: audit.ActionInstructionStep, on: rec.ID, outcome: string(next), class: retention5, facts: v.facts(),
		digests: map[string]catalog.Digest{"document": catalog.DigestOf([]byte(v.Document + "\n" + step.Note)), "decision": d.InputDigest}}
	if act == instruction.Execute {
		step.Entries = in.Entries
		e.facts["entries"] = numbers(in.Entries)
	}
	e.facts["not_after"] = strconv.FormatInt(v.due(s.days()).End.Unix(), 10)
	place, err := s.append(tx, e)
	if err != nil {
		return err
	}
	if act == instruction.Issue {
		v.Entry, v.Issuer = place.Seq, p.Organization
		step.Note = "" // it is the text
	}
	v.Steps = append(v.Steps, step)
	rec.State = string(next)
	return save(tx, recInstruction, *rec, s.nowMS(), v)
}

// demandable refuses what is not there, what nobody could carry out, and what is done already.
func (v *instructionRecord) demandable(tx Tx) error {
	if v.Organization != "" {
		o, _, err := load[orgRecord](tx, recOrg, v.Organization)
		if err != nil {
			return err
		}
		if o.protected() {
			return fault(KindConflict, "运营机构与监管部门不能被冻结或终止", "the operator and the regulator are neither frozen nor terminated")
		}
	}
	if v.Dataset != "" {
		if _, err := tx.Get(recDataset, v.Dataset); err != nil {
			return err
		}
	}
	holds, err := v.inForceNow(tx)
	if err == nil && holds {
		err = fault(KindConflict, "所要求的措施已经生效：见冻结与处置列表", "what is demanded is in force already: see the freezes and sanctions")
	}
	return err
}

func (v *instructionRecord) facts() map[string]string {
	out := map[string]string{"kind": string(v.Demand)}
	if v.Organization != "" {
		out["organization"] = v.Organization
	}
	if v.Dataset != "" {
		out["dataset"] = v.Dataset
	}
	return out
}

func numbers(all []int64) string {
	texts := make([]string, 0, len(all))
	for _, n := range all {
		texts = append(texts, strconv.FormatInt(n, 10))
	}
	return strings.Join(texts, ",")
}

// findOverdue records, once for each term, that the operator let it pass.
func (s *Service) findOverdue(tx Tx, v *instructionRecord, rec *metastore.Record) (bool, error) {
	if v.Found || !v.late(rec.State, s.days(), s.clock.Now()) {
		return false, nil
	}
	v.Overdue, v.Found = true, true
	e := entry{action: audit.ActionInstructionOverdue, on: rec.ID, outcome: "overdue", class: retention5, facts: v.facts()}
	e.facts["not_after"] = strconv.FormatInt(v.due(s.days()).End.Unix(), 10)
	return true, s.record(tx, e)
}

// lapseInstructions records which instructions are overdue.
func (s *Service) lapseInstructions(ctx context.Context) error {
	var due []string
	err := s.store.View(ctx, func(tx Tx) error {
		return each(tx, recInstruction, metastore.Query{}, func(r metastore.Record, v instructionRecord) error {
			if !v.Found && v.late(r.State, s.days(), s.clock.Now()) {
				due = append(due, r.ID)
			}
			return nil
		})
	})
	for _, id := range due {
		if err != nil {
			return err
		}
		err = s.store.Update(ctx, func(tx Tx) error {
			v, rec, err := load[instructionRecord](tx, recInstruction, id)
			if err != nil {
				return err
			}
			if found, err := s.findOverdue(tx, &v, &rec); err != nil || !found {
				return err
			}
			return save(tx, recInstruction, rec, s.nowMS(), v)
		})
	}
	return err
}

package invariant

import (
	"encoding/json"
	"slices"

	"yumen/enclave/audit"
	"yumen/enclave/declaration"
	"yumen/enclave/egress"
	"yumen/enclave/instruction"
	"yumen/enclave/sanction"
	"yumen/internal/metastore"
)

// The kinds of record, as package enclave stores them.
const (
	kindZone        = "zone"
	kindOrg         = "organization"
	kindAccount     = "account"
	kindSession     = "session"
	kindKey         = "signing_key"
	kindDataset     = "dataset"
	kindVersion     = "dataset_version"
	kindSnapshot    = "snapshot"
	kindApplication = "application"
	kindGrant       = "grant"
	kindUsage       = "grant_usage"
	kindRun         = "run"
	kindRelease     = "release"
	kindLedger      = "ledger"
	kindBudget      = "budget"
	kindCharged     = "charged"
	kindDecision    = "decision"
	kindFreeze      = "freeze"
	kindException   = "supply_exception"
	kindSanction    = "sanction"
	kindInstruction = "instruction"
	kindCalendar    = "calendar"
	kindBundle      = "policy_bundle"
	kindRegister    = "consent_register"
	kindSubject     = "consent_subject"

	kindComputation        = "computation"
	kindComputationVersion = "computation_version"
	kindCertificate        = "certificate"
	kindProduct            = "product"
)

// kind says what the log must tell of records of one kind.
type kind struct {
	// states are the legal ones; nil is the empty state alone.
	states []string
	// made lists the actions of which one entry must be about each record; nil leaves that to a rule of the kind's own.
	made []audit.Action
	// told lists the actions whose last entry tells the state; nil leaves that to a rule of the kind's own.
	told []audit.Action
	// founded: the first record of the kind was made with the zone, without an entry of its own.
	founded bool
}

// kinds is the closed table of kinds.
var kinds = map[string]kind{
	kindZone: {},
	kindOrg:  {states: []string{"active"}, made: []audit.Action{audit.ActionOrganizationApply}, founded: true},
	kindAccount: {states: []string{"pending", "confirmed", "suspended", "closed"}, made: []audit.Action{audit.ActionAccountApply}, founded: true, told: []audit.Action{
		audit.ActionAccountApply, audit.ActionAccountConfirm, audit.ActionAccountSuspend, audit.ActionAccountResume, audit.ActionAccountReset, audit.ActionAccountClose}},
	kindSession: {},
	kindKey:     {states: []string{"pending", "confirmed", "revoked"}, made: []audit.Action{audit.ActionKeyRegister}, told: []audit.Action{audit.ActionKeyRegister, audit.ActionKeyConfirm, audit.ActionKeyRevoke}},
	kindDataset: {states: declarationStates(), made: []audit.Action{audit.ActionDatasetDraft, audit.ActionDatasetSubmit},
		told: []audit.Action{audit.ActionDatasetDraft, audit.ActionDatasetSubmit, audit.ActionDatasetReview}},
	kindVersion: {},
	kindSnapshot: {states: []string{"loaded", "quarantined", "destroyed"}, made: []audit.Action{audit.ActionSnapshotLoad},
		told: []audit.Action{audit.ActionSnapshotLoad, audit.ActionSnapshotDestroy}},
	kindApplication: {states: []string{"submitted", "returned", "approved", "rejected", "withdrawn", "expired", "closed"}, made: []audit.Action{audit.ActionApplicationSubmit},
		told: []audit.Action{audit.ActionApplicationSubmit, audit.ActionApplicationReview, audit.ActionApplicationWithdraw, audit.ActionApplicationExpire, audit.ActionApplicationClose}},
	kindGrant: {states: []string{"active", "suspended", "terminated", "expired"}, made: []audit.Action{audit.ActionGrantCreate},
		told: []audit.Action{audit.ActionGrantCreate, audit.ActionGrantSuspend, audit.ActionGrantResume, audit.ActionGrantTerminate, audit.ActionGrantExpire}},
	kindException:   {states: []string{"proposed", "confirmed", "used"}, made: []audit.Action{audit.ActionSupplyExcept}, told: []audit.Action{audit.ActionSupplyExcept}},
	kindUsage:       {},
	kindRun:         {states: runStates(), made: []audit.Action{audit.ActionQueryRun}},
	kindRelease:     {states: []string{"issued"}, made: []audit.Action{audit.ActionReleaseIssue}},
	kindLedger:      {states: []string{"reserved", "issued", "certified"}},
	kindBudget:      {},
	kindCharged:     {},
	kindDecision:    {},
	kindFreeze:      {},
	kindSanction:    {states: sanctionStates(), made: []audit.Action{audit.ActionSanctionApply}, told: []audit.Action{audit.ActionSanctionApply}},
	kindCalendar:    {states: []string{"imported"}, made: []audit.Action{audit.ActionCalendarApply}},
	kindInstruction: {states: instructionStates(), made: []audit.Action{audit.ActionInstructionStep}, told: []audit.Action{audit.ActionInstructionStep}},
	kindBundle:      {states: []string{"program", "proposed", "active", "replaced"}},
	kindRegister:    {made: []audit.Action{audit.ActionAuthorizationRecord, audit.ActionAuthorizationWithdraw}},
	kindSubject:     {states: []string{"live", "withdrawn"}},
	kindComputation: {states: []string{"submitted", "approved", "rejected"}, made: []audit.Action{audit.ActionComputationSubmit},
		told: []audit.Action{audit.ActionComputationSubmit, audit.ActionComputationReview}},
	kindComputationVersion: {},
	kindProduct:            {states: []string{"submitted"}, made: []audit.Action{audit.ActionProductSubmit}, told: []audit.Action{audit.ActionProductSubmit}},
	kindCertificate:        {states: []string{"passed", "failed", "void"}},
}

// declarationStates are the states in which a dataset's declaration can rest.
func declarationStates() []string {
	var out []string
	for _, s := range declaration.States() {
		out = append(out, string(s))
	}
	return out
}

// sanctionStates are the states in which a sanction can rest.
func sanctionStates() []string {
	var out []string
	for _, s := range sanction.States() {
		out = append(out, string(s))
	}
	return out
}

// instructionStates are the states in which an instruction can rest.
func instructionStates() []string {
	var out []string
	for _, s := range instruction.States() {
		out = append(out, string(s))
	}
	return out
}

// runStates are the states in which a run can rest, and the one in which it is being executed.
func runStates() []string {
	out := []string{"refused"}
	for _, s := range egress.States() {
		if s != egress.Approved { // issued in the transaction that approves
			out = append(out, string(s))
		}
	}
	return out
}

// readRecords reads every record and judges its kind and state.
func (c *checker) readRecords() error {
	names, err := c.zone.Records.Kinds()
	if err != nil {
		return err
	}
	for _, name := range names {
		k, known := kinds[name]
		if !c.must(known, RecordKnown, "") {
			continue
		}
		all, err := c.zone.Records.List(name, metastore.Query{})
		if err != nil {
			return err
		}
		c.records[name] = all
		for _, r := range all {
			c.must(slices.Contains(k.states, r.State) || k.states == nil && r.State == "", StateLegal, r.ID)
		}
	}
	return nil
}

// checkOrigins: each record has the entry that made it.
func (c *checker) checkOrigins() error {
	var zone int64
	for _, r := range c.records[kindZone] {
		zone = r.Created
		var v struct {
			ID           string `json:"id"`
			Jurisdiction string `json:"jurisdiction"`
			Environment  string `json:"environment"`
		}
		c.read(r, &v)
		e, there := c.log.last(v.ID, audit.ActionZoneInit)
		c.must(there && e.seq == 0 && v.ID == c.zone.Keys.PublicKeys().Zone && e.facts["jurisdiction"] == v.Jurisdiction && e.facts["environment"] == v.Environment, RecordEntry, r.ID)
	}
	c.must(len(c.records[kindZone]) == 1, RecordEntry, kindZone)
	for name, k := range kinds {
		for _, r := range c.records[name] {
			if k.made == nil || k.founded && r.Created == zone {
				continue
			}
			_, there := c.log.last(r.ID, k.made...)
			c.must(there, RecordEntry, r.ID)
		}
	}
	c.checkSessions()
	c.checkFreezes()
	c.checkSeals()
	c.checkBundles()
	c.checkSubjects()
	return nil
}

// checkSubjects: a register counts the authorizations that its subjects gave, end by end.
func (c *checker) checkSubjects() {
	ends := map[string]map[int64]int{}
	for _, r := range c.records[kindRegister] {
		var v struct {
			Ends map[int64]int `json:"ends"`
		}
		c.read(r, &v)
		if ends[r.ID] = v.Ends; v.Ends == nil {
			ends[r.ID] = map[int64]int{}
		}
	}
	for _, r := range c.records[kindSubject] {
		var v struct {
			NotAfter int64 `json:"not_after"`
		}
		c.read(r, &v)
		if !c.must(ends[r.Owner] != nil, RecordEntry, r.Owner) || r.State != "live" {
			continue
		}
		ends[r.Owner][v.NotAfter]--
	}
	for id, left := range ends {
		for _, n := range left {
			c.must(n == 0, RecordEntry, id)
		}
	}
}

// checkSessions: each session has the entry that opened it.
func (c *checker) checkSessions() {
	opened := map[string]string{}
	for _, e := range c.log.all {
		switch {
		case e.action == audit.ActionSessionOpen && e.outcome == "opened":
			opened[e.facts["session"]] = e.facts["account"]
		case e.action == audit.ActionAccountPassword && e.outcome == "changed":
			opened[e.facts["session"]] = e.subject
		case e.action == audit.ActionFactorConfirm && e.outcome == "confirmed":
			opened[e.facts["session"]] = e.subject
		}
	}
	for _, r := range c.records[kindSession] {
		c.must(r.Owner != "" && opened[r.ID] == r.Owner, RecordEntry, r.ID)
	}
}

// checkFreezes: what is frozen is what the log says was frozen and not lifted since.
func (c *checker) checkFreezes() {
	frozen := map[string]bool{}
	for _, e := range c.log.all {
		id := e.facts["kind"]
		if id != e.subject {
			id += "/" + e.subject
		}
		switch e.action {
		case audit.ActionFreezeSet:
			frozen[id] = true
		case audit.ActionFreezeLift:
			delete(frozen, id)
		}
	}
	for _, r := range c.records[kindFreeze] {
		c.must(frozen[r.ID], RecordEntry, r.ID)
		delete(frozen, r.ID)
	}
	for id := range frozen {
		c.must(false, EntryEffect, id)
	}
}

// checkEffects: each entry that made a record still has it, unless another entry deleted it.
func (c *checker) checkEffects() error {
	there := map[string]map[string]bool{}
	of := map[audit.Action]string{}
	for name, k := range kinds {
		there[name] = map[string]bool{}
		for _, r := range c.records[name] {
			there[name][r.ID] = true
		}
		for _, a := range k.made {
			of[a] = name
		}
	}
	for _, e := range c.log.all {
		name := of[e.action]
		if name == "" || e.subject == "" || e.outcome == "denied" || there[name][e.subject] {
			continue
		}
		owner := e.subject
		if name == kindKey {
			owner = e.actor // signing keys go with their account
		}
		gone, deleted := c.log.last(owner, audit.ActionResourceDelete)
		c.must(deleted && gone.seq > e.seq, EntryEffect, e.subject)
	}
	return c.checkDecisions()
}

// checkDecisions: each decision that an entry rests on is kept with the input whose digest the entry holds, and with the rules that made it.
func (c *checker) checkDecisions() error {
	rules := map[string]bool{}
	for _, r := range c.records[kindBundle] {
		rules[r.ID] = true
	}
	kept := map[string]bool{}
	for _, r := range c.records[kindDecision] {
		var v struct {
			Input  json.RawMessage `json:"input"`
			Bundle string          `json:"bundle"`
		}
		c.read(r, &v)
		kept[digest(v.Input)] = true
		c.must(rules[v.Bundle], DecisionKept, r.ID)
	}
	for _, e := range c.log.all {
		if d := string(e.digests["decision"]); d != "" {
			c.must(kept[d], DecisionKept, e.subject)
		}
	}
	return nil
}

// checkStates: the state of a record is what the log last said of it.
func (c *checker) checkStates() error {
	for name, k := range kinds {
		if k.told == nil {
			continue
		}
		for _, r := range c.records[name] {
			if e, said := c.log.last(r.ID, k.told...); said {
				c.must(r.State == e.state(), StateLogged, r.ID)
			}
		}
	}
	return nil
}

// state is the state that an entry leaves its subject in.
func (e event) state() string {
	switch e.action {
	case audit.ActionDatasetSubmit, audit.ActionComputationSubmit:
		return "submitted"
	case audit.ActionDatasetDraft:
		return string(declaration.Draft)
	case audit.ActionGrantResume:
		return "active"
	case audit.ActionAccountReset:
		return "pending"
	}
	return e.outcome
}

// checkReplies: an answer that is kept for a repetition names a run of its account.
func (c *checker) checkReplies() error {
	owner := map[string]string{}
	for _, r := range c.records[kindRun] {
		var v struct {
			Account string `json:"account"`
		}
		c.read(r, &v)
		owner[r.ID] = v.Account
	}
	return c.zone.Records.Responses(func(r metastore.Response) error {
		var id string
		good := json.Unmarshal(r.Body, &id) == nil && owner[id] == r.Account
		c.must(good, ReplyStands, r.Account)
		return nil
	})
}

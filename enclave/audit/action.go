package audit

// Action is what an entry says was done: a closed, append-only list.
type Action string

// The actions, grouped by the thing that they are about.
const (
	ActionZoneInit Action = "zone.init" // the first entry, and never again

	ActionOrganizationApply Action = "organization.apply"
	ActionAccountApply      Action = "account.apply"
	ActionAccountConfirm    Action = "account.confirm" // its role takes effect
	ActionAccountActivate   Action = "account.activate"
	ActionAccountChange     Action = "account.change"
	ActionSessionOpen       Action = "session.open"
	ActionSessionClose      Action = "session.close"
	ActionSessionRotate     Action = "session.rotate" // it goes on under another token
	ActionSessionRevoke     Action = "session.revoke" // all that an account had, or one
	ActionAccountPassword   Action = "account.password"
	ActionAccountReset      Action = "account.reset" // its password is void; it waits for activation
	ActionFactorEnrol       Action = "factor.enrol"
	ActionFactorConfirm     Action = "factor.confirm" // from here on a login needs it
	ActionFactorReset       Action = "factor.reset"
	ActionAccountSuspend    Action = "account.suspend"
	ActionAccountResume     Action = "account.resume"
	ActionAccountClose      Action = "account.close" // with its organization
	ActionKeyRegister       Action = "key.register"
	ActionKeyConfirm        Action = "key.confirm"
	ActionKeyRevoke         Action = "key.revoke"
	ActionKeyRotate         Action = "key.rotate"
	ActionResourceDelete    Action = "resource.delete" // a declaration that was never in use

	ActionDatasetSuggest  Action = "dataset.suggest" // a file was profiled, so that a declaration could be proposed; nothing of it is kept
	ActionDatasetDraft    Action = "dataset.draft"   // a version that nobody reviews
	ActionDatasetSubmit   Action = "dataset.submit"
	ActionDatasetAlert    Action = "dataset.alert" // a declaration or a batch looks like a state secret: refused, and somebody must look
	ActionDatasetReview   Action = "dataset.review"
	ActionDatasetSeal     Action = "dataset.seal" // nobody computes on it from here on
	ActionDatasetUnseal   Action = "dataset.unseal"
	ActionSupplyExcept    Action = "supply.except" // one batch of grade 4 may come in, or came in by it
	ActionSnapshotLoad    Action = "snapshot.load"
	ActionSnapshotDestroy Action = "snapshot.destroy"

	ActionApplicationSubmit   Action = "application.submit"
	ActionApplicationReview   Action = "application.review"
	ActionApplicationWithdraw Action = "application.withdraw"
	ActionApplicationExpire   Action = "application.expire"
	ActionApplicationClose    Action = "application.close" // with its organization
	ActionGrantCreate         Action = "grant.create"
	ActionGrantSuspend        Action = "grant.suspend"
	ActionGrantResume         Action = "grant.resume"
	ActionGrantTerminate      Action = "grant.terminate"
	ActionGrantExpire         Action = "grant.expire"

	ActionComputationSubmit  Action = "computation.submit"
	ActionComputationReview  Action = "computation.review"
	ActionComputationCertify Action = "computation.certify"
	ActionComputationPromote Action = "computation.promote"

	ActionQueryCheck    Action = "query.check"    // a static verdict; nothing ran
	ActionQueryRun      Action = "query.run"      // accepted or refused; nothing runs before this entry
	ActionQueryReserve  Action = "query.reserve"  // judged: its outcome counts from here on, whatever follows
	ActionQueryExecute  Action = "query.execute"  // its artefact is made, or it failed
	ActionQueryResubmit Action = "query.resubmit" // a returned request, unchanged, with a note
	ActionQueryWithdraw Action = "query.withdraw"
	ActionQueryAppeal   Action = "query.appeal"
	ActionQueryExpire   Action = "query.expire"

	ActionReviewOpen     Action = "review.open" // a reviewer looked at an artefact
	ActionReviewVote     Action = "review.vote"
	ActionReleaseDecide  Action = "release.decide" // what the votes or the policy came to
	ActionReleaseIssue   Action = "release.issue"
	ActionReleaseCollect Action = "release.collect"
	ActionReleaseRevoke  Action = "release.revoke"
	ActionReleaseExpire  Action = "release.expire"
	ActionReleaseTrace   Action = "release.trace"

	ActionProductSubmit Action = "product.submit"
	ActionProductReview Action = "product.review"
	ActionVerifyAnswer  Action = "verify.answer" // says that an answer was given, never which
	ActionVerifyBatch   Action = "verify.batch"
	ActionConsentUse    Action = "consent.use"

	ActionAuthorizationRecord   Action = "authorization.record"   // of subjects, or a legal basis: for one dataset, organization, scenario and purpose
	ActionAuthorizationWithdraw Action = "authorization.withdraw" // by subjects; in force at once

	ActionPolicyActivate Action = "policy.activate"
	ActionPolicyShadow   Action = "policy.shadow"
	ActionFreezeSet      Action = "freeze.set"
	ActionFreezeLift     Action = "freeze.lift"
	ActionSanctionApply  Action = "sanction.apply"
	ActionBudgetTopUp    Action = "budget.topup" // the second person adds to a noise budget
	ActionActPropose     Action = "act.propose"  // the first person's half of a two-person act
	ActionActConfirm     Action = "act.confirm"  // the second person's
	ActionDenied         Action = "denied"       // an act that was not allowed; the fact "action" names it

	ActionInstructionStep    Action = "instruction.step" // the regulator's: issued, acknowledged, executed, returned, confirmed
	ActionInstructionOverdue Action = "instruction.overdue"
	ActionCalendarApply      Action = "calendar.apply" // the working days of a year

	ActionAuditExport Action = "audit.export"
	ActionAuditHold   Action = "audit.hold"
	ActionAuditPurge  Action = "audit.purge"
	ActionReportMake  Action = "report.make"
	ActionBackupMake  Action = "backup.make"
	ActionRestore     Action = "restore"
)

// actionRule says what an entry of an action must carry.
type actionRule struct {
	subject form     // of Entry.Subject
	facts   []string // that must be there when the entry tells of an effect
	digests []string // likewise
}

// actions is the closed list with what each needs. Facts and digests beyond these are free, within their own closed lists.
var actions = map[Action]actionRule{
	ActionZoneInit: {subject: idForm("zone")},

	ActionOrganizationApply: {subject: nameForm},
	ActionAccountApply:      {subject: nameForm},
	ActionAccountConfirm:    {subject: nameForm},
	ActionAccountActivate:   {subject: nameForm},
	ActionAccountChange:     {subject: nameForm},
	ActionSessionOpen:       {subject: optional(thingForm)},
	ActionSessionClose:      {subject: optional(thingForm)},
	ActionSessionRotate:     {subject: optional(thingForm)},
	ActionSessionRevoke:     {subject: nameForm},
	ActionAccountPassword:   {subject: nameForm},
	ActionAccountReset:      {subject: nameForm},
	ActionFactorEnrol:       {subject: nameForm},
	ActionFactorConfirm:     {subject: nameForm},
	ActionFactorReset:       {subject: nameForm},
	ActionAccountSuspend:    {subject: nameForm},
	ActionAccountResume:     {subject: nameForm},
	ActionAccountClose:      {subject: nameForm},
	ActionKeyRegister:       {subject: thingForm},
	ActionKeyConfirm:        {subject: thingForm},
	ActionKeyRevoke:         {subject: thingForm},
	ActionKeyRotate:         {subject: thingForm},
	ActionResourceDelete:    {subject: nameForm},

	ActionDatasetSuggest:  {subject: nameForm, facts: []string{"bytes"}, digests: []string{"source"}},
	ActionDatasetDraft:    {subject: nameForm},
	ActionDatasetSubmit:   {subject: nameForm},
	ActionDatasetAlert:    {subject: nameForm, facts: []string{"kind", "count"}},
	ActionDatasetReview:   {subject: nameForm},
	ActionDatasetSeal:     {subject: nameForm, facts: []string{"kind", "count"}},
	ActionDatasetUnseal:   {subject: nameForm, facts: []string{"act"}},
	ActionSupplyExcept:    {subject: idForm("act"), facts: []string{"dataset"}, digests: []string{"document", "source"}},
	ActionSnapshotLoad:    {subject: idForm("snap")},
	ActionSnapshotDestroy: {subject: idForm("snap")},

	ActionApplicationSubmit:   {subject: idForm("app")},
	ActionApplicationReview:   {subject: idForm("app")},
	ActionApplicationWithdraw: {subject: idForm("app")},
	ActionApplicationExpire:   {subject: idForm("app")},
	ActionApplicationClose:    {subject: idForm("app")},
	ActionGrantCreate:         {subject: idForm("grant")},
	ActionGrantSuspend:        {subject: idForm("grant")},
	ActionGrantResume:         {subject: idForm("grant")},
	ActionGrantTerminate:      {subject: idForm("grant")},
	ActionGrantExpire:         {subject: idForm("grant")},

	ActionComputationSubmit:  {subject: nameForm},
	ActionComputationReview:  {subject: nameForm},
	ActionComputationPromote: {subject: nameForm, digests: []string{"computation", "promotion"}},
	ActionComputationCertify: {subject: nameForm, facts: []string{"certificate", "ledger"}, digests: []string{"computation", "certificate"}},

	ActionQueryCheck:    {subject: optional(thingForm)},
	ActionQueryRun:      {subject: idForm("run"), facts: []string{"grant"}, digests: []string{"query"}},
	ActionQueryReserve:  {subject: idForm("run"), facts: []string{"ledger"}},
	ActionQueryExecute:  {subject: idForm("run")},
	ActionQueryResubmit: {subject: idForm("run")},
	ActionQueryWithdraw: {subject: idForm("run")},
	ActionQueryAppeal:   {subject: idForm("run")},
	ActionQueryExpire:   {subject: idForm("run")},

	ActionReviewOpen:     {subject: idForm("run", "rel")},
	ActionReviewVote:     {subject: idForm("run", "rel"), facts: []string{"turn"}, digests: []string{"artefact"}},
	ActionReleaseDecide:  {subject: idForm("run", "rel")},
	ActionReleaseIssue:   {subject: idForm("rel"), facts: []string{"run"}, digests: []string{"artefact", "receipt"}},
	ActionReleaseCollect: {subject: idForm("rel")},
	ActionReleaseRevoke:  {subject: idForm("rel")},
	ActionReleaseExpire:  {subject: idForm("rel")},
	ActionReleaseTrace:   {subject: optional(idForm("rel"))},

	ActionProductSubmit: {subject: nameForm},
	ActionProductReview: {subject: nameForm},
	ActionVerifyAnswer:  {subject: nameForm},
	ActionVerifyBatch:   {subject: nameForm},
	ActionConsentUse:    {subject: optional(thingForm)},

	ActionAuthorizationRecord:   {subject: idForm("areg"), facts: []string{"dataset", "count"}},
	ActionAuthorizationWithdraw: {subject: idForm("areg"), facts: []string{"dataset", "count"}},

	ActionPolicyActivate: {subject: optional(thingForm)},
	ActionPolicyShadow:   {subject: optional(thingForm)},
	ActionFreezeSet:      {subject: thingForm},
	ActionFreezeLift:     {subject: thingForm},
	ActionBudgetTopUp:    {subject: nameForm, facts: []string{"act", "kind", "grade", "units", "not_after"}},
	ActionSanctionApply:  {subject: idForm("sanction"), facts: []string{"kind"}},
	ActionActPropose:     {subject: idForm("act")},
	ActionActConfirm:     {subject: idForm("act")},
	ActionDenied:         {subject: optional(thingForm), facts: []string{"action"}},

	ActionInstructionStep:    {subject: idForm("ins"), facts: []string{"kind", "not_after"}, digests: []string{"document"}},
	ActionCalendarApply:      {subject: numberForm(2000, 2199), digests: []string{"document"}},
	ActionInstructionOverdue: {subject: idForm("ins"), facts: []string{"kind", "not_after"}},

	ActionAuditExport: {subject: optional(thingForm)},
	ActionAuditHold:   {subject: optional(thingForm)},
	ActionAuditPurge:  {subject: optional(thingForm)},
	ActionReportMake:  {subject: optional(thingForm)},
	ActionBackupMake:  {subject: optional(thingForm)},
	ActionRestore:     {subject: optional(thingForm)},
}

package policy

import "yumen/catalog"

// Codes of refusals that concern a person's act rather than a statement.
const (
	// CodeRole says that the caller's role, or his organization, may not do this.
	CodeRole catalog.Code = "ROLE"
	// CodeSeparation says that another person has to do this.
	CodeSeparation catalog.Code = "SEPARATION"
	// CodeIncomplete says that something that must be declared is missing.
	CodeIncomplete catalog.Code = "INCOMPLETE"
	// CodeState says that the thing is not in the state that the act needs.
	CodeState catalog.Code = "STATE"
)

// codes is the closed list that a rule may refuse with; the loader refuses any other.
var codes = map[catalog.Code]bool{
	CodeRole: true, CodeSeparation: true, CodeIncomplete: true, CodeState: true,
	catalog.CodeNotLoaded: true, catalog.CodeRowAsValue: true, catalog.CodeTooLarge: true, catalog.CodeGrantMissing: true,
	catalog.CodeGrantExpired: true, catalog.CodeGrantSuspended: true, catalog.CodePurpose: true,
	catalog.CodeColumnNotGranted: true, catalog.CodeMethodNotGranted: true, catalog.CodeGradeForbids: true,
	catalog.CodeComputationNotApproved: true, catalog.CodeDatasetSealed: true, catalog.CodeProductNotFiled: true,
	catalog.CodeScenarioNotFiled: true, catalog.CodeConsent: true, catalog.CodeQuota: true, catalog.CodeBudget: true,
	catalog.CodeFrozen: true, catalog.CodeSuspended: true, catalog.CodeOrganizationNotAdmit: true,
	catalog.CodeOperatorAuthExpired: true, catalog.CodeAgreementMissing: true, catalog.CodePersonNotFiled: true,
	catalog.CodeBlacklisted: true, catalog.CodeTerritory: true, catalog.CodeSupplyMode: true,
	catalog.CodeDatasetNotApproved: true, catalog.CodeLabOnly: true, catalog.CodeModeNotAllowed: true,
}

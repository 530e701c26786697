package policy

import "yumen/catalog"

// codes is the closed list that a rule may refuse with; the loader refuses any other.
var codes = map[catalog.Code]bool{
	catalog.CodeRole: true, catalog.CodeSeparation: true, catalog.CodeIncomplete: true, catalog.CodeState: true,
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

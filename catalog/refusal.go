package catalog

import "fmt"

// Code is a refusal code: a closed, append-only list that scripts rely on.
type Code string

// The refusal codes.
const (
	CodeSyntax                 Code = "SYNTAX"
	CodeType                   Code = "TYPE"
	CodeAmbiguous              Code = "AMBIGUOUS"
	CodeDomain                 Code = "DOMAIN"
	CodeNotLoaded              Code = "NOT_LOADED"
	CodeCapacity               Code = "CAPACITY"
	CodeStmtKind               Code = "STMT_KIND"
	CodeMultiStmt              Code = "MULTI_STMT"
	CodeUnknownTable           Code = "UNKNOWN_TABLE"
	CodeUnknownColumn          Code = "UNKNOWN_COLUMN"
	CodeStar                   Code = "STAR"
	CodeRowAsValue             Code = "ROW_AS_VALUE"
	CodeNoAggregate            Code = "NO_AGGREGATE"
	CodeAggFn                  Code = "AGG_FN"
	CodeAggArg                 Code = "AGG_ARG"
	CodeAggFilter              Code = "AGG_FILTER"
	CodeGroupKey               Code = "GROUPKEY"
	CodeGroupingSets           Code = "GROUPING_SETS"
	CodeIDPredicate            Code = "ID_PREDICATE"
	CodePredicateForm          Code = "PREDICATE_FORM"
	CodeLiteralGrid            Code = "LITERAL_GRID"
	CodeJoinType               Code = "JOIN_TYPE"
	CodeJoinEdge               Code = "JOIN_EDGE"
	CodeTableFn                Code = "TABLE_FN"
	CodeFromValues             Code = "FROM_VALUES"
	CodeScalarFn               Code = "SCALAR_FN"
	CodeCast                   Code = "CAST"
	CodeSetOp                  Code = "SETOP"
	CodeSubquery               Code = "SUBQUERY"
	CodeCTERecursive           Code = "CTE_RECURSIVE"
	CodeCTEShadow              Code = "CTE_SHADOW"
	CodeAlias                  Code = "ALIAS"
	CodeWindow                 Code = "WINDOW"
	CodeSample                 Code = "SAMPLE"
	CodeParam                  Code = "PARAM"
	CodeTooLarge               Code = "TOO_LARGE"
	CodeGrantMissing           Code = "GRANT_MISSING"
	CodeGrantExpired           Code = "GRANT_EXPIRED"
	CodeGrantSuspended         Code = "GRANT_SUSPENDED"
	CodePurpose                Code = "PURPOSE"
	CodeColumnNotGranted       Code = "COLUMN_NOT_GRANTED"
	CodeMethodNotGranted       Code = "METHOD_NOT_GRANTED"
	CodeGradeForbids           Code = "GRADE_FORBIDS"
	CodeComputationNotApproved Code = "COMPUTATION_NOT_APPROVED"
	CodeDatasetSealed          Code = "DATASET_SEALED"
	CodeProductNotFiled        Code = "PRODUCT_NOT_FILED"
	CodeScenarioNotFiled       Code = "SCENARIO_NOT_FILED"
	CodeConsent                Code = "CONSENT"
	CodeQuota                  Code = "QUOTA"
	CodeBudget                 Code = "BUDGET"
	CodeFrozen                 Code = "FROZEN"
	CodeSuspended              Code = "SUSPENDED"
	CodeOrganizationNotAdmit   Code = "ORGANIZATION_NOT_ADMITTED"
	CodeOperatorAuthExpired    Code = "OPERATOR_AUTH_EXPIRED"
	CodeAgreementMissing       Code = "AGREEMENT_MISSING"
	CodePersonNotFiled         Code = "PERSON_NOT_FILED"
	CodeBlacklisted            Code = "BLACKLISTED"
	CodeTerritory              Code = "TERRITORY"
	CodeSupplyMode             Code = "SUPPLY_MODE"
	CodeDatasetNotApproved     Code = "DATASET_NOT_APPROVED"
	CodeLabOnly                Code = "LAB_ONLY"
	CodeModeNotAllowed         Code = "MODE_NOT_ALLOWED"
	CodeRole                   Code = "ROLE"       // the caller's role or organization may not do this
	CodeSeparation             Code = "SEPARATION" // another person has to do this
	CodeIncomplete             Code = "INCOMPLETE" // something that must be declared is missing
	CodeState                  Code = "STATE"      // the thing is not in the state that the act needs
)

// Codes lists every refusal code, in the order in which they came to be.
func Codes() []Code {
	return []Code{
		CodeSyntax, CodeType, CodeAmbiguous, CodeDomain, CodeNotLoaded, CodeCapacity, CodeStmtKind, CodeMultiStmt, CodeUnknownTable, CodeUnknownColumn,
		CodeStar, CodeRowAsValue, CodeNoAggregate, CodeAggFn, CodeAggArg, CodeAggFilter, CodeGroupKey, CodeGroupingSets, CodeIDPredicate, CodePredicateForm,
		CodeLiteralGrid, CodeJoinType, CodeJoinEdge, CodeTableFn, CodeFromValues, CodeScalarFn, CodeCast, CodeSetOp, CodeSubquery, CodeCTERecursive,
		CodeCTEShadow, CodeAlias, CodeWindow, CodeSample, CodeParam, CodeTooLarge, CodeGrantMissing, CodeGrantExpired, CodeGrantSuspended, CodePurpose,
		CodeColumnNotGranted, CodeMethodNotGranted, CodeGradeForbids, CodeComputationNotApproved, CodeDatasetSealed, CodeProductNotFiled,
		CodeScenarioNotFiled, CodeConsent, CodeQuota, CodeBudget, CodeFrozen, CodeSuspended, CodeOrganizationNotAdmit, CodeOperatorAuthExpired,
		CodeAgreementMissing, CodePersonNotFiled, CodeBlacklisted, CodeTerritory, CodeSupplyMode, CodeDatasetNotApproved, CodeLabOnly, CodeModeNotAllowed,
		CodeRole, CodeSeparation, CodeIncomplete, CodeState,
	}
}

// Refusal is a static refusal: it depends on the text, the catalog and the policy, never on data.
type Refusal struct {
	Code     Code     `json:"code"`
	Position int      `json:"position"` // byte offset into the text, -1 when there is none
	Message  Text     `json:"message"`
	Remedy   Text     `json:"remedy"`
	Articles []string `json:"articles,omitempty"`
}

// Error states code and position, never text of the caller.
func (r *Refusal) Error() string {
	if r.Position < 0 {
		return fmt.Sprintf("%s: %s", r.Code, r.Message.En)
	}
	return fmt.Sprintf("%s at byte %d: %s", r.Code, r.Position, r.Message.En)
}

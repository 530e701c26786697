package application

import "slices"

// Reason is why an application is returned or rejected: a closed list, so that the applicant can act on it and figures can be made.
type Reason string

// The reasons.
const (
	ReasonPurpose     Reason = "PURPOSE"     // unlawful, illegitimate or unclear purpose or scenario
	ReasonNecessity   Reason = "NECESSITY"   // more columns, rows or methods than the purpose needs
	ReasonTerm        Reason = "TERM"        // the term is longer than the purpose needs
	ReasonFrequency   Reason = "FREQUENCY"   // more runs than the purpose needs
	ReasonSafeguards  Reason = "SAFEGUARDS"  // safeguards are missing or do not suffice
	ReasonRecipient   Reason = "RECIPIENT"   // a recipient has no need
	ReasonProvider    Reason = "PROVIDER"    // the provider's rules or agreement forbid it
	ReasonEligibility Reason = "ELIGIBILITY" // the institution does not meet the conditions
	ReasonDuplicate   Reason = "DUPLICATE"   // a grant for the same exists
	ReasonError       Reason = "ERROR"       // the document contradicts itself or the catalog
)

// Reasons lists them.
func Reasons() []Reason {
	return []Reason{ReasonPurpose, ReasonNecessity, ReasonTerm, ReasonFrequency, ReasonSafeguards, ReasonRecipient, ReasonProvider,
		ReasonEligibility, ReasonDuplicate, ReasonError}
}

func unknown(r Reason) bool { return !slices.Contains(Reasons(), r) }

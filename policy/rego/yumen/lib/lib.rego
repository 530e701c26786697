# METADATA
# title: Shared conditions
# description: Comparisons that prove nothing for a value of another type, and the settings of the zone's jurisdiction.
package yumen.lib

import future.keywords.not

at_least(a, b) if {
	is_number(a)
	is_number(b)
	a >= b
}

at_most(a, b) if {
	is_number(a)
	is_number(b)
	a <= b
}

# A text that says something: neither empty nor a wildcard.
named(a) if {
	is_string(a)
	not a in {"", "*"}
}

# Two names that are there and the same.
same(a, b) if {
	named(a)
	a == b
}

# Two names that are there and not the same.
differ(a, b) if {
	named(a)
	named(b)
	a != b
}

# A non-empty set whose members all say something.
chosen(set_of) if {
	is_object(set_of)
	set_of != {}
	object.keys(set_of) & {"", "*"} == set()
}

# The term has begun and its end, the first second after it, is still to come.
within_term(term, now) if {
	at_most(term.not_before, now)
	at_least(term.not_after, now + 1)
}

# Members of a that b lacks; a and b are objects used as sets.
lacking(a, b) := object.keys(a) - object.keys(b) if {
	is_object(a)
	is_object(b)
}

# A zone of no environment has no settings, so that nothing is proven about it.
settings := data.yumen.profiles[input.zone.jurisdiction] if input.zone.environment in {"production", "development"}

# What is loaded is a synthetic twin that the gateway makes itself; no real data enter in this way.
twin if {
	input.mode == "twin"
	input.zone.environment == "development"
}

# A statement of a development zone reads nothing but synthetic twins, or what is not loaded yet.
twins_alone if {
	input.zone.environment == "development"
	input.footprint.tables != {}
	every name, _ in input.footprint.tables {
		input.datasets[name].origin in {"twin", "none"}
	}
}

# The classes that may be used, and what a sample dataset of a lab may leave out.
open_market(market) if market in {"ordinary", "authorised"}

open_market("") if settings.declarations_optional == true

open_sharing(sharing) if sharing in {"unconditional", "conditional"}

open_sharing("") if settings.declarations_optional == true

# What the credit level of an organization bounds; one without a level is unrated, an unknown level proves nothing.
credit := settings.credit[input.organization.credit] if input.organization.credit in {"A", "B", "C", "D"}

credit := settings.credit.unrated if input.organization.credit == ""

# The stricter of a review and the one that the credit level asks for.
deepened(review) := levels[max({i | some i, level in levels; level in {review, credit.review}})]

levels := ["auto", "one", "two", "parties", "never"]

# What covers a cell of each grade, and what it is charged: a charge at one grade counts for others.
noise := [settings.grades[g].noise | some g in [1, 2, 3, 4]]

# What is opened to nobody is not used in a zone either; what does not say is as its other attributes.
open_opening(opening) if opening in {"", "unconditional", "conditional"}

# The operator's and the regulator's people answer for everybody's data, a provider's for its own alone.
answers_for_all if input.caller.type in {"operator", "regulator"}

# It is known what the caller's organization is.
placed if input.caller.type in {"operator", "provider", "institution", "regulator", "public_body"}

# Roles that may perform the act.
may_act(action, act) if input.subject.role in data.yumen.acts[action][act]

# Years for which the record of the decision is kept: the longest of the grade and the market classes. An unknown grade
# counts as the highest; an unknown class has no answer, so the decision refuses.
retention(grade, markets) := max(by_grade(grade) | by_market(markets)) if {
	markets != set()
	markets - {"ordinary", "authorised", "sealed", ""} == set()
}

by_grade(grade) := {settings.grades[grade].retention_years}

by_grade(grade) := {settings.grades[4].retention_years} if not grade in {1, 2, 3, 4}

by_market(markets) := {years |
	some market in markets
	years := object.get(settings.retention_by_market, market, settings.retention_years)
}

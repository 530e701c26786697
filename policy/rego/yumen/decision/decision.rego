# METADATA
# title: Decisions
# description: >-
#   One entry point for each action. A decision holds the proofs, and either the details of what is not proven or, when nothing is
#   missing, the obligations. The engine recomputes what is missing and trusts only the proofs.
package yumen.decision

import data.yumen.application
import data.yumen.authorization
import data.yumen.classification
import data.yumen.desensitization
import data.yumen.egress
import data.yumen.lib
import data.yumen.separation
import data.yumen.subject
import data.yumen.supply

missing(action, proof) := object.keys(data.yumen.required[action]) - proof

# Details are best effort: nothing depends on them.
details(action, proof, found) := {rule: object.get(found, rule, set()) | some rule in missing(action, proof)}

query_proof := ((subject.proof | authorization.proof) | classification.proof) | desensitization.proof

query_detail := object.union_n([authorization.detail, classification.detail, desensitization.detail])

query_obligations := {"run": desensitization.run, "retention_years": desensitization.retention_years}

# METADATA
# title: May this statement be checked
# entrypoint: true
query_check := {"proof": query_proof, "details": details("query.check", query_proof, query_detail)} if {
	missing("query.check", query_proof) != set()
}

query_check := {"proof": query_proof, "obligations": query_obligations} if missing("query.check", query_proof) == set()

# METADATA
# title: May this statement run, and how
# entrypoint: true
query_run := {"proof": query_proof, "details": details("query.run", query_proof, query_detail)} if {
	missing("query.run", query_proof) != set()
}

query_run := {"proof": query_proof, "obligations": query_obligations} if missing("query.run", query_proof) == set()

release_proof := query_proof | egress.proof

release_detail := object.union_n([query_detail, egress.detail])

release_obligations := object.union_n([query_obligations, {"release": egress.release}])

# METADATA
# title: How much review does this artefact need, and may it be issued
# entrypoint: true
release_decide := {"proof": release_proof, "details": details("release.decide", release_proof, release_detail)} if {
	missing("release.decide", release_proof) != set()
}

release_decide := {"proof": release_proof, "obligations": release_obligations} if missing("release.decide", release_proof) == set()

collect_proof := subject.proof | egress.proof

# METADATA
# title: May the caller fetch this release
# entrypoint: true
release_collect := {"proof": collect_proof, "details": details("release.collect", collect_proof, egress.detail)} if {
	missing("release.collect", collect_proof) != set()
}

release_collect := {"proof": collect_proof, "obligations": {"retention_years": egress.collect_retention}} if missing("release.collect", collect_proof) == set()

vote_proof := subject.proof | separation.proof

# METADATA
# title: May this person vote on this run
# entrypoint: true
review_vote := {"proof": vote_proof, "details": details("review.vote", vote_proof, separation.detail)} if {
	missing("review.vote", vote_proof) != set()
}

review_vote := {"proof": vote_proof, "obligations": {"retention_years": separation.vote_retention}} if missing("review.vote", vote_proof) == set()

account_proof := subject.proof | separation.proof

account_obligations := {"account": separation.account, "retention_years": lib.settings.retention_years}

# METADATA
# title: May this account be changed, and when does it take effect
# entrypoint: true
account_change := {"proof": account_proof, "details": details("account.change", account_proof, separation.detail)} if {
	missing("account.change", account_proof) != set()
}

account_change := {"proof": account_proof, "obligations": account_obligations} if missing("account.change", account_proof) == set()

supply_proof := subject.proof | supply.proof

supply_obligations := {"retention_years": supply.retention_years}

# METADATA
# title: May this dataset be declared, approved or rejected
# entrypoint: true
catalog_change := {"proof": supply_proof, "details": details("catalog.change", supply_proof, {})} if {
	missing("catalog.change", supply_proof) != set()
}

catalog_change := {"proof": supply_proof, "obligations": supply_obligations} if missing("catalog.change", supply_proof) == set()

# METADATA
# title: May this dataset be loaded in this way
# entrypoint: true
supply_load := {"proof": supply_proof, "details": details("supply.load", supply_proof, {})} if {
	missing("supply.load", supply_proof) != set()
}

supply_load := {"proof": supply_proof, "obligations": supply_obligations} if missing("supply.load", supply_proof) == set()

application_proof := subject.proof | application.proof

# METADATA
# title: May this application take this step
# entrypoint: true
application_step := {"proof": application_proof, "details": details("application.step", application_proof, application.detail)} if {
	missing("application.step", application_proof) != set()
}

application_step := {"proof": application_proof, "obligations": {"retention_years": application.retention_years}} if missing("application.step", application_proof) == set()

# METADATA
# title: Decisions
# description: >-
#   One entry point for each action. A decision holds the proofs and, when something is missing, the details of what is
#   not proven; otherwise the obligations. The engine computes itself what is missing and trusts only the proofs.
package yumen.decision

import future.keywords.not

import data.yumen.activation
import data.yumen.application
import data.yumen.authorization
import data.yumen.budget
import data.yumen.cataloguing
import data.yumen.classification
import data.yumen.computation
import data.yumen.desensitization
import data.yumen.egress
import data.yumen.environment
import data.yumen.freeze
import data.yumen.granting
import data.yumen.instruction
import data.yumen.lib
import data.yumen.product
import data.yumen.sanction
import data.yumen.sealing
import data.yumen.separation
import data.yumen.subject
import data.yumen.supply

missing(action, proof) := object.keys(data.yumen.required[action]) - proof

lacks(action, proof) if missing(action, proof) != set()

# Details are best effort: nothing depends on them.
refusal(action, proof, found) := {
	"proof": proof,
	"details": {rule: object.get(found, rule, set()) | some rule in missing(action, proof)},
}

caller_proof := subject.proof | environment.proof

query_proof := ((caller_proof | authorization.proof) | classification.proof) | desensitization.proof

query_detail := object.union_n([authorization.detail, classification.detail, desensitization.detail])

query_obligations := {
	"run": desensitization.run,
	"per_day": authorization.per_day,
	"retention_years": desensitization.retention_years,
}

# METADATA
# title: May this statement be checked
# entrypoint: true
query_check := refusal("query.check", query_proof, query_detail) if lacks("query.check", query_proof)

query_check := {"proof": query_proof, "obligations": query_obligations} if not lacks("query.check", query_proof)

# METADATA
# title: May this statement run, and how
# entrypoint: true
query_run := refusal("query.run", query_proof, query_detail) if lacks("query.run", query_proof)

query_run := {"proof": query_proof, "obligations": query_obligations} if not lacks("query.run", query_proof)

release_proof := query_proof | egress.proof

release_detail := object.union_n([query_detail, egress.detail])

release_obligations := object.union_n([query_obligations, {"release": egress.release}])

# METADATA
# title: How much review does this artefact need, and may it be issued
# entrypoint: true
release_decide := refusal("release.decide", release_proof, release_detail) if lacks("release.decide", release_proof)

release_decide := {"proof": release_proof, "obligations": release_obligations} if {
	not lacks("release.decide", release_proof)
}

collect_proof := subject.proof | egress.proof

# METADATA
# title: May the caller fetch this release
# entrypoint: true
release_collect := refusal("release.collect", collect_proof, egress.detail) if lacks("release.collect", collect_proof)

release_collect := {"proof": collect_proof, "obligations": {"retention_years": egress.collect_retention}} if {
	not lacks("release.collect", collect_proof)
}

vote_proof := subject.proof | separation.proof

# METADATA
# title: May this person vote on this run
# entrypoint: true
review_vote := refusal("review.vote", vote_proof, separation.detail) if lacks("review.vote", vote_proof)

review_vote := {"proof": vote_proof, "obligations": {"retention_years": separation.vote_retention}} if {
	not lacks("review.vote", vote_proof)
}

account_proof := subject.proof | separation.proof

account_obligations := {"account": separation.account, "retention_years": lib.settings.retention_years}

# METADATA
# title: May this account be changed, and when does it take effect
# entrypoint: true
account_change := refusal("account.change", account_proof, separation.detail) if {
	lacks("account.change", account_proof)
}

account_change := {"proof": account_proof, "obligations": account_obligations} if {
	not lacks("account.change", account_proof)
}

supply_proof := subject.proof | supply.proof

supply_obligations := {"retention_years": supply.retention_years}

catalog_proof := supply_proof | cataloguing.proof

# METADATA
# title: May this dataset be declared, approved or rejected
# entrypoint: true
catalog_change := refusal("catalog.change", catalog_proof, {}) if lacks("catalog.change", catalog_proof)

catalog_change := {"proof": catalog_proof, "obligations": supply_obligations} if {
	not lacks("catalog.change", catalog_proof)
}

# METADATA
# title: May this be done about a batch
# entrypoint: true
supply_change := refusal("supply.change", supply_proof, {}) if lacks("supply.change", supply_proof)

supply_change := {"proof": supply_proof, "obligations": supply_obligations} if {
	not lacks("supply.change", supply_proof)
}

# METADATA
# title: May this dataset be loaded in this way
# entrypoint: true
supply_load := refusal("supply.load", load_proof, {}) if lacks("supply.load", load_proof)

supply_load := {"proof": load_proof, "obligations": supply_obligations} if not lacks("supply.load", load_proof)

load_proof := supply_proof | environment.proof

application_proof := subject.proof | application.proof

application_obligations := {
	"retention_years": application.retention_years,
	"application": application.demanded,
}

# METADATA
# title: May this application take this step
# entrypoint: true
application_step := refusal("application.step", application_proof, application.detail) if {
	lacks("application.step", application_proof)
}

application_step := {"proof": application_proof, "obligations": application_obligations} if {
	not lacks("application.step", application_proof)
}

product_proof := subject.proof | product.proof

# METADATA
# title: May this product be filed
# entrypoint: true
product_file := refusal("product.file", product_proof, {}) if lacks("product.file", product_proof)

product_file := {"proof": product_proof, "obligations": {"retention_years": product.retention_years}} if {
	not lacks("product.file", product_proof)
}

freeze_proof := subject.proof | freeze.proof

freeze_obligations := {"retention_years": freeze.retention_years}

# METADATA
# title: May this be frozen
# entrypoint: true
freeze_set := refusal("freeze.set", freeze_proof, {}) if lacks("freeze.set", freeze_proof)

freeze_set := {"proof": freeze_proof, "obligations": freeze_obligations} if not lacks("freeze.set", freeze_proof)

# METADATA
# title: May this freeze be lifted
# entrypoint: true
freeze_lift := refusal("freeze.lift", freeze_proof, {}) if lacks("freeze.lift", freeze_proof)

freeze_lift := {"proof": freeze_proof, "obligations": freeze_obligations} if not lacks("freeze.lift", freeze_proof)

sanction_proof := subject.proof | sanction.proof

# METADATA
# title: May this sanction be imposed, carried on or undone
# entrypoint: true
sanction_apply := refusal("sanction.apply", sanction_proof, {}) if lacks("sanction.apply", sanction_proof)

sanction_apply := {"proof": sanction_proof, "obligations": {"retention_years": sanction.retention_years}} if {
	not lacks("sanction.apply", sanction_proof)
}

budget_proof := subject.proof | budget.proof

# METADATA
# title: May this noise budget be added to
# entrypoint: true
budget_topup := refusal("budget.topup", budget_proof, {}) if lacks("budget.topup", budget_proof)

budget_topup := {"proof": budget_proof, "obligations": {"retention_years": budget.retention_years}} if {
	not lacks("budget.topup", budget_proof)
}

instruction_proof := subject.proof | instruction.proof

# METADATA
# title: May this be done about the regulator's instruction
# entrypoint: true
instruction_step := refusal("instruction.step", instruction_proof, {}) if lacks("instruction.step", instruction_proof)

instruction_step := {"proof": instruction_proof, "obligations": {"retention_years": instruction.retention_years}} if {
	not lacks("instruction.step", instruction_proof)
}

seal_proof := subject.proof | sealing.proof

# METADATA
# title: May this dataset be sealed or unsealed
# entrypoint: true
seal_change := refusal("seal.change", seal_proof, {}) if lacks("seal.change", seal_proof)

seal_change := {"proof": seal_proof, "obligations": {"retention_years": sealing.retention_years}} if {
	not lacks("seal.change", seal_proof)
}

grant_proof := subject.proof | granting.proof

# METADATA
# title: May this grant be suspended, resumed or terminated
# entrypoint: true
grant_change := refusal("grant.change", grant_proof, {}) if lacks("grant.change", grant_proof)

grant_change := {"proof": grant_proof, "obligations": {"retention_years": granting.retention_years}} if {
	not lacks("grant.change", grant_proof)
}

computation_proof := (subject.proof | computation.proof) | environment.proof

computation_obligations := {"run": computation.run, "retention_years": computation.retention_years}

# METADATA
# title: May this computation be declared, certified, approved or rejected
# entrypoint: true
computation_review := refusal("computation.review", computation_proof, {}) if {
	lacks("computation.review", computation_proof)
}

computation_review := {"proof": computation_proof, "obligations": computation_obligations} if {
	not lacks("computation.review", computation_proof)
}

activate_proof := subject.proof | activation.proof

activate_obligations := {"retention_years": activation.retention_years}

# METADATA
# title: May this bundle decide
# entrypoint: true
policy_activate := refusal("policy.activate", activate_proof, {}) if lacks("policy.activate", activate_proof)

policy_activate := {"proof": activate_proof, "obligations": activate_obligations} if {
	not lacks("policy.activate", activate_proof)
}

package faultpoint

// What recovery does, in the words of the list.
const (
	orphan  = "not done: what was stored is destroyed at the start"
	nothing = "not done: nothing of it is there"
	done    = "done, once"
	failed  = "the run ends as failed, with its entry"
)

// moments are the points that are not commits, in the order in which an act meets them.
var moments = []Row{
	{Point: UploadHalf, Moment: "some bytes of a file that is sent in parts have arrived", After: "not done: what arrived is destroyed at the start; the sender begins anew"},
	{Point: LoadReceived, Moment: "a file to load has arrived in memory", After: nothing},
	{Point: KeyMade, Moment: "the key of a ciphertext is on the disk, the ciphertext is not begun", After: orphan},
	{Point: BlobHalf, Moment: "a ciphertext is half written", After: orphan},
	{Point: FileSynced, Moment: "a file is whole on the disk, under a temporary name", After: orphan + "; a backup has no name"},
	{Point: FileRenamed, Moment: "a file has its name, the folder is not synced", After: orphan + "; a backup is there, a rotated key is finished by the next rotation"},
	{Point: BlobStored, Moment: "a ciphertext is stored, no record names it", After: orphan},
	{Point: RunJudged, Moment: "the cells are judged, nothing is reserved", After: failed + "; it does not count in the ledger"},
	{Point: RunPosted, Moment: "the outer query has answered, no artefact is stored", After: failed + "; it counts in the ledger"},
	{Point: CollectReady, Moment: "a release is decrypted for its recipient, no byte has left", After: "collected once more than received; it can be collected again"},
	{Point: CollectHalf, Moment: "some bytes of a release have left", After: "the bundle is cut off; it can be collected again"},
	{Point: KeyOverwritten, Moment: "a key that is to be destroyed is overwritten, its file is there", After: "the destruction is finished at the start"},
	{Point: BlobKeyless, Moment: "a key is destroyed, its ciphertext is there", After: "the destruction is finished at the start"},
	{Point: FileRemoved, Moment: "a file is removed, the folder is not synced", After: "the destruction is finished at the start"},
	{Point: BackupCopied, Moment: "a backup's copy of the store lies beside the store", After: "no backup; the copy is removed at the start"},
	{Point: BackupHalf, Moment: "part of a backup is written, under a temporary name", After: "no backup: what is written opens for nobody; back up again"},
	{Point: RestoreHalf, Moment: "part of a backup is laid out, beside the directory", After: "no zone: what is laid out is not served; restore again"},
	{Point: RestoreProven, Moment: "all of a backup is laid out and proven, beside the directory", After: "no zone: what is laid out is not served; restore again"},
	{Point: RestoreNamed, Moment: "a restored zone has its name, the folder is not synced", After: "the zone is there"},
}

// workers are the kinds of workers that do something for a caller.
var workers = []struct{ kind, after string }{
	{"parse", "the gateway goes on; EXECUTION_FAILED, no run is recorded"},
	{"run", "the gateway goes on; EXECUTION_FAILED; it does not count in the ledger"},
	{"post", "the gateway goes on; EXECUTION_FAILED; it counts in the ledger"},
	{"suggest", "the gateway goes on; EXECUTION_FAILED, with an entry"},
	{"ingest", "the gateway goes on; EXECUTION_FAILED, no snapshot and no key is left"},
}

// commit is what one kind of transaction does. Its name is the action of its last entry.
type commit struct{ action, does, before, after string }

// None stands for the action of a transaction that has no effect and so no entry.
const None = "none"

var commits = []commit{
	{"zone.init", "a zone is made", "no zone: the directory must be removed", "the zone is there"},
	{None, "a start finds nothing open; the last use of a session is noted", nothing, done},
	{"organization.apply", "an organization is declared", nothing, done},
	{"account.apply", "an account is declared", nothing, "done, but the one-time code is lost: declare the account again"},
	{"account.confirm", "an account's role takes effect", nothing, done},
	{"account.activate", "an account gets its password", nothing, done},
	{"session.open", "somebody logs in, or fails to", nothing, "the session is there, nobody has its token"},
	{"session.close", "somebody logs out", nothing, done},
	{"session.rotate", "a session gets another token", nothing, "the old token opens nothing, nobody has the new one"},
	{"session.revoke", "the sessions of an account are ended", nothing, done},
	{"account.password", "a password is changed, or the old one was wrong", nothing, "done; log in with the new one"},
	{"account.reset", "an account's password is made void", nothing, "done, but the one-time code is lost: reset it again"},
	{"account.suspend", "an account is suspended", nothing, done},
	{"account.resume", "an account is resumed", nothing, done},
	{"factor.enrol", "a second factor is enrolled, or the password was wrong", nothing, "done, but its secret is lost: enrol again"},
	{"factor.confirm", "a second factor is confirmed, or its code was wrong", nothing, "done, but the recovery codes and the new session are lost: log in with the factor"},
	{"factor.reset", "a second factor is reset", nothing, done},
	{"key.register", "a reviewer's key is registered", nothing, done},
	{"key.confirm", "a reviewer's key is confirmed", nothing, done},
	{"dataset.draft", "a dataset is kept as a draft", nothing, done},
	{"dataset.submit", "a dataset is declared", nothing, done},
	{"dataset.alert", "a declaration looks like a state secret and is refused", nothing, done},
	{"dataset.review", "a dataset is approved", nothing, done},
	{"resource.delete", "a declaration is deleted", nothing, done},
	{"supply.except", "an exception for a batch is proposed or confirmed", nothing, done},
	{"snapshot.load", "a load", orphan, done},
	{"snapshot.destroy", "a snapshot that was read in place is destroyed, at the end of its lease or before", "the next start does it, if its lease is over", done + "; what was stored is destroyed at the start"},
	{"computation.submit", "a computation is declared", nothing, done},
	{"computation.certify", "a computation is certified", orphan, done},
	{"computation.promote", "an approved computation is signed for another zone", nothing, "done, but nobody has the document: promote it again"},
	{"computation.review", "a computation is approved", nothing, done},
	{"product.submit", "a product is filed", nothing, done},
	{"application.submit", "a grant is applied for", nothing, done},
	{"application.review", "an application is returned or refused", nothing, done},
	{"application.withdraw", "an application is taken back", nothing, done},
	{"application.expire", "an application is found over at a start", "the next start does it", done},
	{"application.close", "an application is closed with its organization", nothing, done},
	{"grant.create", "an application is granted", nothing, done},
	{"grant.suspend", "a grant is suspended", nothing, done},
	{"grant.resume", "a grant is resumed", nothing, done},
	{"grant.terminate", "a grant is terminated", nothing, done},
	{"grant.expire", "a grant is found over at a start", "the next start does it", done},
	{"query.expire", "a grant ends with a request that waits for review", nothing, "done; what it stored is destroyed at the start"},
	{"authorization.record", "authorizations of subjects are recorded", nothing, done},
	{"authorization.withdraw", "authorizations of subjects are withdrawn", nothing, done},
	{"freeze.set", "an emergency freeze", nothing, done},
	{"act.propose", "the first person asks to lift a freeze or to unseal", nothing, done},
	{"dataset.seal", "a dataset is sealed", nothing, done},
	{"dataset.unseal", "the second person unseals it", nothing, done},
	{"sanction.apply", "a sanction comes into force", nothing, done},
	{"calendar.apply", "the working days of a year are imported", nothing, done},
	{"instruction.step", "the regulator instructs, or the operator answers", nothing, done},
	{"instruction.overdue", "an instruction is found overdue at a start", "the next start does it", done},
	{"account.close", "an account is closed with its organization", nothing, done},
	{"key.revoke", "a signing key is revoked with its organization", nothing, done},
	{"freeze.lift", "the second person lifts it", nothing, done},
	{"budget.topup", "the second person adds to a noise budget", nothing, done},
	{"policy.activate", "the second person makes other rules decide", nothing, done},
	{"policy.shadow", "other rules are tried on decisions of the past", nothing, done},
	{"dataset.suggest", "a declaration is proposed for a file", nothing, done},
	{"query.check", "a static verdict", nothing, done},
	{"query.run", "a question is accepted or refused", nothing, failed + "; no worker saw data"},
	{"query.reserve", "the outcome of a run enters the ledger", failed + "; it does not count in the ledger", failed + "; it counts in the ledger"},
	{"query.execute", "the artefact of a run is recorded, or its failure", failed + "; it counts in the ledger", done},
	{"release.issue", "a release is issued, by the answer or by the vote that completes the quorum", "not issued", "issued once"},
	{"review.open", "a reviewer opens a request", nothing, done},
	{"review.vote", "a reviewer votes", nothing, done},
	{"query.resubmit", "a returned request is sent again", orphan, done},
	{"query.withdraw", "a request is withdrawn", nothing, "done; what it stored is destroyed at the start"},
	{"release.decide", "a request is bound to another policy at a start", "the next start does it", done},
	{"release.collect", "a release is collected", nothing, "collected once more than received; it can be collected again"},
	{"denied", "an act is refused", nothing, done},
	{"audit.export", "the log is exported", nothing, done},
	{"backup.make", "a backup is made", "no backup: it has no name; back up again", "the log has it, but it has no name: back up again"},
	{"restore", "a backup is restored", "no zone: what is laid out is not served; restore again", "no zone: what is laid out is not served; restore again"},
	{"key.rotate", "a key is rotated", nothing, "in the log; the next rotation does it"},
}

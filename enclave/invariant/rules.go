package invariant

import "yumen/catalog"

// Rule is the name of a rule. The list is closed; names stay.
type Rule string

// The rules.
const (
	LogIntact         Rule = "log-intact"
	LogContinues      Rule = "log-continues"
	RecordKnown       Rule = "record-known"
	RecordReadable    Rule = "record-readable"
	RecordEntry       Rule = "record-entry"
	EntryEffect       Rule = "entry-effect"
	StateLegal        Rule = "state-legal"
	StateLogged       Rule = "state-logged"
	DecisionKept      Rule = "decision-kept"
	ReplyStands       Rule = "reply-stands"
	VersionChain      Rule = "version-chain"
	CurrentLoaded     Rule = "current-loaded"
	SnapshotLogged    Rule = "snapshot-logged"
	RunUnfinished     Rule = "run-unfinished"
	RunLogged         Rule = "run-logged"
	RunVotes          Rule = "run-votes"
	RunArtefact       Rule = "run-artefact"
	LedgerRow         Rule = "ledger-row"
	CertificateLogged Rule = "certificate-logged"
	ReleaseOnce       Rule = "release-once"
	ReleaseLogged     Rule = "release-logged"
	ReceiptGenuine    Rule = "receipt-genuine"
	KeyOpens          Rule = "key-opens"
	KeyOrphan         Rule = "key-orphan"
	KeyMissing        Rule = "key-missing"
	FileOrphan        Rule = "file-orphan"
	FileMissing       Rule = "file-missing"
	FilePartial       Rule = "file-partial"
	FileUnknown       Rule = "file-unknown"
	FilePrivate       Rule = "file-private"
	FileWhole         Rule = "file-whole"
)

// Explained says what a rule demands, and what to do about a finding.
type Explained struct {
	Rule   Rule
	What   catalog.Text
	Remedy catalog.Text
}

// The remedies that recur.
var (
	start  = catalog.Text{Zh: "启动一次 yumend serve，让它收拾中断留下的内容，然后重新检查", En: "start yumend serve once: it finishes what a crash left open; then check again"}
	tamper = catalog.Text{Zh: "停止服务，保留目录作为证据，与他人保存的检查点比对，再从备份恢复；见 docs/operations.md“事件处置”",
		En: "stop serving, keep the directory as evidence, compare with a checkpoint that somebody else keeps, then restore a backup; see docs/operations.md, incidents"}
	restore = catalog.Text{Zh: "从备份恢复；见 docs/operations.md“恢复”", En: "restore a backup; see docs/operations.md, restore"}
)

// Rules explains every rule.
func Rules() []Explained { return append([]Explained(nil), rules...) }

// Explain returns what a rule demands.
func Explain(r Rule) Explained {
	for _, e := range rules {
		if e.Rule == r {
			return e
		}
	}
	return Explained{Rule: r}
}

// Unfinished reports whether the next start of the gateway ends what breaks the rule: it is the trace of an interruption.
func (r Rule) Unfinished() bool { return Explain(r).Remedy == start }

var rules = []Explained{
	{LogIntact, catalog.Text{Zh: "日志的默克尔树、条目格式和先后顺序完好", En: "the log's tree, its entries and their order are intact"}, tamper},
	{LogContinues, catalog.Text{Zh: "已发出的检查点是本日志的开头", En: "every checkpoint given out is a beginning of this log"}, tamper},
	{RecordKnown, catalog.Text{Zh: "每条记录都属于已知种类", En: "every record is of a known kind"}, tamper},
	{RecordReadable, catalog.Text{Zh: "每条记录都能读懂", En: "every record can be read"}, tamper},
	{RecordEntry, catalog.Text{Zh: "没有日志条目就没有记录", En: "no record without the entry that made it"}, tamper},
	{EntryEffect, catalog.Text{Zh: "条目所说的记录都在", En: "no entry whose record is gone"}, tamper},
	{StateLegal, catalog.Text{Zh: "每条记录处于合法状态", En: "every record is in a legal state"}, tamper},
	{StateLogged, catalog.Text{Zh: "记录的状态就是日志最后所说的状态", En: "the state of a record is what the log last said"}, tamper},
	{DecisionKept, catalog.Text{Zh: "条目所依据的每个决定及作出它的规则都在且未改动", En: "every decision that an entry rests on is kept with the rules that made it, unchanged"}, tamper},
	{ReplyStands, catalog.Text{Zh: "幂等应答指向该账号自己的运行", En: "a kept answer of an idempotent request names a run of its account"}, tamper},
	{VersionChain, catalog.Text{Zh: "目录版本链完好并与日志一致", En: "the chain of versions of a dataset or computation is intact and in the log"}, tamper},
	{CurrentLoaded, catalog.Text{Zh: "数据集的当前快照已装载且属于它", En: "a dataset's current snapshot is loaded, and its own"}, tamper},
	{SnapshotLogged, catalog.Text{Zh: "快照的摘要就是装载条目的摘要", En: "a snapshot has the digests of its load's entry"}, tamper},
	{RunUnfinished, catalog.Text{Zh: "没有中断的运行", En: "no run was left unfinished"}, start},
	{RunLogged, catalog.Text{Zh: "运行的问题、计划、产物和状态与日志一致", En: "a run's question, plan, artefact and state are those of its entries"}, tamper},
	{RunVotes, catalog.Text{Zh: "每张票都有条目，每个投票条目都有票", En: "every vote has its entry, and every entry its vote"}, tamper},
	{RunArtefact, catalog.Text{Zh: "只有在审、退回或已发出的运行才有产物", En: "a run has an artefact exactly while it is in review, returned or issued"}, tamper},
	{LedgerRow, catalog.Text{Zh: "账本与运行一致", En: "the ledger holds exactly the answers that were reserved or issued, and what certificates reserve"}, tamper},
	{CertificateLogged, catalog.Text{Zh: "计算的认证与其条目一致，生效的认证属于其计算", En: "a computation's certificate is what its entry says, and the one in force is its own"}, tamper},
	{ReleaseOnce, catalog.Text{Zh: "任何运行都不会发出两次", En: "no run is released twice"}, tamper},
	{ReleaseLogged, catalog.Text{Zh: "没有条目就没有出域", En: "no release without its entry, and no entry without its release"}, tamper},
	{ReceiptGenuine, catalog.Text{Zh: "每张收据及其证明都能通过离线核验", En: "every receipt and its proof verify offline"}, tamper},
	{KeyOpens, catalog.Text{Zh: "每个密钥都能用主密钥解开", En: "the master key opens every key"}, restore},
	{KeyOrphan, catalog.Text{Zh: "没有无主的密钥", En: "no key that no record names"}, start},
	{KeyMissing, catalog.Text{Zh: "没有缺密钥的记录", En: "no record whose key is gone"}, restore},
	{FileOrphan, catalog.Text{Zh: "没有无主的密文", En: "no ciphertext that no record names"}, start},
	{FileMissing, catalog.Text{Zh: "没有缺密文的记录", En: "no record whose ciphertext is gone"}, restore},
	{FilePartial, catalog.Text{Zh: "没有写到一半的文件", En: "no half-written file"}, start},
	{FileUnknown, catalog.Text{Zh: "目录中只有已知种类、已知格式的文件", En: "every file in the directory is of a known kind and form"},
		catalog.Text{Zh: "查明来历后移走：此目录只放专区自己的文件，任何明文都不得放在这里", En: "find out where it comes from and move it away: this directory holds the zone's own files alone, and nothing in clear"}},
	{FilePrivate, catalog.Text{Zh: "除属主外无人可读写", En: "nobody but the owner may use a file of the zone"},
		catalog.Text{Zh: "chmod 600（文件）或 chmod 700（目录）", En: "chmod 600 for a file, chmod 700 for a directory"}},
	{FileWhole, catalog.Text{Zh: "每个密文都完整，且是记录所说的内容", En: "every ciphertext opens to its end, and is what its record says"}, restore},
}

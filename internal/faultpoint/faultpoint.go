// Package faultpoint owns the closed list of moments at which a gateway may be killed, or its disk may fail, and what must hold
// afterwards. Calls to it compile to nothing, but in binaries built with the tag yumentest: there the file that YUMEN_TEST_FAULT
// names chooses one moment (on.go). The tests of this package bring about every moment of the list (docs/reliability.md).
package faultpoint

// Point names a moment. A point of a commit is built from the action of the commit's last audit entry, because no effect is without
// its entry: see Written and Committed.
type Point string

// The points that are not commits.
const (
	KeyMade        Point = "key.made"
	KeyOverwritten Point = "key.overwritten"
	BlobHalf       Point = "blob.half"
	BlobStored     Point = "blob.stored"
	BlobKeyless    Point = "blob.keyless"
	FileSynced     Point = "file.synced"
	FileRenamed    Point = "file.renamed"
	FileRemoved    Point = "file.removed"
	LoadReceived   Point = "load.received"
	UploadHalf     Point = "upload.half"
	RunJudged      Point = "run.judged"
	RunPosted      Point = "run.posted"
	CollectReady   Point = "collect.ready"
	CollectHalf    Point = "collect.half"
	BackupCopied   Point = "backup.copied"
	BackupHalf     Point = "backup.half"
	RestoreHalf    Point = "restore.half"
	RestoreProven  Point = "restore.proven"
	RestoreNamed   Point = "restore.named"
)

// Row is one line of the list.
type Row struct {
	Point  Point
	Moment string // when it is reached
	After  string // what holds when the gateway has started again
}

// Points is the whole list: moments between commits, then two for every commit.
func Points() []Row {
	out := append([]Row{}, moments...)
	for _, w := range workers {
		out = append(out,
			Row{Point: Point("worker.started:" + w.kind), Moment: "the " + w.kind + " worker is killed before it got its job", After: w.after},
			Row{Point: Point("worker.half:" + w.kind), Moment: "the " + w.kind + " worker is killed when part of its answer was read", After: w.after})
	}
	for _, c := range commits {
		out = append(out,
			Row{Point: Point("written:" + c.action), Moment: c.does + ": all is written with its entry, nothing committed", After: c.before},
			Row{Point: Point("committed:" + c.action), Moment: c.does + ": committed, nobody was told", After: c.after})
	}
	return out
}

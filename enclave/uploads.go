package enclave

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// Limits of uploads. A legal group's share is a quarter of the whole: what one group has open never keeps the others out.
const (
	maxOpenUploads  = 4 // of one account
	maxAllUploads   = 64
	maxGroupUploads = maxAllUploads / groupShare
	maxAnswers      = 64 // of one legal group, kept until they are fetched
	groupShare      = 4
	uploadIdle      = 24 * time.Hour
	answerIdle      = time.Hour
	uploadQuiet     = 10 * time.Minute // after which an upload gives way to another one of its account
)

// uploads are the files that are arriving.
type uploads struct {
	mu  sync.Mutex
	all map[string]*upload
}

// Why an upload cannot be opened. Only the first two are the asker's own doing.
var (
	errManyUploads = fault(KindUnavailable, "您未完成的上传太多：请先完成或放弃其中一个（再次执行中断的 yumen dataset load 即可续传）",
		"you have too many uploads open: finish one or give it up first (the yumen dataset load that was interrupted goes on when it is run again)")
	errUploadShare = fault(KindUnavailable, "贵单位未完成的上传与读取已占满其份额（至多 16 个，合计不超过一个最大文件）：请先完成或放弃其中一个，再开始下一个",
		"what your organization has open fills its share (16 uploads and readings, together no more than one file of the largest size): finish one or give it up before the next")
	errUploadRoom = fault(KindUnavailable, "网关的上传空间暂时已满：请稍后再试", "the gateway has no room for more uploads at the moment: try later").after(time.Minute)
)

// sharer is whose share of the gateway's room a caller uses: his legal group's.
func (p Principal) sharer() string { return cmp.Or(p.LegalGroup, p.Organization, p.Account) }

// room says whether one more upload has room beside those that are open; limit is the size of the largest file. The caller holds mu.
func (p *uploads) room(next *upload, limit int64) error {
	var own, group, all int
	groupBytes, bytes := next.size, next.size
	for _, u := range p.all {
		if u.isDone() { // only its answer is left
			continue
		}
		size := int64(0)
		if !u.pulls { // what the gateway comes by itself is not kept on its way
			size = u.size
			if u.account == next.account {
				own++
			}
		}
		all, bytes = all+1, bytes+size
		if u.group == next.group {
			group, groupBytes = group+1, groupBytes+size
		}
	}
	switch {
	case !next.pulls && own >= maxOpenUploads:
		return errManyUploads
	case group >= maxGroupUploads || groupBytes > limit:
		return errUploadShare
	case all >= maxAllUploads || bytes > groupShare*limit:
		return errUploadRoom
	}
	return nil
}

// add adds one for which there is room. The oldest answers of its group give way to it. The caller holds mu.
func (p *uploads) add(next *upload) {
	var answers []*upload
	for _, u := range p.all {
		if u.group == next.group && u.isDone() {
			answers = append(answers, u)
		}
	}
	slices.SortFunc(answers, func(a, b *upload) int { return b.lastTouched().Compare(a.lastTouched()) })
	for _, u := range answers[min(len(answers), maxAnswers-1):] {
		delete(p.all, u.id)
	}
	p.all[next.id] = next
}

// quiet is the upload of an account that nobody has touched for the longest time, if that is long enough to give way.
func (p *uploads) quiet(account string, now time.Time) (oldest *upload, ok bool) {
	for _, u := range p.list() {
		at, receiving := u.lastTouched(), u.receiving()
		if u.account == account && receiving && now.Sub(at) > uploadQuiet && (oldest == nil || at.Before(oldest.lastTouched())) {
			oldest = u
		}
	}
	return oldest, oldest != nil
}

func (p *uploads) list() []*upload {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := make([]*upload, 0, len(p.all))
	for _, u := range p.all {
		out = append(out, u)
	}
	slices.SortFunc(out, func(a, b *upload) int { return cmp.Compare(a.id, b.id) })
	return out
}

func (u *upload) lastTouched() time.Time {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.touched
}

// receiving reports whether more of it may still come.
func (u *upload) receiving() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.working == nil
}

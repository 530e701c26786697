package main

import (
	"context"
	"fmt"
	"time"

	"yumen/catalog"
)

// baselineVersion is the version of the list of items. It changes with the list.
const baselineVersion = 1

// site is a zone on a machine, as the baseline looks at it.
type site struct {
	dir string
	cfg Config
	now time.Time
}

// baseline compares a zone and its machine with the baseline. It takes no lock and changes nothing.
func baseline(ctx context.Context, dir string, cfg Config) []item {
	s := site{dir: dir, cfg: cfg, now: newClock().Now()}
	items := []item{s.private(), s.local(), s.disk(), s.masterKey(), s.epochKey(), s.swap(), s.core(), s.budget(), s.tls(), s.locations(ctx), judgeFactor(entry("second-factor", text("审批、审核与管理须第二因素", "whoever approves, reviews or administers needs a second factor")), s.cfg.SecondFactor)}
	items = append(items, s.worker()...)
	return append(items, s.zone(ctx)...)
}

// judgeFactor: a second factor is demanded, not only asked for where somebody has one. Nothing said is the jurisdiction's default, which
// demands it for real data.
func judgeFactor(it item, setting string) item {
	if setting == "enrolled" {
		return it.found(verdictFail, textf("second_factor 为 %s", "second_factor is %s", setting), text("改为 required；enrolled 只供过渡", "set it to required; enrolled is for a transition"))
	}
	return it
}

func text(zh, en string) catalog.Text { return catalog.Text{Zh: zh, En: en} }

func textf(zh, en string, args ...any) catalog.Text {
	return catalog.Text{Zh: fmt.Sprintf(zh, args...), En: fmt.Sprintf(en, args...)}
}

// entry makes an item that is in order until something is found.
func entry(id string, what catalog.Text) item { return item{ID: id, What: what, Verdict: verdictOK} }

// found lowers the verdict, says what is the case, and what to do about it.
func (it item) found(v verdict, what, do catalog.Text) item {
	if v == verdictFail || it.Verdict == verdictOK {
		it.Verdict, it.Found, it.Do = v, what, do
	}
	return it
}

// noted says what is the case, in order as it is.
func (it item) noted(what catalog.Text) item {
	if it.Verdict == verdictOK {
		it.Found = what
	}
	return it
}

// unknown fails: what cannot be looked at is not in order.
func (it item) unknown(err error) item {
	return it.found(verdictFail, textf("无法检查：%v", "cannot be checked: %v", err), text("以专区属主身份运行，并排除所述故障", "run this as the zone's owner, and mend what is said"))
}

package enclave

import (
	"errors"
	"fmt"
	"time"

	"yumen/catalog"
	"yumen/enclave/application"
	"yumen/internal/metastore"
)

// usageOf is how often a grant was used.
func usageOf(tx Tx, grant string) (usageRecord, error) {
	v, _, err := load[usageRecord](tx, recUsage, grant)
	if errors.Is(err, metastore.ErrNotFound) {
		return usageRecord{}, nil
	}
	return v, err
}

// idle is when a grant lapses unless it is used: unix seconds.
func idle(g *grantRecord, used application.Used) int64 {
	return application.IdleUntil(used.At, g.NotBefore, g.IdleDays)
}

// countRun reserves one run of a grant in the transaction that records the run, or returns the refusal: however many come together,
// never more are admitted than the grant, and the credit level of its organization (runs a day, 0 for no bound), allow. A run counts from
// here on, whatever becomes of it.
func (s *Service) countRun(tx Tx, a *asked) (*catalog.Refusal, error) {
	g, perDay := a.grant, a.decision.Obligations.PerDay
	limits, now := application.Limits(g.Frequency), s.clock.Now().Unix()
	v, rec, err := load[usageRecord](tx, recUsage, g.ID)
	if errors.Is(err, metastore.ErrNotFound) {
		rec, err = metastore.Record{ID: g.ID, Owner: g.Organization}, nil
	}
	if err != nil {
		return nil, err
	}
	if tight, ok := limits.Tightest(v.Used, now); ok && tight.Left() == 0 {
		return quotaRefusal(tight), nil
	}
	if perDay > 0 && v.On(now).Day >= perDay {
		tight, _ := application.Limits{Day: perDay}.Tightest(v.Used, now)
		return quotaRefusal(tight), nil
	}
	v.Used = v.Plus(now)
	if v.Columns == nil {
		v.Columns = map[string]bool{}
	}
	for table, touched := range a.bound.Facts.Tables {
		for column := range touched.Columns {
			v.Columns[table+"."+column] = true
		}
	}
	return nil, save(tx, recUsage, rec, s.nowMS(), v)
}

var windows = map[application.Window]catalog.Text{
	application.PerDay:   {Zh: "当日", En: "for today"},
	application.PerMonth: {Zh: "当月", En: "for this month"},
	application.InTotal:  {Zh: "全部", En: "in all"},
}

// quotaRefusal says which limit is reached and when it frees.
func quotaRefusal(t application.Standing) *catalog.Refusal {
	w := windows[t.Window]
	r := &catalog.Refusal{Code: catalog.CodeQuota, Position: -1, Articles: []string{"BJ-FIN-22a", "XM-19a", "XM-20b"}, Message: catalog.Text{
		Zh: fmt.Sprintf("授权%s的次数已用完（%d/%d）", w.Zh, t.Used, t.Max), En: fmt.Sprintf("The grant's runs %s are used up (%d of %d)", w.En, t.Used, t.Max)}}
	if t.Frees == 0 {
		r.Remedy = catalog.Text{Zh: "提交新的需求申请，写明所需次数", En: "Submit a new application that states the runs you need"}
		return r
	}
	at := moment(t.Frees)
	r.Remedy = catalog.Text{Zh: "从 " + at + " 起可再次使用，或申请增加次数", En: "Runs are free again from " + at + "; or apply for more"}
	return r
}

// lapsedIdle reports whether a grant is over for want of use, recorded or not.
func (g *grantRecord) lapsedIdle(used application.Used, now int64) bool {
	recorded := g.Change != nil && g.Change.Act == string(application.Idle)
	return recorded || g.State == string(application.Granted) && now >= idle(g, used) && now < g.NotAfter
}

// moment is a time as a person of the zone reads it.
func moment(unix int64) string {
	return time.Unix(unix, 0).In(application.ZoneTime).Format("2006-01-02 15:04 -07:00")
}

// tellGrant says of a refusal about the grant what is so and what helps: since when it is suspended and why, when its term begins or
// ended, when its quota frees.
func (s *Service) tellGrant(r *catalog.Refusal, g *grantRecord, used application.Used) *catalog.Refusal {
	now := s.clock.Now().Unix()
	out := *r
	switch state := application.Shown(application.GrantState(g.State), g.NotBefore, g.NotAfter, now); {
	case r.Code == catalog.CodeQuota:
		if tight, ok := application.Limits(g.Frequency).Tightest(used, now); ok {
			out = *quotaRefusal(tight)
		}
	case r.Code == catalog.CodeGrantExpired && state == application.Ahead:
		at := moment(g.NotBefore)
		out.Message = catalog.Text{Zh: "授权期限尚未开始", En: "The grant's term has not begun"}
		out.Remedy = catalog.Text{Zh: "从 " + at + " 起可以使用", En: "Use it from " + at}
	case r.Code == catalog.CodeGrantExpired && g.lapsedIdle(used, now):
		out.Message = catalog.Text{Zh: fmt.Sprintf("授权连续 %d 天未使用，已失效", g.IdleDays), En: fmt.Sprintf("The grant was not used for %d days and has lapsed", g.IdleDays)}
		out.Remedy = catalog.Text{Zh: "提交新的需求申请：yumen application submit", En: "Submit a new application: yumen application submit"}
	case r.Code == catalog.CodeGrantExpired && state == application.Over:
		at := moment(g.NotAfter)
		out.Message = catalog.Text{Zh: "授权已于 " + at + " 到期", En: "The grant's term ended at " + at}
		out.Remedy = catalog.Text{Zh: "提交新的需求申请：yumen application submit", En: "Submit a new application: yumen application submit"}
	case r.Code == catalog.CodeGrantExpired && state == application.Terminated:
		out.Message = catalog.Text{Zh: "授权已终止", En: "The grant is terminated"}
		out.Remedy = catalog.Text{Zh: "用 yumen grant show 查看原因；需要时提交新的需求申请", En: "yumen grant show tells why; submit a new application if you still need it"}
	case r.Code == catalog.CodeGrantSuspended:
		out.Remedy = catalog.Text{Zh: "用 yumen grant show 查看原因，联系运营单位恢复", En: "yumen grant show tells why; ask the operator to resume it"}
	}
	return &out
}

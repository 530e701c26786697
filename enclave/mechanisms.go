package enclave

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/internal/api"
	"yumen/internal/metastore"
	"yumen/policy"
)

// The states of a mechanism.
const (
	mechanismOK   = "ok"
	mechanismWeak = "weak"
	mechanismOff  = "off"
)

// How old a backup may be before the mechanism is weak, and before it counts as none.
const (
	backupOld  = 25 * time.Hour
	backupLost = 8 * 24 * time.Hour
)

// sampled is how many of the newest records a mechanism is proven on, each time that somebody looks.
const sampled = 200

// Mechanisms is the health page, for the zone's staff.
func (s *Service) Mechanisms(ctx context.Context, p Principal) (api.Mechanisms, error) {
	if !staff(p) {
		return api.Mechanisms{Items: []api.Mechanism{}}, fault(KindForbidden, "只有专区工作人员可以查看健康页", "only the zone's staff see the health page")
	}
	var out api.Mechanisms
	err := s.store.View(ctx, func(tx Tx) error {
		var err error
		out, err = ReadMechanisms(tx, s.factors, s.clock.Now())
		return err
	})
	return out, known(err)
}

// MechanismStore is what the health page reads of a transaction.
type MechanismStore interface {
	Records
	audit.Reader
}

// ReadMechanisms looks at the six mechanisms that keep a zone safe: what is stored and proven now, not what is configured alone. demand is
// of whom a second factor is demanded; empty is the jurisdiction's default.
func ReadMechanisms(tx MechanismStore, demand SecondFactor, now time.Time) (api.Mechanisms, error) {
	l := look{tx: tx, now: now}
	z, _, err := load[zoneRecord](tx, recZone, recZone)
	if err != nil {
		return api.Mechanisms{}, err
	}
	if demand, err = demandOf(demand, z.Jurisdiction); err != nil {
		return api.Mechanisms{}, err
	}
	out := api.Mechanisms{State: mechanismOK, Environment: string(z.environment())}
	for _, read := range []func() (api.Mechanism, error){
		func() (api.Mechanism, error) { return l.authentication(demand, z.Jurisdiction) },
		l.emergency, l.backup, l.securityAudit, l.logAudit, l.tracing,
	} {
		m, err := read()
		if err != nil {
			return api.Mechanisms{}, err
		}
		if m.State == mechanismOff || m.State == mechanismWeak && out.State == mechanismOK {
			out.State = m.State
		}
		out.Items = append(out.Items, m)
	}
	return out, nil
}

// look is one look at a zone.
type look struct {
	tx  MechanismStore
	now time.Time
}

func working(id, zh, en string) api.Mechanism {
	return api.Mechanism{ID: id, Title: catalog.Text{Zh: zh, En: en}, State: mechanismOK}
}

func (l look) note(m *api.Mechanism, zh, en string, args ...any) {
	m.Note = catalog.Text{Zh: fmt.Sprintf(zh, args...), En: fmt.Sprintf(en, args...)}
}

// fails lowers the state of a mechanism, with what is the case and what to do.
func fails(m *api.Mechanism, state string, note, remedy catalog.Text) {
	m.State, m.Note, m.Remedy = state, note, remedy
}

// inOffice are the persons who are confirmed in one of the roles and have a password.
func (l look) inOffice(roles ...catalog.AccountRole) (map[string]bool, error) {
	out := map[string]bool{}
	err := each(l.tx, recAccount, metastore.Query{State: accountConfirmed}, func(_ metastore.Record, v accountRecord) error {
		if slices.Contains(roles, v.Spec.Role) && v.Password != "" {
			out[v.Spec.Person] = true
		}
		return nil
	})
	return out, err
}

func (l look) authentication(demand SecondFactor, jurisdiction string) (api.Mechanism, error) {
	m := working("authentication", "身份认证", "identity and authentication")
	staff, err := l.inOffice(catalog.AccountSecurityAdministrator)
	l.note(&m, "审批、审核与管理须第二因素；角色须安全管理员确认", "a second factor is demanded; roles are confirmed by the security administrator")
	weak := catalog.Text{Zh: "未要求第二因素", En: "no second factor is demanded"}
	demanded := catalog.Text{Zh: "配置 second_factor: required", En: "configure second_factor: required"}
	switch {
	case len(staff) == 0:
		fails(&m, mechanismOff, catalog.Text{Zh: "没有在任的安全管理员：无人确认角色", En: "no security administrator is in office: nobody confirms a role"},
			catalog.Text{Zh: "登记并启用安全管理员", En: "declare and activate a security administrator"})
	case demand != SecondFactorRequired && policy.Jurisdiction(jurisdiction) == policy.Lab:
		fails(&m, mechanismWeak, weak, demanded)
	case demand != SecondFactorRequired:
		fails(&m, mechanismOff, weak, demanded)
	}
	return m, err
}

func (l look) emergency() (api.Mechanism, error) {
	m := working("emergency", "应急处置", "emergency handling")
	lifters, err := l.inOffice(catalog.AccountAdministrator, catalog.AccountSecurityAdministrator, catalog.AccountRegulator)
	if err != nil {
		return m, err
	}
	frozen, err := l.tx.List(recFreeze, metastore.Query{})
	l.note(&m, "可冻结、可由两人解除；当前冻结 %d 项", "there is who freezes and two who lift; %d freezes in force", len(frozen))
	if len(lifters) < 2 {
		fails(&m, mechanismOff, catalog.Text{Zh: "不足两人可解除冻结", En: "fewer than two people could lift a freeze"},
			catalog.Text{Zh: "登记并启用系统管理员与安全管理员", En: "declare and activate an administrator and a security administrator"})
	}
	return m, err
}

func (l look) backup() (api.Mechanism, error) {
	m := working("backup", "备份恢复", "backup and recovery")
	made, restored, err := l.backups()
	again := catalog.Text{Zh: "yumend backup，并演练：yumend restore --drill", En: "yumend backup, and prove it: yumend restore --drill"}
	l.note(&m, "上次备份 %s，上次恢复 %s", "last backup %s, last restore %s", day(made), day(restored))
	switch age := l.now.Sub(made); {
	case made.IsZero():
		fails(&m, mechanismWeak, catalog.Text{Zh: "从未备份", En: "there never was one"}, again)
	case age > backupLost:
		fails(&m, mechanismOff, m.Note, again)
	case age > backupOld:
		fails(&m, mechanismWeak, m.Note, again)
	}
	return m, err
}

func day(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.UTC().Format(time.DateOnly)
}

// backups are the times of the last backup and of the last restore, as the log tells them.
func (l look) backups() (made, restored time.Time, err error) {
	size, err := l.tx.AuditSize()
	if err != nil {
		return made, restored, err
	}
	for b, err := range l.tx.AuditEntries(0, size) {
		if err != nil {
			return made, restored, err
		}
		var e struct {
			Action audit.Action `json:"action"`
			Time   int64        `json:"time"`
		}
		if json.Unmarshal(b, &e) != nil {
			continue // logAudit says so
		}
		switch e.Action {
		case audit.ActionBackupMake:
			made = time.UnixMilli(e.Time)
		case audit.ActionRestore:
			restored = time.UnixMilli(e.Time)
		}
	}
	return made, restored, nil
}

func (l look) securityAudit() (api.Mechanism, error) {
	m := working("security_audit", "数据安全审计", "data security audit")
	auditors, err := l.inOffice(catalog.AccountAuditor, catalog.AccountRegulator)
	if err != nil {
		return m, err
	}
	decided, lost := 0, 0
	err = each(l.tx, recRun, metastore.Query{Newest: true, Limit: sampled}, func(_ metastore.Record, run runRecord) error {
		if run.Policy.Decision == "" {
			return nil
		}
		decided++
		_, err := l.tx.Get(recDecision, run.Policy.Decision)
		if errors.Is(err, metastore.ErrNotFound) {
			lost++
			return nil
		}
		return err
	})
	l.note(&m, "审计员在任；最近 %d 项运行的策略决定可重放", "an auditor is in office; the decisions of the last %d runs can be replayed", decided)
	switch {
	case len(auditors) == 0:
		fails(&m, mechanismOff, catalog.Text{Zh: "没有在任的审计员", En: "no auditor is in office"}, catalog.Text{Zh: "登记并启用安全审计员", En: "declare and activate an auditor"})
	case lost > 0:
		fails(&m, mechanismOff, catalog.Text{Zh: fmt.Sprintf("%d 项运行的策略决定缺失", lost), En: fmt.Sprintf("the decisions of %d runs are missing", lost)},
			catalog.Text{Zh: "停机并核验：yumend check --deep", En: "stop and prove the zone: yumend check --deep"})
	}
	return m, err
}

func (l look) logAudit() (api.Mechanism, error) {
	m := working("log_audit", "日志审计", "log audit")
	size, err := l.tx.AuditSize()
	if err != nil {
		return m, err
	}
	l.note(&m, "日志 %d 条，最近 %d 条与其哈希一致", "%d entries, the last %d proven against their hashes", size, min(size, sampled))
	bad := int64(-1)
	for n := max(0, size-sampled); n < size && bad < 0; n++ {
		b, err := l.tx.AuditEntry(n)
		if err != nil {
			return m, err
		}
		leaf, err := l.tx.AuditHashes([]int64{tlog.StoredHashIndex(0, n)})
		if err != nil {
			return m, err
		}
		if _, err := audit.Decode(b); err != nil || leaf[0] != tlog.RecordHash(b) {
			bad = n
		}
	}
	if bad >= 0 || size == 0 {
		fails(&m, mechanismOff, catalog.Text{Zh: fmt.Sprintf("第 %d 条日志被改动", bad), En: fmt.Sprintf("entry %d was changed", bad)},
			catalog.Text{Zh: "导出并离线核验：yumen audit verify；从备份恢复", En: "export and verify it offline: yumen audit verify; restore a backup"})
	}
	return m, nil
}

func (l look) tracing() (api.Mechanism, error) {
	m := working("tracing", "追溯倒查", "tracing back")
	traced, lost := 0, 0
	err := each(l.tx, recRelease, metastore.Query{Newest: true, Limit: sampled}, func(r metastore.Record, v releaseRecord) error {
		traced++
		b, err := l.tx.AuditEntry(v.Entry)
		if err != nil {
			return err
		}
		e, err := audit.Decode(b)
		if err != nil || e.Action != audit.ActionReleaseIssue || e.Subject != r.ID || e.Digests["receipt"] != catalog.DigestOf([]byte(v.Receipt)) {
			lost++
		}
		return nil
	})
	l.note(&m, "最近 %d 项出域结果的回执与日志一致", "the receipts of the last %d releases agree with the log", traced)
	if lost > 0 {
		fails(&m, mechanismOff, catalog.Text{Zh: fmt.Sprintf("%d 项出域结果无法追溯", lost), En: fmt.Sprintf("%d releases cannot be traced", lost)},
			catalog.Text{Zh: "停机并核验：yumend check --deep", En: "stop and prove the zone: yumend check --deep"})
	}
	return m, err
}

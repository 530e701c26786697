package main

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"time"

	"yumen/catalog"
	"yumen/enclave"
	"yumen/enclave/audit"
	"yumen/internal/api"
	"yumen/internal/metastore"
	"yumen/internal/metastore/sqlite"
	"yumen/internal/operation"
	"yumen/policy"
)

// zone looks at what the store says: schema, clock, roles, backups.
func (s site) zone(ctx context.Context) []item {
	schema := entry("schema", text("元数据库结构与程序一致", "the store has this program's schema"))
	clock := entry("clock", text("时钟没有落后于日志", "the clock is not behind the log"))
	roles := entry("roles", text("三个岗位由不同的人担任", "the three offices are held by different persons"))
	environment := entry("environment", text("开发与生产环境隔离：专区的环境", "development and production are separate: what this zone is for"))
	backup := entry("backup", text("有近期备份", "there is a recent backup"))
	ended := entry("epoch-ended", text("已销毁的数据不在可打开的备份中", "what was destroyed is in no backup that still opens"))
	st, err := sqlite.OpenBeside(ctx, sqlite.Config{Path: filepath.Join(s.dir, "meta.db"), Readers: 1})
	if errors.Is(err, metastore.ErrOlderSchema) || errors.Is(err, metastore.ErrNewerSchema) {
		schema = schema.found(verdictFail, textf("%v", "%v", err), text("较旧：备份后运行 yumend migrate；较新：安装写入它的版本", "older: back up, then yumend migrate; newer: install the version that wrote it"))
		return []item{schema}
	}
	if err != nil {
		return []item{schema.unknown(err)}
	}
	defer st.Close()
	var offices []officer
	var last audit.Entry
	var page api.Mechanisms
	err = st.View(ctx, func(tx *sqlite.Tx) error {
		if offices, err = readOfficers(tx); err != nil {
			return err
		}
		if page, err = enclave.ReadMechanisms(tx, enclave.SecondFactor(s.cfg.SecondFactor), s.now); err != nil {
			return err
		}
		last, err = lastEntry(tx)
		return err
	})
	if err != nil {
		return []item{schema, clock.unknown(err), roles.unknown(err), backup.unknown(err), ended.unknown(err)}
	}
	marks, err := operation.NewBackups(st).Marks(ctx)
	if err != nil {
		return []item{schema, judgeClock(clock, s.now, last.Time), judgeOffices(roles, offices), s.judgeEnvironment(environment, page), backup.unknown(err), ended.unknown(err)}
	}
	return append([]item{schema, judgeClock(clock, s.now, last.Time), judgeOffices(roles, offices), s.judgeEnvironment(environment, page), judgeBackup(backup, s.now, marks.Backup), judgeEpoch(ended, marks)}, mechanisms(page)...)
}

// mechanisms are the items of the health page.
func mechanisms(page api.Mechanisms) []item {
	var out []item
	for _, m := range page.Items {
		it := entry("mechanism-"+m.ID, m.Title)
		switch m.State {
		case "weak":
			it = it.found(verdictWarn, m.Note, m.Remedy)
		case "off":
			it = it.found(verdictFail, m.Note, m.Remedy)
		}
		out = append(out, it.noted(m.Note))
	}
	return out
}

// judgeEnvironment says what the zone is for. A development zone has no place to read real data from.
func (s site) judgeEnvironment(it item, page api.Mechanisms) item {
	if page.Environment == string(policy.Development) && len(s.cfg.Locations) > 0 {
		return it.found(verdictWarn, text("开发环境配置了数据存储位置", "a development zone lists locations of data"), text("从配置中删去 locations：开发环境只用合成孪生数据", "take locations out of the configuration: a development zone has synthetic twins alone"))
	}
	return it.noted(text(page.Environment, page.Environment))
}

// lastEntry is the newest entry of the log, or none.
func lastEntry(tx *sqlite.Tx) (audit.Entry, error) {
	size, err := tx.AuditSize()
	if err != nil || size == 0 {
		return audit.Entry{}, err
	}
	b, err := tx.AuditEntry(size - 1)
	if err != nil {
		return audit.Entry{}, err
	}
	return audit.Decode(b)
}

// judgeClock: a clock behind the log would date acts wrongly; the log keeps its order all the same.
func judgeClock(it item, now time.Time, last int64) item {
	behind := time.UnixMilli(last).Sub(now)
	if behind > time.Second || now.Year() < 2026 {
		return it.found(verdictFail, textf("落后于最后一条日志 %s", "it is %s behind the last entry", behind.Round(time.Second)),
			text("校准时钟（NTP）；在此之前条目沿用前一条的时间并注明", "set the clock (NTP); until then entries carry the time of the one before, and say so"))
	}
	return it
}

// officer is one confirmed account that holds an office.
type officer struct {
	person string
	role   catalog.AccountRole
	active bool // has a password
}

func readOfficers(tx *sqlite.Tx) (out []officer, err error) {
	all, err := tx.List("account", metastore.Query{State: "confirmed"})
	if err != nil {
		return nil, err
	}
	for _, r := range all {
		var v struct {
			Spec     catalog.AccountSpec `json:"spec"`
			Password string              `json:"password"`
		}
		if err := json.Unmarshal(r.Doc, &v); err != nil {
			return nil, err
		}
		out = append(out, officer{person: v.Spec.Person, role: v.Spec.Role, active: v.Password != ""})
	}
	return out, nil
}

// judgeOffices: administrator, security administrator and auditor are there, active, and three persons.
func judgeOffices(it item, all []officer) item {
	holder := map[string]catalog.AccountRole{}
	filled := map[catalog.AccountRole]bool{}
	need := []catalog.AccountRole{catalog.AccountAdministrator, catalog.AccountSecurityAdministrator, catalog.AccountAuditor}
	do := text("由系统管理员登记、安全管理员确认，并由本人启用账号", "the administrator declares them, the security administrator confirms them, and each activates his account")
	for _, o := range all {
		for _, role := range need {
			if o.role != role {
				continue
			}
			if other, taken := holder[o.person]; taken && other != role {
				it = it.found(verdictFail, text("一人担任两个岗位", "one person holds two offices"), do)
				it.Subjects = append(it.Subjects, string(role))
			}
			holder[o.person] = role
			filled[role] = filled[role] || o.active
		}
	}
	for _, role := range need {
		if !filled[role] {
			it = it.found(verdictFail, text("岗位空缺或账号未启用", "an office is not filled, or its account is not active"), do)
			it.Subjects = append(it.Subjects, string(role))
		}
	}
	return it
}

// How old a backup may be before it is warned about, and before it fails.
const (
	backupOld  = 25 * time.Hour
	backupLost = 8 * 24 * time.Hour
)

func judgeBackup(it item, now, last time.Time) item {
	do := text("yumend backup，并演练恢复：yumend restore --drill", "yumend backup, and prove it: yumend restore --drill")
	if last.IsZero() {
		return it.found(verdictWarn, text("从未备份", "there never was one"), do)
	}
	what := textf("上次备份于 %s", "the last one is of %s", last.UTC().Format(time.RFC3339))
	switch age := now.Sub(last); {
	case age > backupLost:
		return it.found(verdictFail, what, do)
	case age > backupOld:
		return it.found(verdictWarn, what, do)
	}
	return it.noted(what)
}

func judgeEpoch(it item, m operation.Marks) item {
	if m.Destroyed.After(m.Epoch) && !m.Backup.IsZero() {
		return it.found(verdictWarn, text("上次更换纪元之后销毁过快照", "a snapshot was destroyed since the epoch began"),
			text("yumend keys rotate --epoch，然后重新备份", "yumend keys rotate --epoch, then back up anew"))
	}
	return it
}

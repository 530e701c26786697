package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/internal/operation"
	"yumen/sandbox"
	"yumen/sandbox/sandboxtest"
)

func TestClearSwap(t *testing.T) {
	const head = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
	uuid := func(device string) string {
		return map[string]string{"/dev/dm-1": "CRYPT-PLAIN-swap", "/dev/dm-2": "LVM-abc"}[device]
	}
	for table, want := range map[string][]string{
		"":                                      nil,
		head:                                    nil,
		head + "/dev/zram0 partition 1 0 100\n": nil,
		head + "/dev/dm-1 partition 1 0 -2\n":   nil,
		head + "/dev/dm-2 partition 1 0 -2\n/swapfile file 1 0 -3\n":   {"/dev/dm-2", "/swapfile"},
		head + "/dev/sda3 partition 1 0 -2\n/dev/dm-1 partition 1 0 1": {"/dev/sda3"},
	} {
		require.Equal(t, want, clearSwap(table, uuid), table)
	}
}

// Each judgement turns at its bound, and what is not in order says what to do in both languages.
func TestJudgements(t *testing.T) {
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	it := entry("x", text("项", "item"))
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	office := func(person string, role catalog.AccountRole, active bool) officer {
		return officer{person, role, active}
	}
	admin, security, auditor := catalog.AccountAdministrator, catalog.AccountSecurityAdministrator, catalog.AccountAuditor
	c := Config{MemoryMB: 6000, SnapshotCacheMB: 2000, WorkerThreads: 2}
	for name, c := range map[string]struct {
		got  item
		want verdict
	}{
		"factor asked for":       {judgeFactor(it, "enrolled"), verdictFail},
		"factor by default":      {judgeFactor(it, ""), verdictOK},
		"factor demanded":        {judgeFactor(it, "required"), verdictOK},
		"disk full":              {freeSpace(it, noDisk-1), verdictFail},
		"disk small":             {freeSpace(it, noDisk), verdictWarn},
		"disk":                   {freeSpace(it, littleDisk), verdictOK},
		"memory short":           {fitsMachine(it, c, 7999, 2), verdictFail},
		"memory tight":           {fitsMachine(it, c, 8001, 2), verdictWarn},
		"threads":                {fitsMachine(it, c, 16000, 1), verdictWarn},
		"memory":                 {fitsMachine(it, c, 16000, 2), verdictOK},
		"certificate over":       {certificate(it, ago(time.Hour), now, now), verdictFail},
		"certificate not yet":    {certificate(it, now.Add(1), now.Add(9*soon), now), verdictFail},
		"certificate soon":       {certificate(it, ago(time.Hour), now.Add(soon-1), now), verdictWarn},
		"certificate":            {certificate(it, now, now.Add(soon), now), verdictOK},
		"full reached":           {caged(it, "full", "full", []sandbox.Layer{{Name: sandbox.LayerNamespaces, Available: true}}), verdictOK},
		"floor of full":          {caged(it, "full", "floor", []sandbox.Layer{{Name: sandbox.LayerNamespaces}}), verdictFail},
		"floor is enough":        {caged(it, "floor", "floor", []sandbox.Layer{{Name: sandbox.LayerNamespaces}}), verdictWarn},
		"clock behind":           {judgeClock(it, now, now.Add(2*time.Second).UnixMilli()), verdictFail},
		"clock of another time":  {judgeClock(it, time.Unix(0, 0), 0), verdictFail},
		"clock":                  {judgeClock(it, now, now.UnixMilli()), verdictOK},
		"offices":                {judgeOffices(it, []officer{office("a", admin, true), office("b", security, true), office("c", auditor, true)}), verdictOK},
		"an office is empty":     {judgeOffices(it, []officer{office("a", admin, true), office("b", security, true)}), verdictFail},
		"an office is not taken": {judgeOffices(it, []officer{office("a", admin, true), office("b", security, true), office("c", auditor, false)}), verdictFail},
		"two offices": {judgeOffices(it, []officer{office("a", admin, true), office("a", security, true), office("c", auditor, true),
			office("d", security, true)}), verdictFail},
		"no backup":      {judgeBackup(it, now, time.Time{}), verdictWarn},
		"old backup":     {judgeBackup(it, now, ago(backupOld+1)), verdictWarn},
		"lost backup":    {judgeBackup(it, now, ago(backupLost+1)), verdictFail},
		"backup":         {judgeBackup(it, now, ago(backupOld)), verdictOK},
		"epoch to end":   {judgeEpoch(it, operation.Marks{Backup: ago(9), Epoch: ago(8), Destroyed: ago(7)}), verdictWarn},
		"epoch ended":    {judgeEpoch(it, operation.Marks{Backup: ago(9), Epoch: ago(6), Destroyed: ago(7)}), verdictOK},
		"nothing to end": {judgeEpoch(it, operation.Marks{Destroyed: ago(7)}), verdictOK},
	} {
		require.Equal(t, c.want, c.got.Verdict, name)
		if c.want != verdictOK {
			require.NotEmpty(t, c.got.Found.Zh, name)
			require.NotEmpty(t, c.got.Found.En, name)
			require.NotEmpty(t, c.got.Do.Zh, name)
			require.NotEmpty(t, c.got.Do.En, name)
		}
	}
}

func TestInside(t *testing.T) {
	for path, want := range map[string]bool{"/zone/a": true, "/zone": true, "/zone/../b": false, "/zoneb": false, "/": false} {
		require.Equal(t, want, inside("/zone", path), path)
	}
}

// Every layer says in both languages what it stops.
func TestEveryLayerStopsSomething(t *testing.T) {
	for _, l := range sandboxtest.Runner(t).Level() {
		require.NotEmpty(t, stops[l.Name].Zh, l.Name)
		require.NotEmpty(t, stops[l.Name].En, l.Name)
	}
}

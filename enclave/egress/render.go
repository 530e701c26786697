package egress

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"yumen/catalog"
	"yumen/internal/ident"
)

// Lang is a language of the product.
type Lang string

// The languages.
const (
	Zh Lang = "zh"
	En Lang = "en"
)

// maxShown is how many rows of a table a rendering shows.
const maxShown = 200

// Render writes the report for reading, ordered by what decides, as far as the viewer is cleared.
func (r Report) Render(lang Lang, v Viewer) string {
	p := &printer{lang: lang, cleared: v.Cleared(r)}
	r = r.Redact(v)
	p.strip(r.Strip)
	p.heading("将出域的内容", "What leaves")
	p.table(r.Leaves)
	for _, f := range r.Identifiers {
		p.line(p.t("第 %d 列含有标识符：%s（不低于 %d 级），展示时已脱敏", "column %d holds identifiers: %s (grade %d or higher), masked here"), f.Column, p.t(ident.Label(catalog.IdentifierKind(f.Kind)).Zh, ident.Label(catalog.IdentifierKind(f.Kind)).En), f.Grade)
	}
	for _, f := range r.Files {
		p.line("%s  %d  %s", f.Name, f.Size, f.Digest)
	}
	p.heading("受保护单元与证据", "Protected cells and their evidence")
	parts := r.Parts()
	for i, part := range parts {
		if len(parts) > 1 {
			p.line(p.t("汇总 %d / %d", "part %d of %d"), i+1, len(parts))
		}
		p.table(part.Cells)
		p.legend(part.Cells)
		p.evidence(part)
	}
	p.neighbours(r.Neighbours)
	p.query(r.Query)
	p.lineage(r.Lineage)
	p.history(r.Requester)
	p.heading("申请人说明", "The requester's note")
	p.line("%s", r.Note)
	return p.String()
}

// printer writes lines in one language.
type printer struct {
	strings.Builder
	lang    Lang
	cleared bool
}

func (p *printer) t(zh, en string) string {
	if p.lang == Zh {
		return zh
	}
	return en
}

func (p *printer) line(format string, args ...any) {
	p.WriteString(printable(fmt.Sprintf(format, args...)) + "\n")
}

func (p *printer) heading(zh, en string) { p.WriteString("\n## " + p.t(zh, en) + "\n\n") }

func (p *printer) strip(s Strip) {
	p.line(p.t("运行 %s · 第 %d 轮 · 分级 %d · %s · %s", "run %s · turn %d · grade %d · %s · %s"), s.Run, s.Turn, s.Grade, s.Jurisdiction, s.Mode)
	if s.Environment == developing {
		p.line("%s", p.t("开发环境：数据为合成孪生数据", "development: the data are synthetic twins"))
	}
	if p.cleared {
		p.line(p.t("出域单元 %d，未予展示 %d", "%d cells leave, %d are withheld"), s.Shown, s.Withheld)
	} else {
		p.line(p.t("出域单元 %d；您的权限不含未展示单元的证据", "%d cells leave; you are not cleared for evidence about withheld cells"), s.Shown)
	}
	p.line(p.t("需要 %d 人 %d 个单位审核", "needs %d reviewers of %d units"), s.Quorum.Persons, max(s.Quorum.Units, min(1, s.Quorum.Persons)))
	if len(s.Quorum.Providers) > 0 {
		p.line("%s %s", p.t("以及数据提供方", "and the data providers"), strings.Join(s.Quorum.Providers, ", "))
	}
	if len(s.Flags) > 0 {
		p.line("%s %s", p.t("提示", "flags"), strings.Join(s.Flags, ", "))
	}
	if s.Due > 0 {
		p.line("%s %s", p.t("期限", "due"), moment(s.Due))
	}
}

func (p *printer) legend(t Table) {
	seen := map[Letter]bool{}
	for _, m := range t.Masks {
		for _, l := range m.Letters {
			seen[l] = true
		}
	}
	for _, l := range letters {
		if seen[l] {
			p.line("[%s] %s", l, p.t(l.text().Zh, l.text().En))
		}
	}
}

func (p *printer) evidence(r Part) {
	for _, e := range r.Evidence[:min(len(r.Evidence), maxShown)] {
		var parts []string
		for _, n := range e.Entities {
			parts = append(parts, fmt.Sprintf("%s %d", n.Type, n.N))
		}
		for _, c := range e.Checks {
			mark := p.t("通过", "pass")
			if !c.Pass {
				mark = p.t("未通过", "fail")
			}
			parts = append(parts, string(c.Rule)+" "+mark)
		}
		p.line("(%d, %s)  %s", e.Row+1, r.Cells.Columns[e.Column].Name, strings.Join(parts, " · "))
	}
	p.more(len(r.Evidence))
}

func (p *printer) neighbours(all []Neighbour) {
	p.heading("与以往结果的差异", "Differences to earlier answers")
	if len(all) == 0 {
		p.line("%s", p.t("无相近结果", "no earlier answer comes near"))
	}
	for _, n := range all {
		counts := ""
		if p.cleared {
			counts = fmt.Sprintf("  |A\\B| %d  |B\\A| %d", n.Minus, n.Plus)
		}
		mark := p.t("通过", "pass")
		if !n.Pass {
			mark = p.t("未通过", "fail")
		}
		p.line("%s  %s  %s%s  %s", n.Release, moment(n.Issued), mark, counts, n.Words)
	}
}

func (p *printer) query(q Query) {
	p.heading("查询", "The query")
	if q.Computation != "" {
		p.line("%s %s", p.t("已核准计算", "approved computation"), q.Computation)
	}
	for _, x := range q.Parameters {
		p.line("  %s = %s", x.Name, x.Value)
	}
	p.WriteString(indent(q.Text))
	for _, w := range q.Words {
		p.line("- %s", w)
	}
	for _, c := range q.Touched {
		p.line("%s.%s  %s %d  %s", c.Dataset, c.Column, p.t("分级", "grade"), c.Grade, strings.Join(c.Uses, ", "))
	}
	p.line("%s %s", p.t("用途", "purpose"), q.Purpose)
	p.line("%s %s", p.t("授权", "grant"), q.Grant)
}

func (p *printer) lineage(l Lineage) {
	p.heading("来源", "Lineage")
	for _, s := range l.Snapshots {
		p.line("%s  %s  %s", s.Dataset, s.ID, s.Digest)
	}
	p.line("%s %s  %s", p.t("策略", "policy"), l.Revision, l.Policy)
	p.line("%s %s", p.t("计划", "plan"), l.Plan)
	p.line("%s %s · %s %s", p.t("引擎", "engine"), l.Engine, p.t("沙箱", "sandbox"), l.Sandbox)
}

func (p *printer) history(h History) {
	p.heading("申请方", "The requester")
	p.line("%s  %s  %s", h.Organization, h.LegalGroup, h.Account)
	p.line(p.t("近 90 日：签发 %d，退回 %d，驳回 %d，撤销 %d", "last 90 days: %d issued, %d returned, %d rejected, %d revoked"),
		h.Issued, h.Returned, h.Rejected, h.Revoked)
	if h.Until > 0 {
		p.line("%s %s", p.t("授权到期", "grant ends"), moment(h.Until))
	}
}

// more says how many lines were left out.
func (p *printer) more(n int) {
	if n > maxShown {
		p.line(p.t("… 另有 %d 行", "… and %d more"), n-maxShown)
	}
}

func moment(seconds int64) string { return time.Unix(seconds, 0).UTC().Format(time.RFC3339) }

// letters are in the order of the legend.
var letters = []Letter{LetterThreshold, LetterComplement, LetterSensitive, LetterDifferencing, LetterDominance, LetterGroup, LetterZero, LetterEvidence}

var letterTexts = []catalog.Text{
	{Zh: "实体过少", En: "too few entities"},
	{Zh: "其余部分过少", En: "the rest of the universe is too small"},
	{Zh: "敏感条件前后差异过小", En: "too close with and without a sensitive condition"},
	{Zh: "与其他结果过于接近", En: "too close to another answer"},
	{Zh: "少数实体占比过高", En: "few entities make up the amount"},
	{Zh: "组内几乎相同", En: "nearly all are alike"},
	{Zh: "没有实体", En: "nobody there"},
	{Zh: "证据不足", En: "not proven"},
}

// text says the letter to a person; the zero Text for an unknown one.
func (l Letter) text() catalog.Text {
	if i := slices.Index(letters, l); i >= 0 {
		return letterTexts[i]
	}
	return catalog.Text{}
}

// LetterOf is the letter of a rule by its name in disclosure control. An unknown rule is evidence that is missing.
func LetterOf(rule string) Letter {
	if rule == "linear" {
		return LetterDifferencing
	}
	i := slices.Index([]string{"threshold", "complement", "sensitive", "differencing", "dominance", "homogeneity", "empty"}, rule)
	if i < 0 {
		return LetterEvidence
	}
	return letters[i]
}

package receipt

import (
	"bytes"
	"fmt"
	"time"
)

// Label is the text of LABEL.txt: what a person who finds the files must know, in Chinese and English. It is made from the
// receipt alone, so a verifier makes it again and compares.
func Label(r Receipt) []byte {
	var b bytes.Buffer
	b.WriteString("域门 Yumen · 出域数据标签 release label\n\n")
	if r.Jurisdiction == JurisdictionLab {
		b.WriteString("实验辖区：仅供演示，不得用于真实业务。LAB JURISDICTION: for demonstration, not for real use.\n\n")
	}
	if r.Environment == EnvironmentDevelopment {
		b.WriteString("开发环境：全部数据为合成孪生数据，与任何人无关。DEVELOPMENT: all data are synthetic twins and about nobody.\n\n")
	}
	row := func(zh, en, value string) { fmt.Fprintf(&b, "%s %s: %s\n", zh, en, value) }
	row("发布编号", "release", r.Release)
	row("数据分级", "grade", fmt.Sprint(r.Grade))
	row("辖区规则", "jurisdiction", r.Jurisdiction)
	row("保护方式", "protection", r.Mode)
	for _, n := range r.Noise {
		row("噪声", "noise", n.Text())
	}
	row("接收机构", "recipient", r.Recipient.Organization)
	row("用途", "purpose", r.Purpose)
	row("授权编号", "grant", r.Grant)
	row("签发时间", "issued", r.Issued.Format(time.RFC3339))
	row("有效期", "validity", r.NotBefore.Format(time.RFC3339)+" – "+r.NotAfter.Format(time.RFC3339))
	row("出域审核", "review", reviewText(len(r.Votes)))
	for _, f := range r.Files {
		row("文件", "file", fmt.Sprintf("%s %d %s", f.Name, f.Size, f.Digest))
	}
	b.WriteString("\n部分分组可能未予展示。Groups may be withheld.\n")
	b.WriteString("不得用于约定以外的用途，不得转让或用于再识别。" +
		"Not for any other purpose; not to be passed on or used to identify anyone.\n")
	b.WriteString("核验方法 verify: yumen receipt verify DIR\n")
	return b.Bytes()
}

// Text is the noise for reading.
func (n Noise) Text() string {
	if n.Figure == "" {
		return fmt.Sprintf("%d: 95%% ±%s", n.Column, n.Interval)
	}
	return fmt.Sprintf("%d: %s, σ = %s, 95%% ±%s", n.Column, n.Figure, n.Sigma, n.Interval)
}

// reviewText says by how many persons a release was approved.
func reviewText(n int) string {
	if n == 0 {
		return "依规则自动放行 automatic, by policy"
	}
	return fmt.Sprintf("%d 人审核通过 approved by %d", n, n)
}

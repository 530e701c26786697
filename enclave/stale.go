package enclave

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"yumen/catalog"
	"yumen/internal/api"
	"yumen/internal/metastore"
)

// What a certificate rests on. A person approved the text and the domains of its parameters; the data, their declaration and the policy may
// change, and then it is the certificate that does not hold any more, not the approval.
const (
	restsOnData        = "data"
	restsOnDeclaration = "declaration" // approved anew, and not loaded again yet
	restsOnDataset     = "dataset"     // gone
	restsOnPolicy      = "policy"
	restsOnText        = "text"
)

// outdated is one thing that a certificate rests on and that is another by now.
type outdated struct {
	why     string
	dataset string // of data, declaration and dataset
}

// basis is what a certificate rests on.
type basis struct {
	Digest   catalog.Digest    `json:"digest"` // of the version that was certified
	Policy   catalog.Digest    `json:"policy"`
	Contents map[string]string `json:"contents"` // dataset → what the snapshot holds, by which answers are compared
}

// outdated lists what is another by now, by dataset, the policy last.
func (v *basis) outdated(tx Tx, version, policy catalog.Digest) ([]outdated, error) {
	var out []outdated
	for _, name := range slices.Sorted(maps.Keys(v.Contents)) {
		why, err := v.outdatedBy(tx, name)
		if err != nil {
			return nil, err
		}
		if why != "" {
			out = append(out, outdated{why, name})
		}
	}
	if v.Digest != version {
		out = append(out, outdated{why: restsOnText})
	}
	if v.Policy != policy {
		out = append(out, outdated{why: restsOnPolicy})
	}
	return out, nil
}

// outdatedBy says what of a dataset is another by now; empty when nothing is. A load of the same file changes nothing.
func (v *basis) outdatedBy(tx Tx, name string) (string, error) {
	d, _, err := load[datasetRecord](tx, recDataset, name)
	if errors.Is(err, metastore.ErrNotFound) {
		return restsOnDataset, nil
	}
	if err != nil {
		return "", err
	}
	snap, _, err := load[snapshotRecord](tx, recSnapshot, d.Current)
	switch {
	case errors.Is(err, metastore.ErrNotFound):
		return restsOnData, nil
	case err != nil:
		return "", err
	case snap.SpecDigest != d.ApprovedVersion.Digest:
		return restsOnDeclaration, nil
	case snap.content(d.Current) != v.Contents[name]:
		return restsOnData, nil
	}
	return "", nil
}

// text is what a person is told of it.
func (o outdated) text() catalog.Text {
	switch o.why {
	case restsOnData:
		return catalog.Text{Zh: "数据集 " + o.dataset + " 已装载别的数据，或按别的声明装载", En: "dataset " + o.dataset + " has been loaded with other data, or under another declaration"}
	case restsOnDeclaration:
		return catalog.Text{Zh: "数据集 " + o.dataset + " 的声明已变更，尚未按新声明装载", En: "the declaration of dataset " + o.dataset + " has changed, and it is not loaded under the new one yet"}
	case restsOnDataset:
		return catalog.Text{Zh: "数据集 " + o.dataset + " 已不存在", En: "dataset " + o.dataset + " is gone"}
	case restsOnText:
		return catalog.Text{Zh: "文本已变更", En: "the text has changed"}
	default:
		return catalog.Text{Zh: "策略已更新", En: "another policy is in force"}
	}
}

// remedyOf is what to do about a stale certificate. The approval stands, so no person has to approve again.
func remedyOf(name string, all []outdated) catalog.Text {
	has := func(why string) bool { return slices.ContainsFunc(all, func(o outdated) bool { return o.why == why }) }
	again := catalog.Text{Zh: fmt.Sprintf("请出域审核员重新认证：yumen computation certify %s（文本未变，原批准仍然有效）", name),
		En: fmt.Sprintf("have an egress reviewer certify it again: yumen computation certify %s (the text is the same, so its approval stands)", name)}
	switch {
	case has(restsOnDataset):
		return catalog.Text{Zh: "请修改该计算，不再使用已不存在的数据集", En: "change the computation so that it does without the dataset"}
	case has(restsOnDeclaration):
		return catalog.Text{Zh: "先由数据提供方重新装载，再" + again.Zh, En: "have its provider load it again first, then " + again.En}
	}
	return again
}

// staleRefusal refuses a computation whose certificate passed, and says what has changed since.
func staleRefusal(name string, all []outdated) *catalog.Refusal {
	var zh, en []string
	for _, o := range all {
		zh, en = append(zh, o.text().Zh), append(en, o.text().En)
	}
	return &catalog.Refusal{Code: catalog.CodeComputationNotApproved, Position: -1, Articles: []string{"BJ-OPS-27c", "BJ-OPS-27d", "XC-27a"},
		Message: catalog.Text{Zh: "该计算的认证已失效：" + strings.Join(zh, "；"), En: "The computation's certificate is stale: " + strings.Join(en, "; ")}, Remedy: remedyOf(name, all)}
}

// stale is how a computation shows what has changed since its certificate.
func stale(all []outdated) []api.Stale {
	var out []api.Stale
	for _, o := range all {
		out = append(out, api.Stale{Why: o.why, Dataset: o.dataset, Message: o.text()})
	}
	return out
}

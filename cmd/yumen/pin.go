package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"github.com/gowebpki/jcs"

	"yumen/enclave/receipt"
	"yumen/internal/client"
	"yumen/internal/contexts"
)

// fingerprint names what a zone's trust rests on: zone, log key and gateway keys. It does not move when a reviewer joins.
func fingerprint(k receipt.Keys) (string, error) {
	gateway := slices.Clone(k.Gateway)
	slices.SortFunc(gateway, func(x, y receipt.PublicKey) int { return bytes.Compare(x.Key, y.Key) })
	b, err := json.Marshal(map[string]any{"zone": k.Zone, "log": k.Log, "gateway": gateway})
	if err != nil {
		return "", err
	}
	if b, err = jcs.Transform(b); err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return "sha256:" + hex.EncodeToString(sum[:]), nil
}

// pinned is what a context keeps of a zone: its keys document, and the log state that was verified under those keys.
type pinned struct {
	document string
	log      *contexts.Log
}

// pin fetches the zone's public keys and returns what to keep. It accepts them on first use, or when they are the pinned ones; other
// keys it refuses unless the person names their fingerprint.
func (a *app) pin(ctx context.Context, c *client.Client, p *place, accept string) (pinned, error) {
	document, err := c.PublicKeys(ctx)
	if err != nil {
		return pinned{}, err
	}
	now, print, err := printed(document)
	if err != nil {
		return pinned{}, err
	}
	if accept != "" && accept != print {
		return pinned{}, fail(exitNotGenuine, "专区公钥的指纹是 "+print+"，与 --accept-keys 不同", "the zone keys have the fingerprint "+print+", not the one of --accept-keys")
	}
	if p.at.Keys == "" {
		a.say("专区 %s 的公钥已固定，指纹 %s", "pinned the keys of %s, fingerprint %s", now.Zone, print)
		return pinned{document: string(document)}, nil
	}
	before, known, err := printed([]byte(p.at.Keys))
	if err != nil {
		return pinned{}, err
	}
	if known == print {
		a.newReviewers(before, now)
		return pinned{document: string(document), log: p.at.Log}, nil
	}
	a.warn("专区公钥与固定的不同：固定的 %s，现在的 %s", "the zone's keys are not the pinned ones: pinned %s, now %s", known, print)
	if accept == print {
		a.say("专区 %s 的公钥已固定，指纹 %s", "pinned the keys of %s, fingerprint %s", now.Zone, print)
		return pinned{document: string(document)}, nil
	}
	return pinned{}, fail(exitNotGenuine, "专区公钥已变化，拒绝登录", "the zone's keys changed, so the login is refused").
		hinting("向安全管理员当面或电话核对指纹；属实再加 --accept-keys "+print, "compare the fingerprint with the security administrator by another way; only if it is right, add --accept-keys "+print)
}

// printed reads a keys document and its fingerprint.
func printed(document []byte) (receipt.Keys, string, error) {
	k, err := keysOf(document)
	if err != nil {
		return k, "", err
	}
	print, err := fingerprint(k)
	return k, print, err
}

// newReviewers tells of reviewers' keys that were not there at the last login.
func (a *app) newReviewers(before, now receipt.Keys) {
	for _, r := range now.Reviewers {
		same := func(o receipt.Reviewer) bool { return o.Key.ID == r.Key.ID && o.Account == r.Account }
		if !slices.ContainsFunc(before.Reviewers, same) {
			a.say("新的审核员公钥：%s（%s），%s", "new reviewer's key: %s (%s), %s", r.Account, r.Organization, r.Key.ID)
		}
	}
}

func keysOf(document []byte) (receipt.Keys, error) {
	k, err := receipt.DecodeKeys(document)
	if err != nil {
		return k, fail(exitUnexpected, "专区公钥文件无法使用", "the zone's keys document cannot be used").because(err)
	}
	return k, nil
}

// trusted returns the keys that offline verification trusts: those of the file, or the pinned ones.
func (a *app) trusted(file string) (receipt.Keys, error) {
	if file != "" {
		b, err := readFile(file, 1<<20)
		if err != nil {
			return receipt.Keys{}, err
		}
		return keysOf(b)
	}
	p, err := a.place()
	if err != nil {
		return receipt.Keys{}, err
	}
	if p.at.Keys == "" {
		return receipt.Keys{}, fail(exitUsage, "没有固定的公钥", "no keys are pinned").
			hinting("用 --keys 指定公钥文件，或先登录一次", "name a keys file with --keys, or log in once")
	}
	return keysOf([]byte(p.at.Keys))
}

package enclave

import (
	"bytes"
	"encoding/json"
	"io"
	"regexp"

	"yumen/catalog"
)

// maxManifest is the longest batch manifest in bytes.
const maxManifest = 64 << 10

// Rules of a quarantine that the gateway finds itself.
const (
	ruleManifestDigest = "manifest_digest" // the file is not the one that the manifest describes
	rulePlatform       = "manifest_source" // it is from another platform than the declaration says
	ruleManifestRows   = "manifest_rows"   // it has more or fewer rows than the manifest says
)

// Manifest is what the provider says about a batch, in a file of its own: one JSON object with these members.
type Manifest struct {
	Rows   *int64 `json:"rows"`             // data rows
	SHA256 string `json:"sha256"`           // of the file as it is sent, in hexadecimal digits
	Period string `json:"period,omitempty"` // what the batch is about: 2024, 2024-03, 2024-03-31, or two of these with "/" between
	Batch  string `json:"batch,omitempty"`  // the provider's own number of the batch: letters, digits, ".", "_" and "-"
	// Platform is the source platform's name.
	Platform string `json:"platform,omitempty"`

	digest catalog.Digest // of the manifest as it was sent
}

var (
	sha256Text = regexp.MustCompile(`^[0-9a-f]{64}$`)
	periodText = regexp.MustCompile(`^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?(/[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?)?$`)
	batchText  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)
)

// parseManifest reads a manifest; no text is none. An unknown member is an error, because it might be a promise that nobody checks.
func parseManifest(text []byte) (*Manifest, error) {
	if len(text) == 0 {
		return nil, nil
	}
	m := &Manifest{digest: catalog.DigestOf(text)}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	err := d.Decode(m)
	if err == nil {
		if _, end := d.Token(); end != io.EOF {
			err = ErrManifest
		}
	}
	switch {
	case err != nil, len(text) > maxManifest, m.Rows == nil || *m.Rows < 0, !sha256Text.MatchString(m.SHA256),
		m.Period != "" && !periodText.MatchString(m.Period), m.Batch != "" && !batchText.MatchString(m.Batch),
		m.Platform != "" && !batchText.MatchString(m.Platform):
		return nil, ErrManifest
	}
	return m, nil
}

// ErrManifest refuses a text that is no batch manifest.
var ErrManifest = fault(KindInvalid, `批次清单应为一个 JSON 对象：rows（行数）、sha256（64 位小写十六进制），可选 period（如 2024-03）、batch（批次号）与 platform（来源平台）`,
	`a batch manifest is one JSON object: rows (a number), sha256 (64 lower-case hexadecimal digits), and optionally period (such as 2024-03), batch (the provider's number) and platform (that it comes from)`)

// manifestStamp is what a snapshot's record keeps of the manifest.
type manifestStamp struct {
	Digest catalog.Digest `json:"digest"`
	Rows   int64          `json:"rows"`
	Period string         `json:"period,omitempty"`
	Batch  string         `json:"batch,omitempty"`
	// Platform is the source platform.
	Platform string `json:"platform,omitempty"`
}

func (m *Manifest) stamp() *manifestStamp {
	if m == nil {
		return nil
	}
	return &manifestStamp{Digest: m.digest, Rows: *m.Rows, Period: m.Period, Batch: m.Batch, Platform: m.Platform}
}

// faults are what the manifest, if there is one, says otherwise than the file and the declaration.
func (m *Manifest) faults(file catalog.Digest, declared *catalog.Supply) []Fault {
	switch {
	case m == nil:
		return nil
	case file != catalog.Digest("sha256:"+m.SHA256):
		return []Fault{{Rule: ruleManifestDigest}}
	case declared != nil && m.Platform != "" && declared.Platform != "" && m.Platform != declared.Platform:
		return []Fault{{Rule: rulePlatform}}
	}
	return nil
}

func (m *Manifest) counts(rows int64) bool { return m == nil || *m.Rows == rows }

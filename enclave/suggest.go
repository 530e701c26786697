package enclave

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strconv"
	"time"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/enclave/proposal"
	"yumen/internal/api"
	"yumen/policy"
	"yumen/sandbox"
)

// SuggestDataset proposes a declaration for a file. The file is held in memory only while a worker profiles it; what stays is an audit
// entry with its size and digest. A digest that is given must be the file's. Whoever may declare datasets may ask.
func (s *Service) SuggestDataset(ctx context.Context, p Principal, name string, body io.Reader, digest catalog.Digest) (api.Suggestion, error) {
	if !catalog.ResourceName(name) {
		return api.Suggestion{}, fault(KindInvalid, "数据集名称应以小写字母开头，只含小写字母、数字和下划线", "the name of a dataset begins with a lower-case letter and holds lower-case letters, digits and underscores")
	}
	provider, err := s.maySuggest(ctx, p, name)
	if err != nil {
		s.denied(ctx, p, policy.ActionCatalogChange, name, err)
		return api.Suggestion{}, known(err)
	}
	leave, err := s.intake.enter(ctx, p)
	if err != nil {
		return api.Suggestion{}, err
	}
	defer leave()
	ctx, cancel := context.WithTimeout(ctx, time.Duration(s.limits.IngestSeconds)*time.Second)
	defer cancel()
	if err := s.work.begin(); err != nil {
		return api.Suggestion{}, err
	}
	defer s.work.done()
	sum, size := sha256.New(), int64(0)
	src, err := sandbox.Seal("suggest", func(w *os.File) (err error) {
		size, err = sandbox.Pour(io.MultiWriter(w, sum), body)
		return err
	})
	if err != nil {
		return api.Suggestion{}, uploadFault(err)
	}
	defer src.Close()
	source := catalog.Digest("sha256:" + hex.EncodeToString(sum.Sum(nil)))
	if digest != "" && digest != source {
		return api.Suggestion{}, errDamaged
	}
	profile, err := s.runner.Suggest(sandbox.WithTenant(ctx, p.LegalGroup), sandbox.SuggestSpec{Source: src, Today: s.clock.Now(),
		MemoryMB: s.limits.RunMemoryMB, Threads: s.limits.RunThreads, Timeout: time.Duration(s.limits.IngestSeconds) * time.Second})
	return s.suggestion(ctx, p, name, provider, profile, err, source, size)
}

// suggestion records that a file was profiled, and only then answers.
func (s *Service) suggestion(ctx context.Context, p Principal, name, provider string, profile *sandbox.Profile, failure error, source catalog.Digest, size int64) (api.Suggestion, error) {
	var out api.Suggestion
	var rejected *sandbox.IngestRejected
	outcome := "suggested"
	switch {
	case errors.As(failure, &rejected):
		outcome = "refused"
	case failure != nil:
		outcome = "failed"
	}
	err := s.store.Update(ctx, func(tx Tx) error {
		return s.record(tx, entry{by: p, action: audit.ActionDatasetSuggest, on: name, outcome: outcome,
			digests: map[string]catalog.Digest{"source": source}, facts: map[string]string{"bytes": strconv.FormatInt(size, 10)}})
	})
	switch {
	case err != nil:
		return out, known(err)
	case rejected != nil:
		e := fault(KindQuarantined, "文件无法按原样声明：请按所列行与列更正后重试", "the file cannot be declared as it is: correct the rows and columns listed and try again")
		for _, f := range rejected.Faults {
			e.Faults = append(e.Faults, Fault{Row: f.Row, Column: faultColumn(f), Rule: string(f.Rule)})
		}
		return out, e
	case failure != nil:
		return out, executionFault(failure)
	}
	made := proposal.Of(profile, proposal.Options{Name: name, Provider: provider})
	for _, n := range made.Notes {
		out.Notes = append(out.Notes, api.SuggestionNote{Column: n.Column, Zh: n.Text.Zh, En: n.Text.En})
	}
	out.Dataset, err = json.Marshal(made.Dataset)
	return out, err
}

// maySuggest asks whether the caller may declare the most harmless dataset of his own organization, and returns whose it would be.
func (s *Service) maySuggest(ctx context.Context, p Principal, name string) (provider string, err error) {
	if catalog.AccountRole(p.Role) == catalog.AccountProvider {
		provider = p.Organization
	}
	harmless := &catalog.Dataset{Spec: catalog.DatasetSpec{Provider: p.Organization, Sharing: catalog.SharingConditional, Market: catalog.MarketOrdinary,
		Prohibited: &catalog.Prohibited{}, StateSecret: new(bool), Directory: catalog.Directory{Duty: name, Data: name, System: name, Table: name}, Columns: []catalog.Column{{Grade: 1}}}}
	if err := declares(p, harmless); err != nil {
		return "", err
	}
	_, err = s.mayCatalog(ctx, p, "declare", name, &harmless.Spec, &datasetRecord{}, "", p)
	return provider, err
}

package enclave

import (
	"context"

	"yumen/catalog"
	"yumen/internal/api"
	"yumen/internal/metastore"
)

// replyTerm is how long a repetition with the same key is recognised: 24 hours.
const replyTerm = 24 * 3600 * 1000

// replied returns the run that an earlier request with the same key made. The same key with another request is a misuse.
func (s *Service) replied(ctx context.Context, p Principal, key string, request catalog.Digest) (api.Run, bool, error) {
	if key == "" {
		return api.Run{}, false, nil
	}
	var id string
	err := s.store.View(ctx, func(tx Tx) error {
		old, found, err := tx.Idempotent(p.Account, key, s.nowMS())
		if err != nil || !found {
			return err
		}
		if old.Request != string(request) {
			return fault(KindConflict, "同一幂等键对应了不同的请求", "this idempotency key was used for another request")
		}
		id = string(old.Body)
		return nil
	})
	if err != nil || id == "" {
		return api.Run{}, false, known(err)
	}
	out, err := s.Run(ctx, p, trimQuotes(id))
	return out, err == nil, err
}

// reply remembers the run that a key made, in the transaction of its effect. It never holds rows.
func (s *Service) reply(tx Tx, p Principal, key string, request catalog.Digest, run string) error {
	if key == "" {
		return nil
	}
	now := s.nowMS()
	return tx.PutIdempotent(metastore.Response{Account: p.Account, Key: key, Request: string(request), Body: []byte(`"` + run + `"`), Created: now, Expires: now + replyTerm})
}

func trimQuotes(s string) string {
	if len(s) >= 2 && s[0] == '"' {
		return s[1 : len(s)-1]
	}
	return s
}

package httpapi

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yumen/internal/api"
)

// in is an input with a JSON body, out an output with one.
type (
	in[T any]  struct{ Body T }
	out[T any] struct{ Body T }
	nothing    struct{}
)

// Named, Kinded and Identified are the parameters of a path. They are exported because huma reads exported embedded fields only.
type (
	Named struct {
		Name string `path:"name" maxLength:"63"`
	}
	Kinded struct {
		Kind string `path:"kind" maxLength:"63"`
	}
	Identified struct {
		ID string `path:"id" maxLength:"64"`
	}
)

// reply wraps a result and maps its error.
func reply[T any](v T, err error) (*out[T], error) {
	if err != nil {
		return nil, problemOf(err)
	}
	return &out[T]{Body: v}, nil
}

func empty(err error) (*struct{}, error) {
	if err != nil {
		return nil, problemOf(err)
	}
	return nil, nil
}

func (d *door) accounts(a huma.API) {
	type reasoned struct {
		Named
		Body api.Reason
	}
	huma.Register(a, op("keys", http.MethodGet, "/v1/keys", 200), func(ctx context.Context, _ *nothing) (*out[json.RawMessage], error) {
		v, err := d.svc.PublicKeys(ctx)
		return reply(v, err)
	})
	huma.Register(a, op("key-register", http.MethodPost, "/v1/signing-keys", 201), func(ctx context.Context, i *in[api.KeyRegistration]) (*out[api.Key], error) {
		v, err := d.svc.RegisterKey(ctx, who(ctx), i.Body)
		return reply(v, err)
	})
	huma.Register(a, op("key-list", http.MethodGet, "/v1/signing-keys", 200), func(ctx context.Context, _ *nothing) (*out[api.Keys], error) {
		v, err := d.svc.SigningKeys(ctx, who(ctx))
		return reply(v, err)
	})
	huma.Register(a, op("key-confirm", http.MethodPost, "/v1/signing-keys/{id}/confirm", 200), func(ctx context.Context, i *Identified) (*out[api.Key], error) {
		v, err := d.svc.ConfirmKey(ctx, who(ctx), i.ID)
		return reply(v, err)
	})
	huma.Register(a, op("account-confirm", http.MethodPost, "/v1/accounts/{name}/confirm", 200), func(ctx context.Context, i *Named) (*out[api.Resource], error) {
		v, err := d.svc.ConfirmAccount(ctx, who(ctx), i.Name)
		return reply(v, err)
	})
	huma.Register(a, op("account-suspend", http.MethodPost, "/v1/accounts/{name}/suspend", 200), func(ctx context.Context, i *reasoned) (*out[api.Resource], error) {
		v, err := d.svc.SuspendAccount(ctx, who(ctx), i.Name, i.Body)
		return reply(v, err)
	})
	huma.Register(a, op("account-resume", http.MethodPost, "/v1/accounts/{name}/resume", 200), func(ctx context.Context, i *Named) (*out[api.Resource], error) {
		v, err := d.svc.ResumeAccount(ctx, who(ctx), i.Name)
		return reply(v, err)
	})
	huma.Register(a, op("account-reset", http.MethodPost, "/v1/accounts/{name}/reset", 200), func(ctx context.Context, i *Named) (*out[api.ActivationCode], error) {
		v, err := d.svc.ResetAccount(ctx, who(ctx), i.Name)
		return reply(v, err)
	})
}

func (d *door) resources(a huma.API) {
	type kindNamed struct {
		Kinded
		Named
	}
	type reviewed struct {
		Named
		Body api.Review
	}
	huma.Register(a, op("apply", http.MethodPost, "/v1/apply", 200), func(ctx context.Context, i *in[api.Apply]) (*out[api.ApplyResult], error) {
		v, err := d.svc.Apply(ctx, who(ctx), i.Body)
		return reply(v, err)
	})
	huma.Register(a, op("resource-list", http.MethodGet, "/v1/resources/{kind}", 200), func(ctx context.Context, i *Kinded) (*out[api.Resources], error) {
		v, err := d.svc.Resources(ctx, who(ctx), i.Kind)
		return reply(v, err)
	})
	huma.Register(a, op("resource-get", http.MethodGet, "/v1/resources/{kind}/{name}", 200), func(ctx context.Context, i *kindNamed) (*out[api.Resource], error) {
		v, err := d.svc.Resource(ctx, who(ctx), i.Kind, i.Name)
		return reply(v, err)
	})
	huma.Register(a, op("resource-delete", http.MethodDelete, "/v1/resources/{kind}/{name}", 204), func(ctx context.Context, i *kindNamed) (*struct{}, error) {
		return empty(d.svc.Delete(ctx, who(ctx), i.Kind, i.Name))
	})
	huma.Register(a, op("dataset-review", http.MethodPost, "/v1/datasets/{name}/review", 200), func(ctx context.Context, i *reviewed) (*out[api.Resource], error) {
		v, err := d.svc.ReviewDataset(ctx, who(ctx), i.Name, i.Body)
		return reply(v, err)
	})
	huma.Register(a, op("snapshot-list", http.MethodGet, "/v1/datasets/{name}/snapshots", 200), func(ctx context.Context, i *Named) (*out[api.Snapshots], error) {
		v, err := d.svc.Snapshots(ctx, who(ctx), i.Name)
		return reply(v, err)
	})
}

func (d *door) computations(a huma.API) {
	type reviewed struct {
		Named
		Body api.Review
	}
	type certified struct {
		Named
		Body api.Certify
	}
	type promoted struct {
		Named
		Body api.Promotion
	}
	huma.Register(a, op("computation-get", http.MethodGet, "/v1/computations/{name}", 200), func(ctx context.Context, i *Named) (*out[api.Computation], error) {
		v, err := d.svc.Computation(ctx, who(ctx), i.Name)
		return reply(v, err)
	})
	huma.Register(a, op("computation-review", http.MethodPost, "/v1/computations/{name}/review", 200), func(ctx context.Context, i *reviewed) (*out[api.Resource], error) {
		v, err := d.svc.ReviewComputation(ctx, who(ctx), i.Name, i.Body)
		return reply(v, err)
	})
	huma.Register(a, op("computation-certify", http.MethodPost, "/v1/computations/{name}/certify", 200), func(ctx context.Context, i *certified) (*out[api.Certificate], error) {
		v, err := d.svc.CertifyComputation(ctx, who(ctx), i.Name, i.Body)
		return reply(v, err)
	})
	huma.Register(a, op("computation-promote", http.MethodPost, "/v1/computations/{name}/promotion", 200), func(ctx context.Context, i *Named) (*out[api.Promotion], error) {
		v, err := d.svc.PromoteComputation(ctx, who(ctx), i.Name)
		return reply(v, err)
	})
	huma.Register(a, op("computation-receive", http.MethodPost, "/v1/computations/{name}/promoted", 200), func(ctx context.Context, i *promoted) (*out[api.ApplyOutcome], error) {
		v, err := d.svc.ReceiveComputation(ctx, who(ctx), i.Name, i.Body)
		return reply(v, err)
	})
}

func (d *door) runs(a huma.API) {
	type submit struct {
		Key  string `header:"Idempotency-Key" maxLength:"128"`
		Body api.RunRequest
	}
	type noted struct {
		Identified
		Body struct {
			Note string `json:"note" maxLength:"2000"`
		}
	}
	huma.Register(a, op("query-check", http.MethodPost, "/v1/queries/check", 200), func(ctx context.Context, i *in[api.RunRequest]) (*out[api.CheckResult], error) {
		v, err := d.svc.Check(ctx, who(ctx), i.Body)
		return reply(v, err)
	})
	huma.Register(a, op("run-submit", http.MethodPost, "/v1/runs", 202), func(ctx context.Context, i *submit) (*out[api.Run], error) {
		v, err := d.svc.Submit(ctx, who(ctx), i.Body, i.Key)
		return reply(v, err)
	})
	huma.Register(a, op("run-list", http.MethodGet, "/v1/runs", 200), func(ctx context.Context, i *api.Page) (*out[api.Runs], error) {
		v, err := d.svc.Runs(ctx, who(ctx), *i)
		return reply(v, err)
	})
	huma.Register(a, op("run-get", http.MethodGet, "/v1/runs/{id}", 200), func(ctx context.Context, i *Identified) (*out[api.Run], error) {
		v, err := d.run(ctx, i.ID)
		return reply(v, err)
	})
	huma.Register(a, op("run-withdraw", http.MethodPost, "/v1/runs/{id}/withdraw", 200), func(ctx context.Context, i *Identified) (*out[api.Run], error) {
		v, err := d.svc.Withdraw(ctx, who(ctx), i.ID)
		return reply(v, err)
	})
	huma.Register(a, op("run-resubmit", http.MethodPost, "/v1/runs/{id}/resubmit", 200), func(ctx context.Context, i *noted) (*out[api.Run], error) {
		v, err := d.svc.Resubmit(ctx, who(ctx), i.ID, i.Body.Note)
		return reply(v, err)
	})
	type grouped struct {
		Group string `query:"group" maxLength:"63" doc:"another legal group's, for the zone's staff"`
	}
	huma.Register(a, op("budget", http.MethodGet, "/v1/budget", 200), func(ctx context.Context, i *grouped) (*out[api.Budget], error) {
		v, err := d.svc.Budget(ctx, who(ctx), i.Group)
		return reply(v, err)
	})
	huma.Register(a, op("budget-topup", http.MethodPost, "/v1/budget/top-ups", 200), func(ctx context.Context, i *in[api.TopUpRequest]) (*out[api.TopUp], error) {
		v, err := d.svc.TopUp(ctx, who(ctx), i.Body)
		return reply(v, err)
	})
	huma.Register(a, op("ledger", http.MethodGet, "/v1/ledger", 200), func(ctx context.Context, _ *nothing) (*out[api.Ledger], error) {
		v, err := d.svc.Ledger(ctx, who(ctx))
		return reply(v, err)
	})
}

// run returns a run as its author sees it, with the rows of its release once it is issued.
func (d *door) run(ctx context.Context, id string) (api.Run, error) {
	v, err := d.svc.Run(ctx, who(ctx), id)
	if err != nil || v.State != "released" {
		return v, err
	}
	rel, err := d.svc.Collect(ctx, who(ctx), v.Release)
	if err != nil {
		return v, err
	}
	v.Columns, v.Rows, err = rel.Rows()
	return v, err
}

func (d *door) reviews(a huma.API) {
	type voted struct {
		Identified
		Body api.VoteRequest
	}
	huma.Register(a, op("review-list", http.MethodGet, "/v1/reviews", 200), func(ctx context.Context, _ *nothing) (*out[api.ReviewItems], error) {
		v, err := d.svc.Reviews(ctx, who(ctx))
		return reply(v, err)
	})
	huma.Register(a, op("review-get", http.MethodGet, "/v1/reviews/{id}", 200), func(ctx context.Context, i *Identified) (*out[api.ReviewDetail], error) {
		v, err := d.svc.ReviewDetail(ctx, who(ctx), i.ID)
		return reply(v, err)
	})
	huma.Register(a, op("review-vote", http.MethodPost, "/v1/reviews/{id}/votes", 200), func(ctx context.Context, i *voted) (*out[api.ReviewItem], error) {
		v, err := d.svc.Vote(ctx, who(ctx), i.ID, i.Body)
		return reply(v, err)
	})
}

func (d *door) evidence(a huma.API) {
	type page struct {
		From  int64 `query:"from" minimum:"0"`
		Limit int64 `query:"limit" minimum:"0" maximum:"1000"`
	}
	type text struct {
		ContentType string `header:"Content-Type"`
		Body        []byte
	}
	huma.Register(a, op("release-list", http.MethodGet, "/v1/releases", 200), func(ctx context.Context, i *api.Page) (*out[api.ReleaseItems], error) {
		v, err := d.svc.Releases(ctx, who(ctx), *i)
		return reply(v, err)
	})
	huma.Register(a, op("audit-entries", http.MethodGet, "/v1/audit/entries", 200), func(ctx context.Context, i *page) (*out[api.AuditEntries], error) {
		v, err := d.svc.AuditEntries(ctx, who(ctx), i.From, i.Limit)
		return reply(v, err)
	})
	huma.Register(a, op("checkpoint", http.MethodGet, "/v1/audit/checkpoint", 200), func(ctx context.Context, _ *nothing) (*text, error) {
		v, err := d.svc.Checkpoint(ctx)
		if err != nil {
			return nil, problemOf(err)
		}
		return &text{ContentType: "text/plain; charset=utf-8", Body: v}, nil
	})
}

// health says whether the process lives, and whether it can take work: for whoever restarts it or sends it requests.
func (d *door) health(a huma.API) {
	ok := func(err error) (*out[api.Health], error) { return reply(api.Health{Status: "ok"}, err) }
	huma.Register(a, op("mechanisms", http.MethodGet, "/v1/mechanisms", 200), func(ctx context.Context, _ *nothing) (*out[api.Mechanisms], error) {
		v, err := d.svc.Mechanisms(ctx, who(ctx))
		return reply(v, err)
	})
	huma.Register(a, op("live", http.MethodGet, "/v1/health/live", 200), func(context.Context, *nothing) (*out[api.Health], error) { return ok(nil) })
	huma.Register(a, op("ready", http.MethodGet, "/v1/health/ready", 200), func(ctx context.Context, _ *nothing) (*out[api.Health], error) {
		return ok(d.svc.Ready(ctx))
	})
}

package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yumen/internal/api"
)

// grants are the operations upon applications and grants.
func (d *door) grants(a huma.API) {
	type presented struct {
		Identified
		Body api.Application
	}
	type reviewed struct {
		Identified
		Body api.Review
	}
	huma.Register(a, op("application-submit", http.MethodPost, "/v1/applications", 201), func(ctx context.Context, i *in[api.Application]) (*out[api.Application], error) {
		v, err := d.svc.SubmitApplication(ctx, who(ctx), i.Body)
		return reply(v, err)
	})
	huma.Register(a, op("application-list", http.MethodGet, "/v1/applications", 200), func(ctx context.Context, _ *nothing) (*out[api.Applications], error) {
		v, err := d.svc.Applications(ctx, who(ctx))
		return reply(v, err)
	})
	huma.Register(a, op("application-get", http.MethodGet, "/v1/applications/{id}", 200), func(ctx context.Context, i *Identified) (*out[api.Application], error) {
		v, err := d.svc.Application(ctx, who(ctx), i.ID)
		return reply(v, err)
	})
	huma.Register(a, op("application-review", http.MethodPost, "/v1/applications/{id}/review", 200), func(ctx context.Context, i *reviewed) (*out[api.Application], error) {
		v, err := d.svc.ReviewApplication(ctx, who(ctx), i.ID, i.Body)
		return reply(v, err)
	})
	huma.Register(a, op("application-withdraw", http.MethodPost, "/v1/applications/{id}/withdraw", 200), func(ctx context.Context, i *Identified) (*out[api.Application], error) {
		v, err := d.svc.WithdrawApplication(ctx, who(ctx), i.ID)
		return reply(v, err)
	})
	huma.Register(a, op("application-resubmit", http.MethodPost, "/v1/applications/{id}/resubmit", 200), func(ctx context.Context, i *presented) (*out[api.Application], error) {
		v, err := d.svc.ResubmitApplication(ctx, who(ctx), i.ID, i.Body)
		return reply(v, err)
	})
	huma.Register(a, op("grant-list", http.MethodGet, "/v1/grants", 200), func(ctx context.Context, _ *nothing) (*out[api.Grants], error) {
		v, err := d.svc.Grants(ctx, who(ctx))
		return reply(v, err)
	})
	huma.Register(a, op("grant-get", http.MethodGet, "/v1/grants/{id}", 200), func(ctx context.Context, i *Identified) (*out[api.Grant], error) {
		v, err := d.svc.Grant(ctx, who(ctx), i.ID)
		return reply(v, err)
	})
	d.grantActs(a)
}

// grantActs suspend, resume and terminate.
func (d *door) grantActs(a huma.API) {
	type acted struct {
		Identified
		Body api.GrantAct
	}
	huma.Register(a, op("grant-suspend", http.MethodPost, "/v1/grants/{id}/suspend", 200), func(ctx context.Context, i *acted) (*out[api.Grant], error) {
		v, err := d.svc.SuspendGrant(ctx, who(ctx), i.ID, i.Body)
		return reply(v, err)
	})
	huma.Register(a, op("grant-resume", http.MethodPost, "/v1/grants/{id}/resume", 200), func(ctx context.Context, i *acted) (*out[api.Grant], error) {
		v, err := d.svc.ResumeGrant(ctx, who(ctx), i.ID, i.Body)
		return reply(v, err)
	})
	huma.Register(a, op("grant-terminate", http.MethodPost, "/v1/grants/{id}/terminate", 200), func(ctx context.Context, i *acted) (*out[api.Grant], error) {
		v, err := d.svc.TerminateGrant(ctx, who(ctx), i.ID, i.Body)
		return reply(v, err)
	})
}

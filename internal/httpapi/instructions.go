package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yumen/internal/api"
)

// instructions are the operations upon what the regulator demands.
func (d *door) instructions(a huma.API) {
	type actOn struct {
		ID   string `path:"id"`
		Body api.InstructionAct
	}
	type one struct {
		ID string `path:"id"`
	}
	huma.Register(a, op("instruction-list", http.MethodGet, "/v1/instructions", 200), func(ctx context.Context, _ *nothing) (*out[api.Instructions], error) {
		v, err := d.svc.Instructions(ctx, who(ctx))
		return reply(v, err)
	})
	huma.Register(a, op("instruction-get", http.MethodGet, "/v1/instructions/{id}", 200), func(ctx context.Context, i *one) (*out[api.Instruction], error) {
		v, err := d.svc.Instruction(ctx, who(ctx), i.ID)
		return reply(v, err)
	})
	huma.Register(a, op("instruction-issue", http.MethodPost, "/v1/instructions", 201), func(ctx context.Context, i *in[api.InstructionRequest]) (*out[api.Instruction], error) {
		v, err := d.svc.Instruct(ctx, who(ctx), i.Body)
		return reply(v, err)
	})
	huma.Register(a, op("instruction-act", http.MethodPost, "/v1/instructions/{id}/act", 200), func(ctx context.Context, i *actOn) (*out[api.Instruction], error) {
		v, err := d.svc.ActOnInstruction(ctx, who(ctx), i.ID, i.Body)
		return reply(v, err)
	})
}

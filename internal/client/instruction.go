package client

import (
	"context"
	"net/url"

	"yumen/internal/api"
)

// Instruct issues an instruction of the regulator.
func (c *Client) Instruct(ctx context.Context, in api.InstructionRequest) (*api.Instruction, error) {
	return callWith[api.Instruction](ctx, c, post("/v1/instructions"), in)
}

// ActOnInstruction acknowledges, executes, confirms or returns an instruction.
func (c *Client) ActOnInstruction(ctx context.Context, id string, in api.InstructionAct) (*api.Instruction, error) {
	return callWith[api.Instruction](ctx, c, post("/v1/instructions/"+url.PathEscape(id)+"/act"), in)
}

// Instructions lists instructions, newest first.
func (c *Client) Instructions(ctx context.Context) ([]api.Instruction, error) {
	return list[api.Instruction](ctx, c, get("/v1/instructions"))
}

// Instruction returns one.
func (c *Client) Instruction(ctx context.Context, id string) (*api.Instruction, error) {
	return call[api.Instruction](ctx, c, get("/v1/instructions/"+url.PathEscape(id)))
}

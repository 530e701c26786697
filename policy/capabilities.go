package policy

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

//go:embed capabilities.json
var capabilitiesText string

// capabilities is the allow list of built-ins: no network, no clock, no randomness, no reading of the environment. The committed
// file is compared with the engine's own at every change of its version.
func capabilities() (*ast.Capabilities, error) {
	c, err := ast.LoadCapabilitiesJSON(strings.NewReader(capabilitiesText))
	if err != nil {
		return nil, fmt.Errorf("read capabilities.json: %w", err)
	}
	var raw struct {
		AllowNet *[]string `json:"allow_net"`
	}
	if err := json.Unmarshal([]byte(capabilitiesText), &raw); err != nil || raw.AllowNet == nil || len(*raw.AllowNet) != 0 {
		return nil, fmt.Errorf("capabilities.json must forbid every network host")
	}
	c.AllowNet = []string{}
	return c, nil
}

// Package manpage owns the manual pages of the commands: one page a command, made of what its help says.
package manpage

import (
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// Write writes the page of every command of a tree into a folder, which is made when it is absent: PATH-WITH-HYPHENS.1. The pages bear
// the version and no time of their making, so that equal programs have equal pages.
func Write(root *cobra.Command, dir, version string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("manual: %w", err)
	}
	root.DisableAutoGenTag = true
	day := time.Unix(0, 0).UTC()
	header := &doc.GenManHeader{Section: "1", Source: "Yumen " + version, Manual: "Yumen", Date: &day}
	if err := doc.GenManTree(root, header, dir); err != nil {
		return fmt.Errorf("manual: %w", err)
	}
	return nil
}

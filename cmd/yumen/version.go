package main

import (
	"cmp"
	"context"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"yumen/catalog"
	"yumen/cmd/yumen/internal/render"
)

func (a *app) versionCommand() *cobra.Command {
	return a.command(command{
		use: "version", short: catalog.Text{Zh: "显示版本", En: "show the version"}, example: "yumen version",
		run: func(context.Context, []string) error {
			v := struct {
				Version  string `json:"version"`
				Revision string `json:"revision,omitempty"`
				Go       string `json:"go"`
				Platform string `json:"platform"`
			}{Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
			v.Version, v.Revision = built()
			var t render.Table
			t.Add("yumen", v.Version)
			t.Add("revision", v.Revision)
			t.Add("go", v.Go)
			t.Add("platform", v.Platform)
			return a.print(v, t)
		},
	})
}

// version is set at build time.
var version = ""

// built is the version of this program, and the revision that it was made of when that is known.
func built() (name, revision string) {
	name = cmp.Or(version, "(devel)")
	if info, ok := debug.ReadBuildInfo(); ok {
		if version == "" && info.Main.Version != "" {
			name = info.Main.Version
		}
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				revision = s.Value
			}
		}
	}
	return name, revision
}

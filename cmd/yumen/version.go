package main

import (
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
			}{Version: "(devel)", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
			if info, ok := debug.ReadBuildInfo(); ok {
				if info.Main.Version != "" {
					v.Version = info.Main.Version
				}
				for _, s := range info.Settings {
					if s.Key == "vcs.revision" {
						v.Revision = s.Value
					}
				}
			}
			var t render.Table
			t.Add("yumen", v.Version)
			t.Add("revision", v.Revision)
			t.Add("go", v.Go)
			t.Add("platform", v.Platform)
			return a.print(v, t)
		},
	})
}

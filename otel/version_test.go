package otel

import (
	"runtime/debug"
	"testing"
)

func TestTheVersionIsThatOfWhatWasBuilt(t *testing.T) {
	for want, dep := range map[string]*debug.Module{
		"":        {Path: "github.com/gracy-go/gracy", Version: "v1.0.0"},
		"v1.0.0":  {Path: module, Version: "v1.0.0"},
		"v1.2.3":  {Path: module, Version: "v1.0.0", Replace: &debug.Module{Path: "example.test/fork", Version: "v1.2.3"}},
		"(devel)": {Path: module, Version: "v0.0.0-00010101000000-000000000000", Replace: &debug.Module{Path: "../otel", Version: "(devel)"}},
	} {
		if got := versionIn(&debug.BuildInfo{Deps: []*debug.Module{dep}}); got != want {
			t.Errorf("%+v: version %q, want %q", dep, got, want)
		}
	}
}

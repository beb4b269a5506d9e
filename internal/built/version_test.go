package built

import (
	"runtime/debug"
	"testing"
)

func TestTheVersionIsThatOfWhatWasBuilt(t *testing.T) {
	const module = "github.com/gracy-go/gracy/otel"
	for _, test := range []struct {
		want string
		info debug.BuildInfo
	}{
		{"", debug.BuildInfo{Deps: []*debug.Module{{Path: "example.test/other", Version: "v1.0.0"}}}},
		{"", debug.BuildInfo{Deps: []*debug.Module{{Path: "github.com/gracy-go/gracy", Version: "v1.0.0"}}}},
		{"", debug.BuildInfo{Main: debug.Module{Path: module}}},
		{"v1.0.0", debug.BuildInfo{Deps: []*debug.Module{{Path: module, Version: "v1.0.0"}}}},
		{"(devel)", debug.BuildInfo{Main: debug.Module{Path: module, Version: "(devel)"}}},
		{"v1.2.3", debug.BuildInfo{Deps: []*debug.Module{{Path: module, Version: "v1.0.0", Replace: &debug.Module{Path: "example.test/fork", Version: "v1.2.3"}}}}},
		{"", debug.BuildInfo{Deps: []*debug.Module{{Path: module, Version: "v1.0.0", Replace: &debug.Module{Path: "../otel"}}}}},
		{"(devel)", debug.BuildInfo{Deps: []*debug.Module{{
			Path: module, Version: "v0.0.0-00010101000000-000000000000", Replace: &debug.Module{Path: "../otel", Version: "(devel)"},
		}}}},
	} {
		if got := versionIn(&test.info, module); got != test.want {
			t.Errorf("%+v: version %q, want %q", test.info, got, test.want)
		}
	}
}

package metrics

import (
	"runtime/debug"
	"testing"
)

func TestTheVersionIsThatOfWhatWasBuilt(t *testing.T) {
	for _, test := range []struct {
		want string
		info debug.BuildInfo
	}{
		{"unknown", debug.BuildInfo{Deps: []*debug.Module{{Path: "example.test/other", Version: "v1.0.0"}}}},
		{"unknown", debug.BuildInfo{Main: debug.Module{Path: module}}},
		{"v1.0.0", debug.BuildInfo{Deps: []*debug.Module{{Path: module, Version: "v1.0.0"}}}},
		{"(devel)", debug.BuildInfo{Main: debug.Module{Path: module, Version: "(devel)"}}},
		{"v1.2.3", debug.BuildInfo{Deps: []*debug.Module{{Path: module, Version: "v1.0.0", Replace: &debug.Module{Path: "example.test/fork", Version: "v1.2.3"}}}}},
		{"unknown", debug.BuildInfo{Deps: []*debug.Module{{Path: module, Version: "v1.0.0", Replace: &debug.Module{Path: "../gracy"}}}}},
	} {
		if got := versionIn(&test.info); got != test.want {
			t.Errorf("%+v: version %q, want %q", test.info, got, test.want)
		}
	}
}

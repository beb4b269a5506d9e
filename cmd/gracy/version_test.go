package main

import (
	"strings"
	"testing"
)

func TestTheVersionNamesTheModuleAndGo(t *testing.T) {
	for module, want := range map[string]string{"v1.2.3": "v1.2.3 (go1.", "(devel)": "(devel) (go1.", "": "unknown (go1."} {
		if got := versionOf(module); !strings.HasPrefix(got, want) || !strings.HasSuffix(got, ")") {
			t.Errorf("%q: %s, want %s...", module, got, want)
		}
	}
}

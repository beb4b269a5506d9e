package main

import (
	"cmp"
	"fmt"
	"runtime"

	"github.com/gracy-go/gracy/internal/built"
)

// version says what was built: the version of the module, as go install writes it into the
// program or a build from a checkout derives it, and of Go.
func version() string { return versionOf(built.Version("github.com/gracy-go/gracy/cmd/gracy")) }

func versionOf(module string) string {
	return fmt.Sprintf("%s (%s, %s/%s)", cmp.Or(module, "unknown"), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

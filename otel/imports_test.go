package otel_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// What a program links with the package: the API, and no SDK, exporter, instrumentation or other room of gracy.
func TestItLinksTheAPIAlone(t *testing.T) {
	out := deps(t, ".")
	for _, dep := range out {
		for _, no := range []string{"/otel/sdk", "/otel/exporters", "/contrib/", "google.golang.org", "github.com/prometheus", "bbolt"} {
			if strings.Contains(dep, no) {
				t.Errorf("links %s", dep)
			}
		}
		room, ours := strings.CutPrefix(dep, "github.com/gracy-go/gracy/")
		switch {
		case !ours, room == "otel", room == "redact", room == "transport", room == "transport/verdict", room == "layer", room == "layer/bodies":
		case strings.HasPrefix(room, "internal/"):
		default:
			t.Errorf("links %s, want transport, layer, redact and internal alone", dep)
		}
	}
	// The control: the tests link what the package must not.
	if all := strings.Join(deps(t, "-test", "."), " "); !strings.Contains(all, "/otel/sdk") || !strings.Contains(all, "gracy/retry") {
		t.Error("the SDK is not found where it is: the check looks in the wrong place")
	}
}

func deps(t *testing.T, args ...string) []string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", append([]string{"list", "-deps"}, args...)...)
	command.Env = append(os.Environ(), "GOWORK=off")
	out, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(out))
}

package concurrency

import (
	"net/http"
	"testing"

	"github.com/gracy-go/gracy/transport"
)

func TestALimitSaysWhatItAllows(t *testing.T) {
	for _, tt := range []struct {
		limit Limit
		want  string
	}{
		{Limit{Max: 20}, "20 at once per host"},
		{Limit{Max: 20, Weight: weightOf}, "20 slots at once per host"},
		{Limit{Max: 200, Adaptive: &Adaptive{}}, "up to 200 at once per host (adaptive)"},
		{Limit{Max: 3, Scope: transport.ScopeAll}, "3 at once"},
		{Limit{Max: 3, Scope: transport.ScopeRoute}, "3 at once per route"},
		{Limit{Max: 3, Scope: transport.ScopeAll, Key: func(*http.Request) string { return "" }}, "3 at once per key"},
		{Limit{Max: 3, Scope: transport.ScopeAll, Host: "a.test", Method: "POST"}, "3 at once with method POST to a.test"},
	} {
		if got := tt.limit.String(); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

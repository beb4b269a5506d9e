package transport_test

import (
	"fmt"
	"testing"

	"github.com/gracy-go/gracy/transport"
)

func TestScopeString(t *testing.T) {
	for s, want := range map[transport.Scope]string{
		transport.ScopeHost: "host", transport.ScopeRoute: "route", transport.ScopeAll: "all", 9: "unknown scope",
	} {
		if got := s.String(); got != want {
			t.Errorf("scope %d is %q, want %q", s, got, want)
		}
	}
}

func ExampleScope() {
	for _, s := range []transport.Scope{transport.ScopeHost, transport.ScopeRoute, transport.ScopeAll} {
		fmt.Println(s)
	}
	// Output:
	// host
	// route
	// all
}

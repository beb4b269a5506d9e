package concurrency

import (
	"net/http"
	"testing"

	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/internal/race"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/transport"
)

func TestAWaiterOfAClientKeepsTheStackOfABlockedRequest(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	n := 1000
	if long.Wanted() {
		n = 10_000
	}
	host, all := Limit{Max: 1, MaxQueue: n}, Limit{Max: 1, MaxQueue: n, Scope: transport.ScopeAll}
	with := func(limits ...Limit) func(http.RoundTripper) http.RoundTripper {
		return func(rt http.RoundTripper) http.RoundTripper { return New(limits...).Wrap(rt) }
	}
	rttest.KeepsTheStack(t, n, with(Limit{Max: n}), rttest.Waiting{Name: "one limit", Wrap: with(host)}, rttest.Waiting{Name: "two limits", Wrap: with(host, all)})
}

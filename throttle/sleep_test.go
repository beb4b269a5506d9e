package throttle

import (
	"net/http"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/internal/race"
	"github.com/gracy-go/gracy/internal/rttest"
)

func TestAWaiterOfAClientKeepsTheStackOfABlockedRequest(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	n := 1000
	if long.Wanted() {
		n = 10_000
	}
	rule := Rule{Limit: 1, Per: time.Hour}
	with := func(rules ...Rule) func(http.RoundTripper) http.RoundTripper {
		return func(rt http.RoundTripper) http.RoundTripper { return New(rules...).Wrap(rt) }
	}
	rttest.KeepsTheStack(t, n, with(Rule{Limit: n, Per: time.Hour}),
		rttest.Waiting{Name: "one rule", Wrap: with(rule)},
		rttest.Waiting{Name: "two rules", Wrap: with(rule, rule)},
		rttest.Waiting{Name: "a rule for each path", Wrap: with(Rule{Limit: 1, Per: time.Hour, Route: "/things/7"})})
}

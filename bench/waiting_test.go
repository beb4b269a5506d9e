package main

import (
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/gracy-go/gracy"
)

func TestWhatWaitsIsWeighed(t *testing.T) {
	blocked := waiters()[0].wrap
	if _, err := weigh(t.Context(), blocked); err != nil {
		t.Fatal(err)
	}
	// The control: a stack that keeps 4 KiB more for each request that waits.
	heavy := func(base http.RoundTripper) http.RoundTripper {
		return roundTrip(func(req *http.Request) (*http.Response, error) {
			kept := make([]byte, 4096+len(req.Method))
			resp, err := base.RoundTrip(req)
			runtime.KeepAlive(&kept[len(req.Method)])
			return resp, err
		})
	}
	light, err := weigh(t.Context(), blocked)
	if err != nil {
		t.Fatal(err)
	}
	n, err := weigh(t.Context(), heavy)
	if err != nil || n < light+3000 || n > light+9000 {
		t.Errorf("a request with 4 KiB more weighs %.0f, one without %.0f, %v", n, light, err)
	}
}

func TestOnlyWhatWaitsIsWeighed(t *testing.T) {
	for name, l := range map[string]roundTrip{
		"sent":   func(req *http.Request) (*http.Response, error) { return respond(req, 200, http.Header{}), nil },
		"failed": func(*http.Request) (*http.Response, error) { return nil, errRejected },
	} {
		if _, err := weigh(t.Context(), gracy.Func(func(http.RoundTripper) http.RoundTripper { return l }).Wrap); err == nil {
			t.Errorf("a request that was %s passed", name)
		}
	}
}

func TestAWaiterForEachKeyIsTimed(t *testing.T) {
	come, leave, err := keyed(t.Context(), 50)
	if err != nil || come <= 0 || leave < 0 {
		t.Errorf("got %v, %v, %v", come, leave, err)
	}
}

func TestTheTableOfWaiters(t *testing.T) {
	figures := make(map[string]float64)
	for i, w := range waiters() {
		figures[waiterBytes+w.name] = 4000 * float64(i+1)
	}
	for _, what := range []string{keysCome, keysCancel} {
		figures[what+"1000"], figures[what+"10000"] = 5, 15
	}
	var out strings.Builder
	waitingTable(&out, []*build{{name: "ours"}}, map[string][]map[string]float64{"ours": {figures}})
	for _, want := range []string{"concurrency ÷ blocked", "2.00 (2.00 to 2.00)", "10000 ÷ 1000", "3.00 (3.00 to 3.00)"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}

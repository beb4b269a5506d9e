package route

import (
	"net/http"
	"testing"
)

// routed is a call whose route is given.
type routed string

func (n routed) Route() string { return string(n) }

func TestEachMatchesThePathOrTheRouteOfTheCall(t *testing.T) {
	each, err := CompileEach("POST /v1/search", "POST /v1/{any}/query", "POST /v1/x/{verb}", "POST api.test/rpc/{call}", "/read/")
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		method, url string
		call        interface{ Route() string }
		want        bool
	}{
		{"POST", "https://a.test/v1/search", nil, true},
		{"POST", "https://a.test/v1/search?q=1", nil, true},
		{"PATCH", "https://a.test/v1/search", nil, false},
		{"POST", "https://a.test/v1/x/query", nil, true}, // matched by two patterns, which conflict in a Table
		{"POST", "https://a.test/v1/search/deep", nil, false},
		{"POST", "https://API.test:8443/rpc/list", nil, true},
		{"POST", "https://evil.test/rpc/list", nil, false},
		{"PATCH", "https://a.test/read/all/of/it", nil, true},
		{"POST", "https://a.test/base/v1/search", nil, false},
		{"POST", "https://a.test/base/v1/search", routed("/v1/search"), true},
		{"PATCH", "https://a.test/base/v1/search", routed("/v1/search"), false},
		{"POST", "https://evil.test/base/rpc/x", routed("/rpc/{call}"), false},
		{"POST", "https://api.test/base/rpc/x", routed("/rpc/{call}"), true},
	} {
		req, err := http.NewRequestWithContext(t.Context(), tc.method, tc.url, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := each.Match(req, tc.call); got != tc.want {
			t.Errorf("%s %s, call %v: %v, want %v", tc.method, tc.url, tc.call, got, tc.want)
		}
	}
	if each.Match(&http.Request{Method: "POST"}, nil) {
		t.Error("a request without a URL matches")
	}
	if Each(nil).Match(&http.Request{}, nil) {
		t.Error("no patterns match something")
	}
	if _, err := CompileEach("/fine", "POST no-slash"); err == nil {
		t.Error("a malformed pattern is no error")
	}
}

func TestAMatchCostsNoAllocation(t *testing.T) {
	each, err := CompileEach("POST /v1/search", "POST api.test/rpc/{call}")
	if err != nil {
		t.Fatal(err)
	}
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://api.test/v1/things", nil)
	if n := testing.AllocsPerRun(100, func() { each.Match(req, nil) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

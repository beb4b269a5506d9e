package pokeapi

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/fault"
	"github.com/gracy-go/gracy/internal/rttest"
)

func request(h http.Handler, method, target string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, target, nil))
	return w
}

func get[T any](t *testing.T, h http.Handler, target string) T {
	t.Helper()
	w := request(h, "GET", target)
	var v T
	if w.Code != 200 {
		t.Fatalf("GET %s: %d %s", target, w.Code, w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
		t.Fatalf("GET %s: %v in %s", target, err, w.Body)
	}
	return v
}

func TestUnknownPathsAndMethodsAreRejected(t *testing.T) {
	h := Handler()
	for _, path := range []string{
		"/", "/api/v1/pokemon/1", "/api/v2x", "/api/v2/digimon", "/api/v2/pokemon/missingno",
		"/api/v2/pokemon/0", "/api/v2/pokemon/152", "/api/v2/pokemon/025", "/api/v2/pokemon/Pikachu", "/api/v2/pokemon/25/encounters",
	} {
		w := request(h, "GET", path)
		if w.Code != 404 || w.Body.String() != "Not Found" || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") {
			t.Errorf("%s: %d %q %q", path, w.Code, w.Body, w.Header().Get("Content-Type"))
		}
	}
	if w := request(h, "DELETE", "/api/v2/pokemon/25"); w.Code != 405 || w.Header().Get("Allow") != "GET, HEAD" {
		t.Errorf("DELETE: %d %v", w.Code, w.Header())
	}
}

func TestRequestsAreCountedByRouteAndStatus(t *testing.T) {
	a := New(Options{Faults: fault.Plan{Scripts: []fault.Script{
		{Route: "GET /api/v2/berry/{name}", Faults: []fault.Fault{fault.Status(503)}},
	}}})
	for _, path := range []string{"berry/1", "berry/1/", "pokemon/25", "pokemon/unknown", "pokemon", "pokemon?offset=20", "type/1"} {
		request(a, "GET", "/api/v2/"+path)
	}
	c := a.Counts()
	const one, list, berry = "GET /api/v2/pokemon/{name}", "GET /api/v2/pokemon", "GET /api/v2/berry/{name}"
	if c.Total != 7 || c.Requests[one] != 2 || c.Requests[list] != 2 || c.Requests[berry] != 2 || c.Requests[fault.Other] != 1 {
		t.Errorf("requests: %d, %v", c.Total, c.Requests)
	}
	if s := c.Statuses; s[one][200] != 1 || s[one][404] != 1 || s[list][200] != 2 || s[berry][503] != 1 || s[berry][200] != 1 || s[fault.Other][404] != 1 {
		t.Errorf("statuses: %v", s)
	}
	if c.Faults[fault.KindStatus] != 1 || c.Faults[fault.KindPass] != 6 || c.Violations() != 0 || c.Peak != 1 {
		t.Errorf("faults %v, violations %d, peak %d", c.Faults, c.Violations(), c.Peak)
	}
	if r := a.Records(); len(r) != 7 || r[0] != (fault.Record{Route: berry, Method: "GET", Path: "/api/v2/berry/1", Status: 503, Fault: fault.KindStatus}) {
		t.Errorf("records: %+v", r)
	}
}

func TestTheQuotaCountsArrivals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := New(Options{Quota: fault.Limit{N: 10, Per: 90 * time.Second, Route: "/api/v2/pokemon/{name}"}})
		// The quota allows one request each 9 s for any time.
		for range 50 {
			if w := request(a, "GET", "/api/v2/pokemon/1"); w.Code != 200 {
				t.Fatalf("steady: %d", w.Code)
			}
			request(a, "GET", "/api/v2/berry/1") // does not count
			time.Sleep(9 * time.Second)
		}
		if c := a.Counts(); c.Quota != (fault.QuotaCounts{Arrivals: 50, Admitted: 50}) {
			t.Fatalf("steady: %+v", c.Quota)
		}
		// The control run: one request more than the window has room for.
		w := request(a, "GET", "/api/v2/pokemon/1")
		if w.Code != 200 {
			t.Fatalf("51st: %d", w.Code)
		}
		w = request(a, "GET", "/api/v2/pokemon/1")
		if w.Code != 429 || w.Header().Get("Retry-After") == "" || a.Counts().Violations() != 1 {
			t.Errorf("52nd: %d %v, %d violations", w.Code, w.Header(), a.Counts().Violations())
		}
	})
}

func TestLatencyIsDrawnBySeed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		took := func(seed uint64, path string) time.Duration {
			a := New(Options{Latency: 50 * time.Millisecond, Spread: 100 * time.Millisecond, Faults: fault.Plan{Seed: seed}})
			start := time.Now()
			request(a, "GET", path)
			return time.Since(start)
		}
		first, again := took(1, "/api/v2/pokemon/1"), took(1, "/api/v2/pokemon/1")
		if first != again || first < 50*time.Millisecond || first >= 150*time.Millisecond {
			t.Errorf("same seed: %v and %v", first, again)
		}
		if other := took(2, "/api/v2/pokemon/1"); other == first {
			t.Errorf("another seed: %v too", other)
		}
		if other := took(1, "/api/v2/pokemon/2"); other == first {
			t.Errorf("another request: %v too", other)
		}
	})
}

func TestTheLatencyEndsWhenTheClientDisconnects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := New(Options{Latency: time.Hour})
		r := httptest.NewRequest("GET", "/api/v2/pokemon/1", nil)
		ctx, cancel := context.WithCancel(r.Context())
		cancel()
		r = r.WithContext(ctx)
		defer func() {
			if err, _ := recover().(error); !errors.Is(err, http.ErrAbortHandler) {
				t.Errorf("ended with %v", err)
			}
			if c := a.Counts(); len(c.Statuses) != 0 {
				t.Errorf("statuses: %v", c.Statuses)
			}
		}()
		a.ServeHTTP(httptest.NewRecorder(), r)
		t.Error("there was a response")
	})
}

func TestNewPanicsOnInvalidOptions(t *testing.T) {
	for name, o := range map[string]Options{
		"latency": {Latency: -1},
		"spread":  {Spread: -1},
		"quota":   {Quota: fault.Limit{N: 1}},
		"mix":     {Faults: fault.Plan{Mix: []fault.Chance{{P: 2}}}},
	} {
		if rttest.PanicOf(func() { New(o) }) == nil {
			t.Errorf("%s: no panic", name)
		}
	}
}

package metrics

import (
	"net/http"
	"testing"

	"github.com/gracy-go/gracy/internal/race"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/transport"
)

// cost returns the number of allocations of a call through rt.
func cost(t *testing.T, rt http.RoundTripper) float64 {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", "http://api.test/pokemon/1", nil)
	if err != nil {
		t.Fatal(err)
	}
	return testing.AllocsPerRun(500, func() {
		resp, err := rt.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
	})
}

// fixed returns a base that allocates nothing: each response is the same value.
func fixed(resp *http.Response) rttest.Func {
	return func(req *http.Request) (*http.Response, error) {
		resp.Request = req
		resp.Body = http.NoBody
		return resp, nil
	}
}

func TestCountingAllocatesNothing(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	base := fixed(&http.Response{StatusCode: 200, Header: http.Header{}})
	call := cost(t, rttest.Pass("pass").Wrap(base))
	if got := cost(t, New("test").Wrap(rttest.Pass("pass").Wrap(base))); got != call {
		t.Errorf("%v allocations with the recorder, %v without", got, call)
	}
	if call == 0 {
		t.Error("the control run shows no allocation of the call itself")
	}
}

func keeping() *Recorder {
	r := New("test")
	r.KeepCalls(DefaultCalls)
	return r
}

func BenchmarkCall(b *testing.B) {
	for name, rt := range map[string]http.RoundTripper{
		"without":     rttest.Pass("pass").Wrap(fixed(&http.Response{StatusCode: 200, Header: http.Header{}})),
		"with":        New("test").Wrap(rttest.Pass("pass").Wrap(fixed(&http.Response{StatusCode: 200, Header: http.Header{}}))),
		"with, kept":  keeping().Wrap(rttest.Pass("pass").Wrap(fixed(&http.Response{StatusCode: 200, Header: http.Header{}}))),
		"retry":       retrying(3, 0).Wrap(fixed(&http.Response{StatusCode: 200, Header: http.Header{}})),
		"with, retry": New("test").Wrap(retrying(3, 0).Wrap(fixed(&http.Response{StatusCode: 200, Header: http.Header{}}))),
	} {
		b.Run(name, func(b *testing.B) {
			req, err := http.NewRequestWithContext(transport.WithRoute(b.Context(), "/pokemon/{name}"), "GET", "http://api.test/pokemon/1", nil)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				resp, err := rt.RoundTrip(req)
				if err != nil {
					b.Fatal(err)
				}
				_ = resp.Body.Close()
			}
		})
	}
}

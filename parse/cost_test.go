package parse_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/race"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/parse"
)

// canned responds without work, so that only the code that calls it is measured.
type canned struct{}

func (canned) RoundTrip(req *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: 200, Header: jsonHeader, Request: req, ContentLength: int64(len(pikachu)),
		Body: io.NopCloser(strings.NewReader(pikachu)),
	}, nil
}

var jsonHeader = http.Header{"Content-Type": {"application/json"}}

// byHand makes the call with only net/http and encoding/json.
func byHand(tb testing.TB, client *http.Client) {
	tb.Helper()
	req, err := http.NewRequestWithContext(tb.Context(), http.MethodGet, "https://api.test/v2/pokemon/25", nil)
	if err != nil {
		tb.Fatal(err)
	}
	req.Header.Set("Accept", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		tb.Fatal(err)
	}
	defer resp.Body.Close()
	var p pokemon
	if err := json.NewDecoder(resp.Body).Decode(&p); err != nil || p.ID != 25 {
		tb.Fatal(p, err)
	}
}

func byGet(tb testing.TB, client *http.Client) {
	tb.Helper()
	if p, err := parse.Get[pokemon](tb.Context(), client, "https://api.test/v2/pokemon/25"); err != nil || p.ID != 25 {
		tb.Fatal(p, err)
	}
}

func byEndpoint(tb testing.TB, e *parse.Endpoint[string, pokemon], client *http.Client) {
	tb.Helper()
	if p, err := e.Call(tb.Context(), parse.API{Client: client, Base: "https://api.test/v2"}, "25"); err != nil || p.ID != 25 {
		tb.Fatal(p, err)
	}
}

func TestATypedCallAllocatesLittleMoreThanOneByHand(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	e := parse.NewEndpoint[string, pokemon]("GET /pokemon/{name}")
	plain, layers := &http.Client{Transport: canned{}}, &http.Client{Transport: rttest.Retry(1).Wrap(canned{})}
	for _, tt := range []struct {
		name   string
		client *http.Client
		call   func()
		more   float64
	}{
		{"Get", plain, func() { byGet(t, plain) }, getCost},
		{"Get, layers", layers, func() { byGet(t, layers) }, getCost},
		{"Endpoint", plain, func() { byEndpoint(t, e, plain) }, endpointCost},
		{"Endpoint, layers", layers, func() { byEndpoint(t, e, layers) }, endpointCost},
	} {
		base := rttest.Allocs(200, func() { byHand(t, tt.client) })
		got := rttest.Allocs(200, tt.call)
		t.Logf("%s: %.0f allocations, by hand %.0f", tt.name, got, base)
		if rttest.AllocsDiffer(got, base+tt.more) {
			t.Errorf("%s: %.0f allocations, by hand %.0f, want %.0f more", tt.name, got, base, tt.more)
		}
	}
}

const (
	// See doc.go.
	getCost      = -1
	endpointCost = 0
)

func BenchmarkByHand(b *testing.B) {
	client := &http.Client{Transport: canned{}}
	b.ReportAllocs()
	for b.Loop() {
		byHand(b, client)
	}
}

func BenchmarkGet(b *testing.B) {
	client := &http.Client{Transport: canned{}}
	b.ReportAllocs()
	for b.Loop() {
		byGet(b, client)
	}
}

func BenchmarkEndpoint(b *testing.B) {
	client := &http.Client{Transport: canned{}}
	e := parse.NewEndpoint[string, pokemon]("GET /pokemon/{name}")
	b.ReportAllocs()
	for b.Loop() {
		byEndpoint(b, e, client)
	}
}

package otel_test

import (
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/attribute"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/otel"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/roundtriptest"
)

func TestEachSendHasADuration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSDK()
		rt := s.stack(roundtriptest.Script(roundtriptest.Step{Status: 503, Wait: 30 * time.Millisecond}, roundtriptest.Step{Wait: 2 * time.Second}))
		if _, err := do(t, rt, request(t.Context(), t, "GET", "http://api.test:81/pokemon/25")); err != nil {
			t.Fatal(err)
		}
		points := s.durations(t)
		if len(points) != 2 {
			t.Fatalf("%d series, want one for each status", len(points))
		}
		base := []attribute.KeyValue{
			attribute.String("http.request.method", "GET"), attribute.String("server.address", "api.test"), attribute.Int("server.port", 81),
			attribute.String("network.protocol.version", "1.1"),
		}
		failed := set(append(base, attribute.Int("http.response.status_code", 503), attribute.String("error.type", "503"))...)
		fine := set(append(base, attribute.Int("http.response.status_code", 200))...)
		for _, p := range points {
			want := 2.0
			if p.Attributes.Equals(&failed) {
				want = 0.03
			} else if !p.Attributes.Equals(&fine) {
				t.Errorf("attributes %s", p.Attributes.Encoded(attribute.DefaultEncoder()))
			}
			if p.Count != 1 || p.Sum != want {
				t.Errorf("count %d, sum %g s, want 1, %g s", p.Count, p.Sum, want)
			}
			if len(p.Bounds) != 14 || p.Bounds[0] != 0.005 || p.Bounds[13] != 10 {
				t.Errorf("bounds %v", p.Bounds)
			}
		}
	})
}

func TestTheRouteIsInMetricsWhereAsked(t *testing.T) {
	for _, asked := range []bool{false, true} {
		s := newSDK()
		c := s.config()
		c.TemplateInMetrics = asked
		tel := otel.New(c)
		rt := gracy.Around(roundtriptest.Script(roundtriptest.Step{}), tel, transport.Routes("GET /pokemon/{name}"), tel.Attempts())
		if _, err := do(t, rt, request(t.Context(), t, "GET", "http://api.test/pokemon/pikachu")); err != nil {
			t.Fatal(err)
		}
		p := s.durations(t)
		if v, ok := p[0].Attributes.Value("url.template"); ok != asked || asked && v.AsString() != "/pokemon/{name}" {
			t.Errorf("asked %v: url.template %q", asked, v.String())
		}
	}
}

// A server that makes up its statuses, and a client with many hosts, make a bounded number of series.
func TestSeriesAreBounded(t *testing.T) {
	s := newSDK()
	base := rttest.Func(func(req *http.Request) (*http.Response, error) {
		n, _ := strconv.Atoi(req.URL.Query().Get("n"))
		return rttest.Response(req, 200+n%2, ""), nil
	})
	rt := s.stack(base)
	for i := range 2000 {
		n := strconv.Itoa(i)
		if _, err := do(t, rt, request(t.Context(), t, "GET", "http://h"+n+".test/p"+n+"?n="+n)); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(s.durations(t)); n > 202 || s.counted(t) != 2000 {
		t.Errorf("%d series of %d durations, want at most 202: one for each of 200 hosts, two for the rest", n, s.counted(t))
	}
}

func TestTheVersionOfTheProtocol(t *testing.T) {
	for want, version := range map[string][2]int{"1.1": {1, 1}, "1.0": {1, 0}, "2": {2, 0}, "3": {3, 0}, "": {}} {
		s := newSDK()
		base := rttest.Func(func(req *http.Request) (*http.Response, error) {
			resp := rttest.Response(req, 200, "")
			resp.ProtoMajor, resp.ProtoMinor = version[0], version[1]
			return resp, nil
		})
		if _, err := do(t, s.stack(base), request(t.Context(), t, "GET", "http://api.test/")); err != nil {
			t.Fatal(err)
		}
		if v, ok := s.durations(t)[0].Attributes.Value("network.protocol.version"); ok != (want != "") || ok && v.AsString() != want {
			t.Errorf("HTTP %v: %q, want %q", version, v.String(), want)
		}
	}
}

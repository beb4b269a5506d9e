package otel_test

import (
	"net/http"
	"strings"
	"testing"

	globals "go.opentelemetry.io/otel"
	nometric "go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	notrace "go.opentelemetry.io/otel/trace/noop"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/internal/race"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/otel"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/transport/roundtriptest"
)

func off() otel.Config {
	return otel.Config{TracerProvider: notrace.NewTracerProvider(), MeterProvider: nometric.NewMeterProvider(), Propagator: propagation.NewCompositeTextMapPropagator()}
}

func TestTheGlobalsAreThoseOfTheProgram(t *testing.T) {
	tracing, metrics, propagator := globals.GetTracerProvider(), globals.GetMeterProvider(), globals.GetTextMapPropagator()
	s := newSDK()
	tel := otel.New(otel.Config{}) // before the program sets them
	if globals.GetTracerProvider() != tracing || globals.GetMeterProvider() != metrics || globals.GetTextMapPropagator() != propagator {
		t.Fatal("New has set a global")
	}
	globals.SetTracerProvider(s.tracing)
	globals.SetMeterProvider(s.metrics)
	if _, err := do(t, stack(tel, roundtriptest.Script(roundtriptest.Step{})), request(t.Context(), t, "GET", "http://api.test/pokemon/1")); err != nil {
		t.Fatal(err)
	}
	same(t, "spans", s.lines(), []string{"internal GET /pokemon/{id} Unset", "client GET /pokemon/{id} Unset"})
	if n := s.counted(t); n != 1 {
		t.Errorf("%d durations, want 1", n)
	}
}

func TestWhatIsOffIsOff(t *testing.T) {
	s := newSDK()
	tel := otel.New(off())
	req := request(t.Context(), t, "GET", "http://api.test/pokemon/1")
	if _, err := do(t, stack(tel, roundtriptest.Script(roundtriptest.Step{})), req); err != nil {
		t.Fatal(err)
	}
	if n := len(s.spans.Ended()); n != 0 || tel.Wants() != 0 {
		t.Errorf("%d spans, and it wants events %b", n, tel.Wants())
	}
}

func TestItExplainsItself(t *testing.T) {
	tel := otel.New(newSDK().config())
	plan := gracy.Explain(gracy.Chain(tel, retry.New(retry.Policy{}), tel.Attempts())).String()
	for _, want := range []string{"otel > retry > otel attempts", "a span for each call", "a CLIENT span and a duration"} {
		if !strings.Contains(plan, want) {
			t.Errorf("Explain does not say %q:\n%s", want, plan)
		}
	}
	if strings.Contains(plan, "warning") {
		t.Errorf("Explain warns:\n%s", plan)
	}
	plan = gracy.Explain(gracy.Chain(retry.New(retry.Policy{}), tel, tel.Attempts())).String()
	if !strings.Contains(plan, "warning: retry is outside otel: each attempt is counted as a call") {
		t.Errorf("Explain does not warn of the order:\n%s", plan)
	}
	none := otel.New(off())
	if plan = gracy.Explain(gracy.Chain(none)).String(); !strings.Contains(plan, "otel: no spans") {
		t.Errorf("Explain does not say that it is off:\n%s", plan)
	}
	c := off()
	c.Instrumented = true
	if plan = gracy.Explain(gracy.Chain(otel.New(c).Attempts())).String(); !strings.Contains(plan, "something else makes those of HTTP") {
		t.Errorf("Explain does not say that it is instrumented elsewhere:\n%s", plan)
	}
}

// cost returns the number of allocations of a call through rt, whose base makes none.
func cost(t *testing.T, wrap func(http.RoundTripper) http.RoundTripper) float64 {
	t.Helper()
	resp := &http.Response{StatusCode: 200, ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{}}
	rt := wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
		resp.Request, resp.Body = req, http.NoBody
		return resp, nil
	}))
	req := request(t.Context(), t, "GET", "http://api.test/pokemon/1")
	return testing.AllocsPerRun(500, func() {
		resp, err := rt.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
	})
}

// These are the figures of docs/otel.md.
func TestAllocations(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	alone := cost(t, func(base http.RoundTripper) http.RoundTripper {
		return gracy.Around(base, rttest.Pass("other"))
	})
	for _, test := range []struct {
		name string
		c    otel.Config
		most float64
	}{
		{"providers of package noop", off(), 0},
		{"noop, with a propagator", func() otel.Config { c := off(); c.Propagator = propagation.TraceContext{}; return c }(), 1},
		{"metrics alone", func() otel.Config { c := off(); c.MeterProvider = newSDK().metrics; return c }(), 0},
		{"no sampling", otel.Config{TracerProvider: unsampled{}, MeterProvider: nometric.NewMeterProvider(), Propagator: off().Propagator}, 4},
	} {
		tel := otel.New(test.c)
		got := cost(t, func(base http.RoundTripper) http.RoundTripper {
			return gracy.Around(base, tel, rttest.Pass("other"), tel.Attempts())
		}) - alone
		t.Logf("%s: %.0f allocations a call beyond those of a stack without", test.name, got)
		if got > test.most {
			t.Errorf("%s: %.0f allocations a call, want at most %.0f", test.name, got, test.most)
		}
	}
}

// unsampled is a provider that is not known to be off, as the global one before anything is set.
type unsampled struct{ notrace.TracerProvider }

var _ trace.TracerProvider = unsampled{}

package gracy_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/auth"
	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/hook"
	"github.com/gracy-go/gracy/logging"
	"github.com/gracy-go/gracy/parse"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/throttle"
	"github.com/gracy-go/gracy/timeout"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

// plainBase is a base that holds no other round tripper, and counts.
type plainBase struct{ sent int }

func (b *plainBase) RoundTrip(req *http.Request) (*http.Response, error) {
	b.sent++
	return server(200, "1").RoundTrip(req)
}

// oauthLike is middleware with an exported field; it fetches a token with a client of
// its own, in the context of the request.
type oauthLike struct {
	Source interface{ Token() (string, error) }
	Base   http.RoundTripper
	tokens *http.Client
}

func (o *oauthLike) RoundTrip(req *http.Request) (*http.Response, error) {
	if o.tokens != nil {
		fetch, err := http.NewRequestWithContext(req.Context(), http.MethodGet, "http://tokens.test/", nil)
		if err != nil {
			return nil, err
		}
		resp, err := o.tokens.Do(fetch)
		if err != nil {
			return nil, err
		}
		_ = resp.Body.Close()
	}
	return o.Base.RoundTrip(req.Clone(req.Context()))
}

// fetching is oauthLike without what could hide another round tripper.
type fetching struct{ Base http.RoundTripper }

func (o *fetching) RoundTrip(req *http.Request) (*http.Response, error) {
	return o.Base.RoundTrip(req.WithContext(req.Context()))
}

// otelLike is middleware that nobody can see through.
type otelLike struct{ rt http.RoundTripper }

func (o otelLike) RoundTrip(req *http.Request) (*http.Response, error) { return o.rt.RoundTrip(req) }

// overriding is an override, its Off, the layer that takes it and its name.
type overriding struct {
	name          string
	override, off transport.Override
	layer         gracy.Layer
}

func overridings(t *testing.T) []overriding {
	t.Helper()
	tape, err := replay.Open(t.TempDir()+"/t.json", replay.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tape.Close() })
	log := slog.New(slog.DiscardHandler)
	before := func(context.Context, *http.Request) error { return nil }
	credential := auth.Header("X-Key", "x", "https://api.test")
	return []overriding{
		{"auth", credential, auth.Off, credential},
		{"concurrency", concurrency.New(concurrency.Limit{Max: 5}), concurrency.Off, concurrency.New(concurrency.Limit{Max: 1})},
		{"hook", hook.Hooks{Before: before}, hook.Off, hook.New(hook.Hooks{})},
		{"logging", logging.Config{Logger: log}, logging.Off, logging.New(logging.Config{Logger: log})},
		{"replay", replay.ModeReplay, replay.Off, tape},
		{"retry", retry.Policy{Attempts: 5}, retry.Off, retry.New(retry.Policy{})},
		{"throttle", throttle.New(throttle.Rule{Limit: 1000, Per: time.Hour}), throttle.Off, throttle.New(throttle.Rule{Limit: 1000})},
		{"timeout", timeout.Config{Total: time.Hour}, timeout.Off, timeout.New(timeout.Config{})},
		{"attempt timeout", timeout.PerAttempt(time.Hour), timeout.Off, timeout.PerAttempt(0)},
	}
}

// fetch calls an endpoint of which one option is an override.
func fetch(ctx context.Context, rt http.RoundTripper, opts ...parse.Option) error {
	get := parse.NewEndpoint[parse.None, parse.None]("GET /five", opts...)
	_, err := get.Call(ctx, parse.API{Client: &http.Client{Transport: rt}, Base: "http://api.test"}, parse.None{})
	return err
}

// An option whose layer is not in a chain that can be seen fails before anything is
// sent, and an Off does not.
func TestAnOptionWithoutItsLayerFails(t *testing.T) {
	all := overridings(t)
	for _, o := range all {
		var others []gracy.Layer
		for _, other := range all {
			if other.name != o.name {
				others = append(others, other.layer)
			}
		}
		base := &plainBase{}
		for name, rt := range map[string]http.RoundTripper{
			"http.Transport":       &http.Transport{},
			"no layer":             base,
			"the other layers":     gracy.Around(base, others...),
			"middleware around":    &fetching{gracy.Around(base, others...)},
			"middleware inside":    gracy.Around(&fetching{base}, others...),
			"middleware in a Func": gracy.Around(base, append([]gracy.Layer{gracy.Func(func(next http.RoundTripper) http.RoundTripper { return otelLike{next} })}, others...)...),
		} {
			err := fetch(t.Context(), rt, o.override)
			e, ok := errors.AsType[*parse.MissingLayerError](err)
			if !ok || !slices.Equal(e.Layers, []string{o.name}) || e.Route != "GET /five" || !errors.Is(err, verdict.ErrRejected) || !strings.Contains(err.Error(), o.name) {
				t.Errorf("%s over %s: %v", o.name, name, err)
			}
			_, err = parse.Get[parse.None](t.Context(), &http.Client{Transport: rt}, "http://api.test/five", o.override)
			if _, ok := errors.AsType[*parse.MissingLayerError](err); !ok {
				t.Errorf("Get, %s over %s: %v", o.name, name, err)
			}
		}
		if base.sent != 0 {
			t.Errorf("%s: %d requests were sent", o.name, base.sent)
		}
		if err := fetch(t.Context(), gracy.Around(base, others...), o.override, o.off); err != nil {
			t.Errorf("%s, then off: %v", o.name, err)
		}
		if err := fetch(t.Context(), base, o.off); err != nil {
			t.Errorf("%s off: %v", o.name, err)
		}
	}
	if err := fetch(t.Context(), gracy.Around(&plainBase{}, logging.New(logging.Config{}), (*replay.Tape)(nil)), replay.ModeReplay); err == nil {
		t.Error("a layer that is off takes an override")
	}
}

// No override that is taken, or that may be, is an error or a note.
func TestNoOptionFailsWhereItsLayerIs(t *testing.T) {
	for _, o := range overridings(t) {
		if o.name == "replay" {
			continue // what is not on the tape is an error of its own
		}
		base := &plainBase{}
		tokens := &http.Client{Transport: gracy.Around(base, logging.New(logging.Config{Logger: slog.New(slog.DiscardHandler)}))}
		for name, rt := range map[string]http.RoundTripper{
			"in a chain":           gracy.Around(base, o.layer),
			"middleware around":    &oauthLike{Base: gracy.Around(base, o.layer)},
			"middleware inside":    gracy.Around(&oauthLike{Base: base}, o.layer),
			"unseen around":        otelLike{gracy.Around(base, o.layer)},
			"unseen inside":        gracy.Around(otelLike{base}, o.layer),
			"unseen between":       gracy.Around(otelLike{gracy.Around(base, o.layer)}, hook.New(hook.Hooks{})),
			"a token fetch inside": gracy.Around(&oauthLike{Base: base, tokens: tokens}, o.layer),
			"a token fetch around": &oauthLike{Base: gracy.Around(base, o.layer), tokens: tokens},
		} {
			ctx, trace := transport.WithTrace(t.Context())
			if err := fetch(ctx, rt, o.override); err != nil {
				t.Errorf("%s %s: %v", o.name, name, err)
			}
			if s := trace.String(); strings.Contains(s, "no layer takes") && name != "a token fetch around" {
				t.Errorf("%s %s:\n%s", o.name, name, s)
			}
		}
	}
}

// Where a part of the stack cannot be seen, the ledger and an event say at the end of
// the call what had no effect. So it is for an override in a context, which may be for
// another client.
func TestAnOverrideWithoutItsLayerIsNoted(t *testing.T) {
	for _, o := range overridings(t) {
		other := hook.New(hook.Hooks{})
		if o.name == "hook" {
			continue // it is the other layer here
		}
		for name, rt := range map[string]http.RoundTripper{
			"unseen around": otelLike{gracy.Around(&plainBase{}, other)},
			"unseen inside": gracy.Around(otelLike{&plainBase{}}, other),
			"a function":    gracy.Around(server(200, "1"), other),
		} {
			ctx, trace := transport.WithTrace(t.Context())
			if err := fetch(ctx, rt, o.override); err != nil {
				t.Errorf("%s %s: %v", o.name, name, err)
			}
			if s := trace.String(); !strings.Contains(s, "[no layer takes the override for "+o.name+"]") {
				t.Errorf("%s %s:\n%s", o.name, name, s)
			}
		}
		log, got := lines()
		l := logging.New(logging.Config{Logger: log, Untaken: logging.Event{Template: "{OVERRIDE}"}})
		shared := transport.With(t.Context(), o.override)
		for _, layers := range [][]gracy.Layer{{l}, {l, o.layer}} {
			if o.name == "logging" || o.name == "replay" && len(layers) > 1 {
				continue
			}
			ctx, trace := transport.WithTrace(shared)
			if err := fetch(ctx, gracy.Around(&plainBase{}, layers...)); err != nil {
				t.Errorf("%s in a context: %v", o.name, err)
			}
			if noted := strings.Contains(trace.String(), "no layer takes"); noted != (len(layers) == 1) {
				t.Errorf("%s in a context, %d layers:\n%s", o.name, len(layers), trace)
			}
		}
		if o.name != "logging" && !slices.Equal(got(), []string{o.name}) {
			t.Errorf("%s: lines %q", o.name, got())
		}
	}
}

func TestExplainWarnsOfOverridesWithoutTheirLayer(t *testing.T) {
	for _, o := range overridings(t) {
		with, without := gracy.Around(&plainBase{}, o.layer), gracy.Around(&plainBase{}, hook.New(hook.Hooks{}))
		if o.name == "hook" {
			without = &plainBase{}
		}
		if p := gracy.Explain(with, o.override, o.off); len(p.Warnings) > 0 {
			t.Errorf("%s: %q", o.name, p.Warnings)
		}
		p := gracy.Explain(&http.Client{Transport: without}, o.override, o.off)
		want := "the override for " + o.name + " has no effect: the stack has no " + o.name + " layer that is on"
		if !slices.Equal(p.Warnings, []string{want}) {
			t.Errorf("%s: %q", o.name, p.Warnings)
		}
		p = gracy.Explain(otelLike{without}, o.override)
		if !slices.ContainsFunc(p.Warnings, func(w string) bool { return strings.Contains(w, "in the part of the stack that can be seen") }) {
			t.Errorf("%s, unseen: %q", o.name, p.Warnings)
		}
	}
}

// What is set for a call ends as the context does that it was set in.
func TestAnOverrideEndsWithItsContext(t *testing.T) {
	for name, o := range map[string]transport.Override{
		"timeout":             timeout.Config{},
		"timeout of attempts": timeout.PerAttempt(time.Second),
		"timeout off":         timeout.Off,
		"retry":               retry.Policy{},
		"retry off":           retry.Off,
		"logging":             logging.Config{},
		"logging off":         logging.Off,
		"a priority":          transport.Priority(1),
		"a declaration":       transport.Safe("POST /search"),
		"concurrency":         concurrency.New(concurrency.Limit{Max: 1}),
		"concurrency off":     concurrency.Off,
		"throttle":            throttle.New(),
		"throttle off":        throttle.Off,
		"auth":                auth.Header("X-Key", "v", "https://a.test"),
		"auth off":            auth.Off,
		"hook":                hook.Hooks{},
		"hook off":            hook.Off,
		"an expectation":      transport.Expect{},
		"a reader of limits":  verdict.LimitReader(nil),
	} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		with := transport.With(ctx, o)
		want, _ := ctx.Deadline()
		if got, ok := with.Deadline(); !ok || !got.Equal(want) {
			t.Errorf("%s: the deadline is %v, want %v", name, got, want)
		}
		cancel()
		if !errors.Is(with.Err(), context.Canceled) {
			t.Errorf("%s: the context outlives the one that it was set in: %v", name, with.Err())
		}
	}
}

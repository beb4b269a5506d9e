package gracy_test

import (
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/auth"
	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/store/text"
	"github.com/gracy-go/gracy/throttle"
	"github.com/gracy-go/gracy/timeout"
	"github.com/gracy-go/gracy/transport"
)

// part is a layer that exists only by its name and what it says to Explain.
type part struct {
	name string
	says func(*transport.Plan)
}

func (p part) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap(p.name, p, next, nil)
}

// traits are those of the real layers of that name.
func traits(name string) transport.Traits {
	switch name {
	case "metrics":
		return transport.Traits{Counts: true, Single: true}
	case "retry":
		return transport.Traits{Sends: true, Single: true}
	case "replay":
		return transport.Traits{Tapes: true, Single: true}
	case "concurrency":
		return transport.Traits{Slots: true, Single: true}
	case "throttle":
		return transport.Traits{Quota: true, Single: true}
	case "hook":
		return transport.Traits{}
	}
	return transport.Traits{Single: true}
}

func (p part) Explain(plan *transport.Plan) {
	plan.Describe(traits(p.name))
	if p.says != nil {
		p.says(plan)
	}
}

func warned(p *gracy.Plan, text string) bool {
	return slices.ContainsFunc(p.Warnings, func(w string) bool { return strings.Contains(w, text) })
}

func TestExplainInDocumentedOrderHasNothingToWarnOf(t *testing.T) {
	var layers []gracy.Layer
	for _, n := range []string{"metrics", "logging", "hook", "timeout", "retry", "replay", "concurrency", "throttle", "attempt timeout", "hook", "auth"} {
		layers = append(layers, part{name: n})
	}
	p := gracy.Explain(&http.Client{Transport: gracy.Chain(layers...)})
	if len(p.Warnings) != 0 {
		t.Errorf("warnings: %q", p.Warnings)
	}
	if got := p.Layers[len(p.Layers)-1]; got != "*http.Transport" || len(p.Layers) != 12 {
		t.Errorf("layers: %v", p.Layers)
	}
}

func TestExplainWarns(t *testing.T) {
	at := func(n int) func(*transport.Plan) {
		return func(p *transport.Plan) { p.Concurrency = n }
	}
	hiding := &struct{ http.RoundTripper }{http.DefaultTransport}
	named := func(names ...string) http.RoundTripper {
		var layers []gracy.Layer
		for _, n := range names {
			layers = append(layers, part{name: n})
		}
		return gracy.Chain(layers...)
	}
	for want, client := range map[string]any{
		"MaxIdleConnsPerHost":          gracy.Chain(part{"concurrency", at(20)}),
		"throttle is outside retry":    named("throttle", "retry"),
		"concurrency is outside retry": named("concurrency", "retry"),
		"throttle is outside replay":   named("throttle", "replay"),
		"retry appears twice":          named("retry", "metrics", "retry"),
		"has no Unwrap":                gracy.Around(hiding, part{name: "retry"}),
		"http.Client.Timeout":          &http.Client{Transport: named("retry"), Timeout: time.Second},
		"neither an *http.Client nor":  "a client",
		"retry is outside metrics":     named("retry", "metrics"),
	} {
		if p := gracy.Explain(client); !warned(p, want) {
			t.Errorf("no warning %q in %q", want, p.Warnings)
		}
	}
	if p := gracy.Explain(gracy.Chain(part{"concurrency", at(2)})); len(p.Warnings) != 0 {
		t.Errorf("a limit of 2 over 2 idle connections: %q", p.Warnings)
	}
}

// Of few idle connections it warns once, and of those of the transport at the end of this
// stack, though the limit is shared with others; not where no connection is to be kept.
func TestExplainWarnsOfIdleConnectionsOnce(t *testing.T) {
	few, enough := &http.Transport{}, &http.Transport{MaxIdleConnsPerHost: 20}
	never, none := &http.Transport{DisableKeepAlives: true}, &http.Transport{MaxIdleConnsPerHost: -1}
	shared := concurrency.New(concurrency.Limit{Max: 20})
	over := map[*http.Transport]http.RoundTripper{}
	for _, base := range []*http.Transport{enough, never, none, few} {
		over[base] = gracy.Around(base, shared)
	}
	for base, want := range map[*http.Transport]int{few: 1, enough: 0, never: 0, none: 0} {
		if p := gracy.Explain(over[base]); len(p.Warnings) != want {
			t.Errorf("%d idle connections per host, without keep-alives %v: warnings %q, want %d", base.MaxIdleConnsPerHost, base.DisableKeepAlives, p.Warnings, want)
		}
	}
	if p := gracy.Explain(over[few]); !warned(p, "MaxIdleConnsPerHost") || !warned(p, "20 requests at once") {
		t.Errorf("warnings %q", p.Warnings)
	}
}

func TestExplainTakesAnyClient(t *testing.T) {
	for name, client := range map[string]any{
		"nil":           nil,
		"nil client":    (*http.Client)(nil),
		"zero client":   &http.Client{},
		"round tripper": http.DefaultTransport,
	} {
		p := gracy.Explain(client)
		if len(p.Warnings) != 0 || !slices.Equal(p.Layers, []string{"*http.Transport"}) {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

func TestExplainIsBoundedByTheClient(t *testing.T) {
	long := part{"retry", func(p *transport.Plan) { p.Longest = time.Minute; p.Attempts = 3 }}
	p := gracy.Explain(&http.Client{Transport: gracy.Chain(long), Timeout: time.Second})
	if p.Longest != time.Second || p.Attempts != 3 {
		t.Errorf("%+v", p)
	}
}

// The real layers, by what they say of themselves: in the documented order there
// is nothing to warn of, in the reverse order each doubtful pair is named.
func TestTheRealLayersDescribeThemselves(t *testing.T) {
	s := &fixtures{t: t, dir: t.TempDir()}
	layersOf := func(ks []layerCase) (layers []gracy.Layer) {
		for _, k := range ks {
			layers = append(layers, k.make(s))
		}
		return layers
	}
	base := &http.Transport{MaxIdleConnsPerHost: 100}
	if p := gracy.Explain(gracy.Around(base, layersOf(layerCases())...)); len(p.Warnings) != 0 {
		t.Errorf("the documented order warns of %q", p.Warnings)
	} else if s := p.String(); !strings.Contains(s, "replay does not see the credential that auth sets") {
		t.Errorf("no note of the credential in\n%s", s)
	}
	ks := layerCases()
	slices.Reverse(ks)
	p := gracy.Explain(gracy.Around(base, layersOf(ks)...))
	for _, want := range []string{
		"throttle is outside retry", "throttle is outside replay", "concurrency is outside replay",
		"concurrency is outside retry", "replay is outside retry", "retry is outside metrics", "timeout is inside retry",
	} {
		if !warned(p, want) {
			t.Errorf("no warning %q in %q", want, p.Warnings)
		}
	}
	if len(p.Warnings) != 7 {
		t.Errorf("%d warnings: %q", len(p.Warnings), p.Warnings)
	}
	for _, k := range layerCases() {
		twice := gracy.Explain(gracy.Around(base, k.make(s), k.make(s)))
		if warned(twice, k.name+" appears twice") == (k.name == "hook") {
			t.Errorf("%s twice: warnings %q", k.name, twice.Warnings)
		}
	}
	for _, f := range s.closers {
		if err := f(); err != nil {
			t.Error(err)
		}
	}
}

// What a layer has many of is a line each, the first ten of them, and the number of the others: in every layer.
func TestExplainShowsTenOfMany(t *testing.T) {
	many := func(format string) (texts []string) {
		for i := range 1000 {
			texts = append(texts, fmt.Sprintf(format, i))
		}
		return texts
	}
	var rules, buckets []throttle.Rule
	var limits []concurrency.Limit
	for _, r := range many("/r%d/{id}") {
		rules = append(rules, throttle.Rule{Limit: 5, Per: time.Second, Route: r})
		buckets = append(buckets, throttle.Rule{Limit: 5, Per: time.Second, Route: r, Mode: throttle.Bucket})
		limits = append(limits, concurrency.Limit{Max: 5, Route: r})
	}
	tape := func(opts replay.Options) gracy.Layer {
		s, err := text.Open(filepath.Join(t.TempDir(), "tape.json"))
		if err != nil {
			t.Fatal(err)
		}
		tape, err := replay.New(s, opts)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = tape.Close() })
		return tape
	}
	for name, tc := range map[string]struct {
		layer gracy.Layer
		first string
		rests []string
	}{
		"rules":        {throttle.New(rules...), "  throttle: 5 requests per second for /r0/{id}\n", []string{"  throttle: and 990 more\n"}},
		"buckets":      {throttle.New(buckets...), "warning: throttle: 5 requests per second for /r0/{id} (bucket): up to 9 in one window\n", []string{"  throttle: and 990 more\n", "warning: throttle: and 990 more\n"}},
		"limits":       {concurrency.New(limits...), "  concurrency: 5 at once per host for /r0/{id}\n", []string{"  concurrency: and 990 more\n"}},
		"origins":      {auth.Header("X-Key", "v", many("http://a%d.test")...), "  auth: X-Key for http://a0.test\n", []string{"  auth: and 990 more\n", "warning: auth: and 990 more\n"}},
		"safe":         {transport.Safe(many("POST /r%d")...), "  safe: POST /r0\n", []string{"  safe: and 990 more\n"}},
		"key header":   {transport.KeyHeader("X-Id", many("POST /r%d")...), "  key header: X-Id for POST /r0\n", []string{"  key header: and 990 more\n"}},
		"pass through": {tape(replay.Options{PassThrough: many("a%d.test")}), "  replay: PassThrough: a0.test is sent and not recorded\n", []string{"  replay: PassThrough: and 990 more\n"}},
		"in replay":    {tape(replay.Options{Mode: replay.ModeReplay, PassThrough: many("a%d.test")}), "  replay: PassThrough: a0.test is sent\n", []string{"  replay: PassThrough: and 990 more\n"}},
		"kept":         {tape(replay.Options{KeepSecrets: many("a%d.test")}), "warning: replay: KeepSecrets: secrets in responses of a0.test are recorded unmasked\n", []string{"warning: replay: KeepSecrets: and 990 more\n"}},
		"routes":       {transport.Routes(many("/r%d")...), "  routes: 1000 patterns\n", nil},
		"a route":      {transport.Routes("/r"), "  routes: 1 pattern\n", nil},
	} {
		said := gracy.Explain(gracy.Chain(tc.layer)).String()
		for _, want := range append(tc.rests, tc.first) {
			if !strings.Contains(said, want) {
				t.Errorf("%s: no %q in\n%.2000s", name, want, said)
			}
		}
		if n := strings.Count(said, "\n"); n > 30 || len(said) > 30*120 {
			t.Errorf("%s: %d lines, %d bytes", name, n, len(said))
		}
	}
}

// Streams that are declared are of use only to a layer that treats them apart.
func TestExplainNotesStreamsThatNoLayerTreatsApart(t *testing.T) {
	const note = "no layer of the stack treats them apart"
	for name, tc := range map[string]struct {
		layers []gracy.Layer
		want   bool
	}{
		"alone":                 {[]gracy.Layer{transport.Streams("/x")}, true},
		"one limit for all":     {[]gracy.Layer{transport.Streams("/x"), concurrency.New(concurrency.Limit{Max: 2}), timeout.New(timeout.Config{})}, true},
		"a limit of their own":  {[]gracy.Layer{transport.Streams("/x"), concurrency.New(concurrency.Limit{Max: 2}, concurrency.Limit{Max: 2, Streams: concurrency.OnlyStreams})}, false},
		"an idle of their own":  {[]gracy.Layer{timeout.New(timeout.Config{StreamIdle: timeout.NoTimeout}), transport.Streams("/x")}, false},
		"none declared":         {[]gracy.Layer{concurrency.New(concurrency.Limit{Max: 2})}, false},
		"another declaration":   {[]gracy.Layer{transport.Safe("/x")}, false},
		"a key, and no streams": {[]gracy.Layer{transport.KeyHeader("X", "/x")}, false},
	} {
		if text := gracy.Explain(gracy.Chain(tc.layers...)).String(); strings.Contains(text, note) != tc.want {
			t.Errorf("%s: noted want %v:\n%s", name, tc.want, text)
		}
	}
}

package transport_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/roundtriptest"
	"github.com/gracy-go/gracy/transport/verdict"
)

// asks is a layer that asks whether its request is idempotent.
func asks(got *bool) *rttest.Layer {
	return &rttest.Layer{Name: "asks", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		*got = verdict.Idempotent(req)
		return next.RoundTrip(req)
	}}
}

func TestADeclarationMakesARequestIdempotent(t *testing.T) {
	safe := transport.Safe("POST /v1/chat/completions", "POST slack.test/api/users.info")
	key := transport.KeyHeader("x-request-id", "POST /v1/orders")
	type overrides = []transport.Override
	for name, tc := range map[string]struct {
		url    string
		id     string
		with   overrides
		layers bool
		want   bool
	}{
		"nothing declared":          {"https://a.test/v1/chat/completions", "", nil, false, false},
		"by a layer":                {"https://a.test/v1/chat/completions", "", nil, true, true},
		"another route":             {"https://a.test/v1/chat", "", nil, true, false},
		"a host":                    {"https://slack.test/api/users.info", "", nil, true, true},
		"another host":              {"https://a.test/api/users.info", "", nil, true, false},
		"under a base path":         {"https://a.test/base/v1/chat/completions", "", overrides{transport.Route("POST /v1/chat/completions")}, true, true},
		"by an override":            {"https://a.test/any", "", overrides{transport.Safe("/")}, false, true},
		"taken back":                {"https://a.test/v1/chat/completions", "", overrides{transport.Safe()}, true, false},
		"a key":                     {"https://a.test/v1/orders", "r", nil, true, true},
		"no value of the key":       {"https://a.test/v1/orders", "", nil, true, false},
		"a key, another route":      {"https://a.test/v1/other", "r", nil, true, false},
		"a key, not declared":       {"https://a.test/v1/orders", "r", nil, false, false},
		"a key, by an override":     {"https://a.test/v1/other", "r", overrides{transport.KeyHeader("X-Request-Id", "/v1/other")}, false, true},
		"safe leaves the key as is": {"https://a.test/v1/orders", "r", overrides{transport.Safe()}, true, true},
	} {
		var got bool
		layers := []transport.Layer{asks(&got)}
		if tc.layers {
			layers = []transport.Layer{safe, asks(&got), key}
		}
		req, _ := http.NewRequestWithContext(transport.With(t.Context(), tc.with...), http.MethodPost, tc.url, nil)
		if tc.id != "" {
			req.Header.Set("X-Request-Id", tc.id)
		}
		resp, err := rttest.Stack(rttest.Respond(200, ""), layers...).RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if got != tc.want {
			t.Errorf("%s: %v, want %v", name, got, tc.want)
		}
	}
}

func TestADeclarationIsShown(t *testing.T) {
	for want, tc := range map[string]struct {
		d     *transport.Declaration
		notes []string // nil is want alone
	}{
		"safe: POST /a, /b":                         {transport.Safe("POST /a", "/b"), []string{"safe: POST /a", "safe: /b"}},
		"safe: nothing":                             {transport.Safe(), nil},
		"streams: GET /watch/":                      {transport.Streams("GET /watch/"), nil},
		"key header: X-Request-Id for POST /orders": {transport.KeyHeader("x-request-id", "POST /orders"), nil},
		"key header: X-Id for /a, /b":               {transport.KeyHeader("x-id", "/a", "/b"), []string{"key header: X-Id for /a", "key header: X-Id for /b"}},
	} {
		if tc.notes == nil {
			tc.notes = []string{want}
		}
		var p transport.Plan
		if tc.d.Explain(&p); tc.d.String() != want || !slices.Equal(p.Notes, tc.notes) {
			t.Errorf("%q, notes %q, want %q and %q", tc.d, p.Notes, want, tc.notes)
		}
	}
}

func TestABadDeclarationPanics(t *testing.T) {
	for want, f := range map[string]func(){
		"transport: Safe: ":             func() { transport.Safe("POST no-slash") },
		"transport: KeyHeader: ":        func() { transport.KeyHeader("X", "POST no-slash") },
		"transport: KeyHeader: no name": func() { transport.KeyHeader("", "/") },
	} {
		func() {
			defer func() {
				if got, _ := recover().(string); !strings.HasPrefix(got, want) {
					t.Errorf("panic %q, want %q first", got, want)
				}
			}()
			f()
		}()
	}
}

func TestContractOfADeclaration(t *testing.T) {
	for _, d := range []*transport.Declaration{transport.Safe("/"), transport.KeyHeader("X-Request-Id", "/"), transport.Streams("/")} {
		roundtriptest.Run(t, func(next http.RoundTripper) http.RoundTripper { return d.Wrap(next) })
	}
}

package parse_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/parse"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

// Each rule is tested over a plain client, over layers, and in a context.
func TestARuleMeansTheSameToParseAndToTheLayers(t *testing.T) {
	errOwn := errors.New("own")
	type rules = []parse.Option
	tests := []struct {
		name   string
		rules  rules
		status int
		want   string // "value", "zero", "status", "own"

		expected bool // an own error is a success to the layers
	}{
		{"default accepts 200", nil, 200, "value", false},
		{"default accepts 299", nil, 299, "value", false},
		{"default fails 304", nil, 304, "status", false},
		{"default fails 404", nil, 404, "status", false},
		{"default fails 500", nil, 500, "status", false},
		{"allow", rules{parse.Allow(404, 410)}, 410, "value", false},
		{"allow keeps 2xx", rules{parse.Allow(404)}, 201, "value", false},
		{"allow is for its statuses", rules{parse.Allow(404)}, 403, "status", false},
		{"allow a class", rules{parse.Allow(parse.ClientError)}, 418, "value", false},
		{"a class ends", rules{parse.Allow(parse.ClientError)}, 500, "status", false},
		{"allows add up", rules{parse.Allow(404), parse.Allow(410)}, 404, "value", false},
		{"only", rules{parse.Only(201)}, 201, "value", false},
		{"only fails other 2xx", rules{parse.Only(201)}, 200, "status", false},
		{"allow after only adds", rules{parse.Only(201), parse.Allow(404)}, 404, "value", false},
		{"only after allow takes away", rules{parse.Allow(404), parse.Only(201)}, 404, "status", false},
		{"zero", rules{parse.ZeroOn(404)}, 404, "zero", false},
		{"zero for a 2xx", rules{parse.ZeroOn(202)}, 202, "zero", false},
		{"zero after allow", rules{parse.Allow(404), parse.ZeroOn(404)}, 404, "zero", false},
		{"on", rules{parse.On(404, errOwn)}, 404, "own", false},
		{"on is for its status", rules{parse.On(404, errOwn)}, 403, "status", false},
		{"on a class", rules{parse.On(parse.ServerError, errOwn)}, 503, "own", false},
		{"on a 2xx makes it a failure", rules{parse.On(202, errOwn)}, 202, "own", false},
		{"only keeps the cause of an earlier rule", rules{parse.On(404, errOwn), parse.Only(200)}, 404, "own", false},
		{"allow after on", rules{parse.On(404, errOwn), parse.Allow(404)}, 404, "value", false},
		{"one status in a class", rules{parse.On(parse.ClientError, errOwn), parse.ZeroOn(404)}, 404, "zero", false},
		{"func", rules{parse.OnFunc(404, func(parse.Failure) error { return errOwn })}, 404, "own", false},
		{"func returns nil", rules{parse.OnFunc(404, func(parse.Failure) error { return nil })}, 404, "zero", false},
		{"expect", rules{parse.Expect(404, errOwn)}, 404, "own", true},
		{"expect is for its status", rules{parse.Expect(404, errOwn)}, 403, "status", false},
		{"expect, only", rules{parse.Expect(404, errOwn), parse.Only(200)}, 404, "own", false},
		{"expect after on", rules{parse.On(404, errors.ErrUnsupported), parse.Expect(404, errOwn)}, 404, "own", true},
		{"allow after expect", rules{parse.Expect(404, errOwn), parse.Allow(404)}, 404, "value", false},
		{"expect func", rules{parse.ExpectFunc(404, func(parse.Failure) error { return errOwn })}, 404, "own", true},
		{"expect func returns nil", rules{parse.ExpectFunc(404, func(parse.Failure) error { return nil })}, 404, "zero", false},
		{"an Expect as an option", rules{transport.Expect{Status: []int{404}}}, 404, "value", false},
		{"an Expect with Only", rules{transport.Expect{Status: []int{404}, Only: true}}, 200, "status", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			check := func(how string, got pokemon, err error) {
				t.Helper()
				se, isStatus := errors.AsType[*parse.StatusError](err)
				switch tt.want {
				case "value":
					if err != nil || got.ID != 25 {
						t.Errorf("%s: %v, %v, want the value", how, got, err)
					}
				case "zero":
					if err != nil || got.ID != 0 {
						t.Errorf("%s: %v, %v, want zero", how, got, err)
					}
				default:
					if got.ID != 0 || !isStatus || se.Status != tt.status || !errors.Is(err, parse.Status(tt.status)) {
						t.Errorf("%s: %v, %v, want the status", how, got, err)
					}
					if errors.Is(err, errOwn) != (tt.want == "own") {
						t.Errorf("%s: errors.Is(%v, own) = %t", how, err, tt.want != "own")
					}
				}
			}
			_, plain := serve(t, reply{status: tt.status, body: pikachu})
			got, err := parse.Get[pokemon](t.Context(), plain, url, tt.rules...)
			check("plain", got, err)

			_, under := serve(t, reply{status: tt.status, body: pikachu})
			ctx, trace := transport.WithTrace(t.Context())
			got, err = parse.Get[pokemon](ctx, retrying(under, 1), url, tt.rules...)
			check("layers", got, err)
			// The layers count as success what parse does.
			call := trace.Calls()[0]
			want := tt.want == "value" || tt.want == "zero" && tt.name != "func returns nil" || tt.want == "own" && tt.expected
			if ok := call.Attempt().Verdict() == verdict.OK; ok != want {
				t.Errorf("verdict %s, want ok: %t", call.Attempt().Verdict(), want)
			}

			// The same rules in the context, for an SDK and for JSON.
			_, third := serve(t, reply{status: tt.status, body: pikachu})
			ctx = transport.With(t.Context(), tt.rules...)
			req, _ := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
			got, err = parse.JSON[pokemon](retrying(third, 1).Do(req))
			check("JSON", got, err)
			got, err = parse.Get[pokemon](ctx, third, url)
			check("context", got, err)
		})
	}
}

func TestTheLayersKnowWhatIsSuccess(t *testing.T) {
	// A 503 is retried, unless the caller counts it as success.
	s, client := serve(t, reply{status: 503, body: `{}`}, reply{status: 200, body: pikachu})
	if got, err := parse.Get[pokemon](t.Context(), retrying(client, 3), url); err != nil || got.ID != 25 || len(s.got) != 2 {
		t.Errorf("%v, %v after %d requests", got, err, len(s.got))
	}
	s, client = serve(t, reply{status: 503, body: `{}`}, reply{status: 200, body: pikachu})
	if got, err := parse.Get[pokemon](t.Context(), retrying(client, 3), url, parse.ZeroOn(503)); err != nil || got.ID != 0 || len(s.got) != 1 {
		t.Errorf("%v, %v after %d requests", got, err, len(s.got))
	}
}

func TestARulePanicsOnWhatIsNoStatus(t *testing.T) {
	tests := map[string]func(){
		"parse: Allow: no status":                           func() { parse.Allow() },
		"parse: Allow: 42 is neither":                       func() { parse.Allow(42) },
		"parse: Only: 0 is neither":                         func() { parse.Only(0) },
		"parse: ZeroOn: 1000 is neither":                    func() { parse.ZeroOn(1000) },
		"parse: Allow: 4 is neither":                        func() { parse.Allow(4) }, // a class has a name: ClientError
		"parse: On: -1 is neither":                          func() { parse.On(-1, rttest.ErrBoom) },
		"parse: On: nil error":                              func() { parse.On(404, nil) },
		"parse: OnFunc: nil function":                       func() { parse.OnFunc(404, nil) },
		"parse: OnFunc: 5 is neither":                       func() { parse.OnFunc(5, func(parse.Failure) error { return nil }) },
		"parse: ExpectFunc: 99 is neither":                  func() { parse.ExpectFunc(99, func(parse.Failure) error { return nil }) },
		"parse: Expect: 7 is neither":                       func() { parse.Expect(7, rttest.ErrBoom) },
		"parse: Expect: nil error":                          func() { parse.Expect(404, nil) },
		"parse: ExpectFunc: nil function":                   func() { parse.ExpectFunc(404, nil) },
		"parse: Check: nil function":                        func() { parse.Check[int](nil) },
		"parse: MaxBytes: 0 is not positive":                func() { parse.MaxBytes(0) },
		"parse: MaxDecoded: 0 is not positive":              func() { parse.MaxDecoded(0) },
		"parse: Header: \"a b\" is not a valid header name": func() { parse.Header("a b", "c") },
		"parse: Header: \"Host\" is set by net/http alone":  func() { parse.Header("host", "c") },
		"parse: Header: value of X-A":                       func() { parse.Header("x-a", "c\r\nd: e") },
		"parse: Header: \"\" is not a valid header name":    func() { parse.Header("", "c") },
		"parse: As: text/html is neither":                   func() { parse.As("text/html") },
		"parse: As: json is not a media":                    func() { parse.As("json") },
		"parse: As:  is not a media":                        func() { parse.As("") },
		"parse: As: html is not a media":                    func() { parse.As("text/xml", "html") },
	}
	for want, f := range tests {
		if got := panicText(f); !strings.HasPrefix(got, want) {
			t.Errorf("panic %q, want %q", got, want)
		}
	}
}

package parse_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/parse"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

func TestGet(t *testing.T) {
	s, client := serve(t, reply{status: 200, body: pikachu})
	got, err := parse.Get[pokemon](t.Context(), client, url)
	if err != nil || got != (pokemon{25, "pikachu"}) {
		t.Errorf("Get = %v, %v", got, err)
	}
	if got := s.got[0].Header.Get("Accept"); got != "application/json" {
		t.Errorf("Accept %q", got)
	}
	if !s.sent[0].ended {
		t.Error("the body was not read to its end: its connection is lost")
	}
}

func TestGetOverNetHTTP(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, pikachu) // sniffed as text/plain
	}))
	defer srv.Close()
	for _, client := range []*http.Client{nil, srv.Client(), retrying(srv.Client(), 2)} {
		got, err := parse.Get[*pokemon](t.Context(), client, srv.URL)
		if err != nil || *got != (pokemon{25, "pikachu"}) {
			t.Errorf("Get = %v, %v", got, err)
		}
	}
}

// Every rule against every kind of answer, over a plain client and over layers.
func TestRules(t *testing.T) {
	errOwn := errors.New("own")
	type rules = []parse.Option
	tests := []struct {
		name   string
		rules  rules
		status int
		want   string // "value", "zero", "status", "own"
	}{
		{"default accepts 200", nil, 200, "value"},
		{"default accepts 299", nil, 299, "value"},
		{"default refuses 304", nil, 304, "status"},
		{"default refuses 404", nil, 404, "status"},
		{"default refuses 500", nil, 500, "status"},
		{"allow", rules{parse.Allow(404, 410)}, 410, "value"},
		{"allow keeps 2xx", rules{parse.Allow(404)}, 201, "value"},
		{"allow is for its statuses", rules{parse.Allow(404)}, 403, "status"},
		{"allow a class", rules{parse.Allow(parse.ClientError)}, 418, "value"},
		{"a class ends", rules{parse.Allow(parse.ClientError)}, 500, "status"},
		{"allows add up", rules{parse.Allow(404), parse.Allow(410)}, 404, "value"},
		{"only", rules{parse.Only(201)}, 201, "value"},
		{"only refuses other 2xx", rules{parse.Only(201)}, 200, "status"},
		{"allow after only adds", rules{parse.Only(201), parse.Allow(404)}, 404, "value"},
		{"only after allow takes away", rules{parse.Allow(404), parse.Only(201)}, 404, "status"},
		{"zero", rules{parse.Zero(404)}, 404, "zero"},
		{"zero for a 2xx", rules{parse.Zero(202)}, 202, "zero"},
		{"zero after allow", rules{parse.Allow(404), parse.Zero(404)}, 404, "zero"},
		{"on", rules{parse.On(404, errOwn)}, 404, "own"},
		{"on is for its status", rules{parse.On(404, errOwn)}, 403, "status"},
		{"on a class", rules{parse.On(parse.ServerError, errOwn)}, 503, "own"},
		{"on a 2xx refuses it", rules{parse.On(202, errOwn)}, 202, "own"},
		{"only forgets no cause", rules{parse.On(404, errOwn), parse.Only(200)}, 404, "own"},
		{"allow after on", rules{parse.On(404, errOwn), parse.Allow(404)}, 404, "value"},
		{"one status in a class", rules{parse.On(parse.ClientError, errOwn), parse.Zero(404)}, 404, "zero"},
		{"func", rules{parse.OnFunc(404, func(parse.Failure) error { return errOwn })}, 404, "own"},
		{"func gives none", rules{parse.OnFunc(404, func(parse.Failure) error { return nil })}, 404, "zero"},
		{"an Expect as an option", rules{transport.Expect{Status: []int{404}}}, 404, "value"},
		{"an Expect with Only", rules{transport.Expect{Status: []int{404}, Only: true}}, 200, "status"},
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
			want := tt.want == "value" || tt.want == "zero" && tt.name != "func gives none"
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

func TestRulesTravelDown(t *testing.T) {
	// A 503 is tried again; one that the caller takes as an answer is not.
	s, client := serve(t, reply{status: 503, body: `{}`}, reply{status: 200, body: pikachu})
	if got, err := parse.Get[pokemon](t.Context(), retrying(client, 3), url); err != nil || got.ID != 25 || len(s.got) != 2 {
		t.Errorf("%v, %v after %d requests", got, err, len(s.got))
	}
	s, client = serve(t, reply{status: 503, body: `{}`}, reply{status: 200, body: pikachu})
	if got, err := parse.Get[pokemon](t.Context(), retrying(client, 3), url, parse.Zero(503)); err != nil || got.ID != 0 || len(s.got) != 1 {
		t.Errorf("%v, %v after %d requests", got, err, len(s.got))
	}
}

func TestRulesDoNotLeakIntoCallsInside(t *testing.T) {
	var inner error
	_, client := serve(t, reply{status: 404, body: `{}`})
	token := base(func(req *http.Request) (*http.Response, error) {
		_, inner = parse.Get[pokemon](req.Context(), client, url) // as a layer that fetches a token would
		return client.Transport.RoundTrip(req)
	})
	outer := &http.Client{Transport: again(1).Wrap(token)}
	ctx := transport.With(t.Context(), parse.Zero(404))
	if _, err := parse.Get[pokemon](ctx, outer, url); err != nil {
		t.Errorf("outer: %v", err)
	}
	if !errors.Is(inner, parse.Status(404)) {
		t.Errorf("inner: %v, want a 404: the rule of the outer call leaked", inner)
	}
}

func TestExpectByHand(t *testing.T) {
	_, client := serve(t, reply{status: 404, body: pikachu})
	ctx := transport.WithExpect(t.Context(), transport.Expect{Status: []int{404}})
	if got, err := parse.Get[pokemon](ctx, client, url); err != nil || got.ID != 25 {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := parse.Get[pokemon](ctx, client, url, parse.Only(200)); !errors.Is(err, parse.Status(404)) {
		t.Errorf("a rule must replace it: %v", err)
	}
	if got, err := parse.Get[pokemon](ctx, client, url, parse.MaxBytes(1000)); err != nil || got.ID != 25 {
		t.Errorf("a rule about something else must not: %v, %v", got, err)
	}
}

func TestExpectCheckByHand(t *testing.T) {
	for _, layers := range []bool{false, true} {
		s, client := serve(t, reply{status: 200, body: pikachu})
		if layers {
			client = retrying(client, 2)
		}
		calls, seen := 0, ""
		ctx := transport.WithExpect(t.Context(), transport.Expect{Check: func(r *http.Response) error {
			calls++
			b, _ := io.ReadAll(r.Body)
			seen = string(b)
			if calls == 1 {
				return errBoom
			}
			return nil
		}})
		got, err := parse.Get[pokemon](ctx, client, url)
		if seen != pikachu {
			t.Errorf("the check saw %q", seen)
		}
		if layers && (err != nil || got.ID != 25 || calls != 2 || len(s.got) != 2) {
			t.Errorf("layers: %v, %v after %d checks and %d requests", got, err, calls, len(s.got))
		}
		if !layers && (!errors.Is(err, errBoom) || calls != 1) {
			t.Errorf("plain: %v, %v after %d checks", got, err, calls)
		}
	}
}

func TestJSON(t *testing.T) {
	_, client := serve(t, reply{status: 200, typ: "text/html", body: pikachu})
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if got, err := parse.JSON[pokemon](client.Do(req)); err != nil || got.ID != 25 {
		t.Errorf("%v, %v", got, err)
	}
	_, client = serve(t, reply{err: errBoom})
	_, err := parse.JSON[pokemon](client.Do(req))
	if !errors.Is(err, errBoom) || err.Error() != "GET https://api.test/v2/pokemon/25: boom" {
		t.Errorf("%v", err)
	}
	if _, err := parse.JSON[pokemon](nil, nil); err == nil {
		t.Error("no response and no error")
	}
	// A response that a test made by hand has no request.
	resp := &http.Response{StatusCode: 404, Header: http.Header{}, Body: http.NoBody}
	if _, err := parse.JSON[pokemon](resp, nil); !errors.Is(err, parse.Status(404)) {
		t.Errorf("%v", err)
	}
}

func TestHeaders(t *testing.T) {
	s, client := serve(t, reply{status: 200, body: pikachu})
	_, err := parse.Get[pokemon](t.Context(), client, url, parse.Header("x-api-key", "k"), parse.Header("Accept", "x/y"), parse.Header("X-Api-Key", "k2"))
	if err != nil {
		t.Fatal(err)
	}
	if got := s.got[0].Header; !slices.Equal(got["X-Api-Key"], []string{"k2"}) || got.Get("Accept") != "x/y" {
		t.Errorf("headers %v", got)
	}
}

func TestMalformedURL(t *testing.T) {
	s, client := serve(t, reply{status: 200})
	for _, u := range []string{"://x?api_key=HUNTER2", "http://a b/?api_key=HUNTER2", "http://[::1/?api_key=HUNTER2", "relative?api_key=HUNTER2"} {
		_, err := parse.Get[pokemon](t.Context(), client, u)
		if err == nil || strings.Contains(err.Error(), "HUNTER2") {
			t.Errorf("Get(%q): %v", u, err)
		}
	}
	if len(s.got) != 1 { // http.Client hands the relative one to the transport
		t.Errorf("%d requests", len(s.got))
	}
}

func TestMisfit(t *testing.T) {
	s, client := serve(t, reply{status: 200, body: pikachu})
	other := parse.Check(func(*string) error { return errBoom })
	_, err := parse.Get[pokemon](t.Context(), client, url, other)
	if !errors.Is(err, parse.ErrArgument) || !errors.Is(err, verdict.ErrRejected) || len(s.got) != 0 {
		t.Errorf("%v after %d requests", err, len(s.got))
	}
	if _, err := parse.Get[pokemon](transport.With(t.Context(), other), client, url); err != nil {
		t.Errorf("a check of another type in the context must not be asked: %v", err)
	}
}

func TestCanceled(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errBoom)
	srv := httptest.NewServer(http.NotFoundHandler())
	defer srv.Close()
	_, err := parse.Get[pokemon](ctx, srv.Client(), srv.URL)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v does not match context.Canceled", err)
	}
}

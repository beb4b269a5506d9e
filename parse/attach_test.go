package parse_test

import (
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/parse"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

func TestRulesDoNotReachCallsThatALayerMakes(t *testing.T) {
	var inner error
	_, client := serve(t, reply{status: 404, body: `{}`})
	token := rttest.Func(func(req *http.Request) (*http.Response, error) {
		_, inner = parse.Get[pokemon](req.Context(), client, url) // as a layer that fetches a token would
		return client.Transport.RoundTrip(req)
	})
	outer := &http.Client{Transport: rttest.Retry(1).Wrap(token)}
	ctx := transport.With(t.Context(), parse.ZeroOn(404))
	if _, err := parse.Get[pokemon](ctx, outer, url); err != nil {
		t.Errorf("outer: %v", err)
	}
	if !errors.Is(inner, parse.Status(404)) {
		t.Errorf("inner: %v, want a 404: the rule of the outer call leaked", inner)
	}
}

// A request that is not sent by this package has its rules in its context, for the layers too.
func TestTheLayersKnowTheRulesOfAContext(t *testing.T) {
	for sent, rules := range map[int][]parse.Option{
		1: {parse.Allow(404), parse.ZeroOn(503)}, 3: {parse.Allow(404)},
	} {
		s, client := serve(t, reply{status: 503, body: `{}`})
		req, err := http.NewRequestWithContext(transport.With(t.Context(), rules...), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, err = parse.JSON[pokemon](retrying(client, 3).Do(req))
		if len(s.got) != sent || (err == nil) != (sent == 1) {
			t.Errorf("%d rules: %v after %d requests, want %d", len(rules), err, len(s.got), sent)
		}
	}
}

func TestAnExpectInTheContextIsUsedUnlessARuleReplacesIt(t *testing.T) {
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

func TestTheCheckOfAnExpectRunsOnce(t *testing.T) {
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
				return rttest.ErrBoom
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
		if !layers && (!errors.Is(err, rttest.ErrBoom) || calls != 1) {
			t.Errorf("plain: %v, %v after %d checks", got, err, calls)
		}
	}
}

// The layers have run it, and the caller gets its error. A Check comes after it.
func TestTheCheckOfAnExpectFailsTheCallUnderLayers(t *testing.T) {
	checks := 0
	for name, opts := range map[string][]parse.Option{
		"alone":          nil,
		"before a Check": {parse.Check(func(*pokemon) error { checks++; return nil })},
	} {
		s, client := serve(t, reply{status: 200, body: pikachu})
		opts = append(opts, transport.Expect{Check: func(*http.Response) error { return rttest.ErrBoom }})
		_, err := parse.Get[pokemon](t.Context(), retrying(client, 2), url, opts...)
		pe, ok := errors.AsType[*parse.Error](err)
		if _, check := errors.AsType[*verdict.CheckError](err); !ok || !check || !errors.Is(err, rttest.ErrBoom) || len(s.got) != 2 || pe.Call.Count() != 2 {
			t.Errorf("%s: %v after %d requests", name, err, len(s.got))
		}
	}
	if checks != 0 {
		t.Errorf("a Check ran %d times on what an Expect has rejected", checks)
	}
}

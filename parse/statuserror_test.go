package parse_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/parse"
)

func TestAStatusErrorExplainsTheResponse(t *testing.T) {
	_, client := serve(t, reply{
		status: 422, typ: "application/problem+json; charset=utf-8",
		body:   `{"type":"https://api.test/oops","title":"Oops","status":"wrong type","detail":"no","balance":30}`,
		header: http.Header{"Set-Cookie": {"session=HUNTER2"}, "Retry-After": {"7"}},
	})
	_, err := parse.Get[pokemon](t.Context(), client, url)
	se, ok := errors.AsType[*parse.StatusError](err)
	if !ok {
		t.Fatal(err)
	}
	if want := "GET https://api.test/v2/pokemon/25: 422 Unprocessable Entity"; se.Error() != want {
		t.Errorf("text %q, want %q", se, want)
	}
	if !errors.Is(err, parse.Status(422)) || !errors.Is(err, parse.ClientError) ||
		errors.Is(err, parse.Status(404)) || errors.Is(err, parse.ServerError) ||
		errors.Is(err, parse.Status(4)) || errors.Is(err, parse.Status(0)) {
		t.Error("errors.Is with a status or class is wrong")
	}
	if se.Header.Get("Retry-After") != "7" || strings.Contains(fmt.Sprint(se.Header), "HUNTER2") {
		t.Errorf("header %v", se.Header)
	}
	p := se.Problem
	if p == nil || p.Title != "Oops" || p.Detail != "no" || p.Status != 0 || string(p.Members["balance"]) != "30" {
		t.Errorf("problem %+v", p)
	}
	var own struct{ Balance int }
	if err := se.Decode(&own); err != nil || own.Balance != 30 {
		t.Errorf("Decode: %v, %v", own, err)
	}
	if se.Attempts != 1 || se.Call != nil {
		t.Errorf("%d attempts, call %v over a plain client", se.Attempts, se.Call)
	}
}

// The request that got the response is the last one after redirects.
func TestAStatusErrorNamesItsRequest(t *testing.T) {
	_, client := serve(t, reply{status: 303, header: http.Header{"Location": {"/login?api_key=HUNTER2"}}}, reply{status: 404})
	for _, tt := range []struct{ method, want string }{
		{http.MethodPost, "GET https://api.test/login?api_key=REDACTED"}, // a 303 leads to a GET
		{http.MethodDelete, "DELETE https://api.test/v2/pokemon/25?api_key=REDACTED"},
		{"", "GET https://api.test/v2/pokemon/25?api_key=REDACTED"},
	} {
		req, err := http.NewRequestWithContext(t.Context(), tt.method, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Method = tt.method
		_, err = parse.JSON[pokemon](client.Do(req))
		se, ok := errors.AsType[*parse.StatusError](err)
		if got := se.Method + " " + se.URL; !ok || got != tt.want || !strings.HasPrefix(se.Route, se.Method+" ") {
			t.Errorf("%v is of %q, want %q", err, got, tt.want)
		}
	}
}

func TestDecodeOfAFailureReturnsTheErrorOfItsDecoder(t *testing.T) {
	for body, want := range map[string]string{`{"id":7}`: "", `{"id":`: "unexpected end of JSON input", "<html>": "invalid character '<' looking for beginning of value"} {
		_, client := serve(t, reply{status: 500, typ: "text/html", body: body})
		_, err := parse.Get[pokemon](t.Context(), client, url)
		se, _ := errors.AsType[*parse.StatusError](err)
		var v pokemon
		if err := se.Decode(&v); (err == nil) != (want == "") || err != nil && err.Error() != want {
			t.Errorf("%s: %v, want %q", body, err, want)
		}
	}
}

func TestAStatusErrorKeepsTheStartOfTheBody(t *testing.T) {
	_, client := serve(t, reply{status: 500, body: strings.Repeat("x", 1<<20)})
	_, err := parse.Get[pokemon](t.Context(), client, url)
	if se, ok := errors.AsType[*parse.StatusError](err); !ok || len(se.Body) != 64<<10 || se.Problem != nil {
		t.Errorf("%v", err)
	}
	// A body that breaks off loses neither the status nor what came.
	_, client = serve(t, reply{status: 500, reader: io.MultiReader(strings.NewReader("partly"), iotest.ErrReader(rttest.ErrBoom))})
	_, err = parse.Get[pokemon](t.Context(), client, url)
	if se, ok := errors.AsType[*parse.StatusError](err); !ok || string(se.Body) != "partly" {
		t.Errorf("%v", err)
	}
}

func TestAStatusErrorHasTheCallOfTheLayers(t *testing.T) {
	s, client := serve(t, reply{status: 503, body: `{}`})
	_, err := parse.Get[pokemon](t.Context(), retrying(client, 3), url)
	se, ok := errors.AsType[*parse.StatusError](err)
	if !ok || se.Attempts != 3 || len(s.got) != 3 || se.Call.Count() != 3 {
		t.Fatalf("%v", err)
	}
	if want := "GET /v2/pokemon/{id}: 503 Service Unavailable after 3 attempts"; err.Error() != want {
		t.Errorf("text %q, want %q", err, want)
	}
}

func TestOnFuncMakesTheCause(t *testing.T) {
	type gone struct{ error }
	_, client := serve(t, reply{status: 410, body: `{"since":"2020"}`})
	rule := parse.OnFunc(410, func(f parse.Failure) error {
		var b struct{ Since string }
		if err := f.Decode(&b); err != nil || f.Status != 410 || f.Arg("name") != "" {
			t.Errorf("%v, %d", err, f.Status)
		}
		return gone{errors.New("gone since " + b.Since)}
	})
	_, err := parse.Get[pokemon](t.Context(), client, url, rule)
	if _, ok := errors.AsType[gone](err); !ok || !errors.Is(err, parse.Status(410)) {
		t.Errorf("%v", err)
	}
	// A function may return what it was given.
	_, err = parse.Get[pokemon](t.Context(), client, url, parse.OnFunc(410, func(f parse.Failure) error { return f }))
	if err == nil || !errors.Is(err, parse.Status(410)) || err.Error() == "" {
		t.Errorf("%v", err)
	}
}

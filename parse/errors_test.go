package parse_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	neturl "net/url"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/parse"
	"github.com/gracy-go/gracy/transport"
)

func TestStatusError(t *testing.T) {
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
		errors.Is(err, parse.Status(404)) || errors.Is(err, parse.ServerError) {
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

func TestStatusErrorBody(t *testing.T) {
	_, client := serve(t, reply{status: 500, body: strings.Repeat("x", 1<<20)})
	_, err := parse.Get[pokemon](t.Context(), client, url)
	if se, ok := errors.AsType[*parse.StatusError](err); !ok || len(se.Body) != 64<<10 || se.Problem != nil {
		t.Errorf("%v", err)
	}
	// A body that breaks off loses neither the status nor what came.
	_, client = serve(t, reply{status: 500, reader: io.MultiReader(strings.NewReader("partly"), iotest.ErrReader(errBoom))})
	_, err = parse.Get[pokemon](t.Context(), client, url)
	if se, ok := errors.AsType[*parse.StatusError](err); !ok || string(se.Body) != "partly" {
		t.Errorf("%v", err)
	}
}

func TestStatusErrorExplains(t *testing.T) {
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

func TestOnFunc(t *testing.T) {
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
	// What a function was given can be given back.
	_, err = parse.Get[pokemon](t.Context(), client, url, parse.OnFunc(410, func(f parse.Failure) error { return f }))
	if err == nil || !errors.Is(err, parse.Status(410)) || err.Error() == "" {
		t.Errorf("%v", err)
	}
}

func TestTransportError(t *testing.T) {
	cause := &net.OpError{Op: "dial", Net: "tcp", Err: errBoom}
	for _, layers := range []bool{false, true} {
		_, client := serve(t, reply{err: cause})
		want := "GET https://api.test/v2/pokemon/25: dial tcp: boom"
		if layers {
			client = retrying(client, 2)
			want = "GET /v2/pokemon/{id}: dial tcp: boom after 2 attempts"
		}
		_, err := parse.Get[pokemon](t.Context(), client, url)
		pe, ok := errors.AsType[*parse.Error](err)
		if !ok || !errors.Is(err, errBoom) || err.Error() != want {
			t.Errorf("%v, want %q", err, want)
		}
		if (pe.Call != nil) != layers || layers && pe.Call.Count() != 2 {
			t.Errorf("call %v", pe.Call)
		}
		if oe, ok := errors.AsType[*net.OpError](err); !ok || oe != cause {
			t.Errorf("%v lost the OpError", err)
		}
	}
}

func TestTransportErrorInSharedTrace(t *testing.T) {
	// The caller's own trace gets the call, and the error finds its own among many.
	_, ok := serve(t, reply{status: 200, body: pikachu})
	_, bad := serve(t, reply{err: errBoom})
	ctx, trace := transport.WithTrace(t.Context())
	_, err := parse.Get[pokemon](ctx, retrying(bad, 2), url)
	if _, err := parse.Get[pokemon](ctx, retrying(ok, 1), url); err != nil {
		t.Fatal(err)
	}
	pe, _ := errors.AsType[*parse.Error](err)
	if calls := trace.Calls(); len(calls) != 2 || pe.Call != calls[0] {
		t.Errorf("%d calls, the error has %v", len(trace.Calls()), pe.Call)
	}
}

// Nothing of a URL that could be secret is in any text.
func TestNoSecretInText(t *testing.T) {
	const secret = "HUNTER2"
	where := "https://me:" + secret + "@api.test/v2/x?api_key=" + secret + "&q=private-words#" + secret
	inner := &neturl.Error{Op: "Get", URL: "https://auth.test/token?q=" + secret, Err: errBoom}
	quoted := errors.New("proxy refused https://auth.test/a?q=" + secret + ", and http://b.test#" + secret)
	tests := map[string]reply{
		"transport": {err: errBoom},
		"nested":    {err: fmt.Errorf("token: %w", inner)},
		"quoted":    {err: quoted},
		"status":    {status: 500, body: secret},
		"decode":    {status: 200, body: `{"id":"` + secret + `"}`},
		"time":      {status: 200, body: `{"when":"` + secret + `"}`},
		"custom":    {status: 200, body: `{"own":"` + secret + `"}`},
		"html":      {status: 200, typ: "text/html", body: secret},
		"broken":    {status: 200, reader: iotest.ErrReader(errBoom)},
		"too large": {status: 200, body: strings.Repeat(secret, 100)},
	}
	type T struct {
		ID   int
		When time.Time
		Own  quoting
	}
	for name, r := range tests {
		t.Run(name, func(t *testing.T) {
			for _, layers := range []bool{false, true} {
				_, client := serve(t, r)
				if layers {
					client = retrying(client, 2)
				}
				_, err := parse.Get[T](t.Context(), client, where, parse.MaxBytes(500))
				if err == nil {
					t.Fatal("no error")
				}
				for _, text := range []string{err.Error(), fmt.Sprintf("%v", err), fmt.Sprintf("%+v", err)} {
					if strings.Contains(text, secret) || strings.Contains(text, "private") || strings.Contains(text, "?") {
						t.Errorf("text %q", text)
					}
				}
			}
		})
	}
}

// quoting is a type whose error quotes the body, as many do.
type quoting struct{}

func (*quoting) UnmarshalJSON(b []byte) error { return fmt.Errorf("cannot read %s", b) }

func TestTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := base(func(req *http.Request) (*http.Response, error) {
			<-req.Context().Done()
			return nil, context.Cause(req.Context())
		})
		for _, layers := range []bool{false, true} {
			client := &http.Client{Transport: slow}
			if layers {
				client = retrying(client, 1)
			}
			ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errBoom)
			_, err := parse.Get[pokemon](ctx, client, url)
			cancel()
			pe, ok := errors.AsType[*parse.Error](err)
			if !ok || !pe.Timeout() || !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, errBoom) {
				t.Errorf("deadline: %v", err)
			}
			// Client.Timeout is a timeout too, and no end of the caller's context.
			client.Timeout = time.Second
			_, err = parse.Get[pokemon](t.Context(), client, url)
			if pe, ok := errors.AsType[*parse.Error](err); !ok || !pe.Timeout() {
				t.Errorf("Client.Timeout: %v", err)
			}
		}
		_, client := serve(t, reply{err: errBoom})
		_, err := parse.Get[pokemon](t.Context(), client, url)
		if pe, _ := errors.AsType[*parse.Error](err); pe.Timeout() {
			t.Errorf("%v is no timeout", err)
		}
	})
}

func TestBrokenBody(t *testing.T) {
	r := io.MultiReader(strings.NewReader(`{"id":2`), iotest.ErrReader(io.ErrUnexpectedEOF))
	_, client := serve(t, reply{status: 200, reader: r})
	_, err := parse.Get[pokemon](t.Context(), client, url)
	if pe, ok := errors.AsType[*parse.Error](err); !ok || !errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, parse.ErrDecode) {
		t.Errorf("%v (%v): a body that broke off is no decode error", err, pe)
	}
}

func TestTooManyRedirects(t *testing.T) {
	s, client := serve(t, reply{status: 302, header: http.Header{"Location": {"/next?api_key=HUNTER2"}}})
	_, err := parse.Get[pokemon](t.Context(), client, url, parse.Header("X-Key", "k"))
	if err == nil || len(s.got) != 10 || strings.Contains(err.Error(), "HUNTER2") || !strings.Contains(err.Error(), "10 redirects") {
		t.Errorf("%v after %d requests", err, len(s.got))
	}
}

func TestStatusText(t *testing.T) {
	for s, want := range map[parse.Status]string{404: "404 Not Found", 599: "599", parse.ServerError: "5xx", 529: "529"} {
		if s.String() != want || s.Error() != "status "+want {
			t.Errorf("%d: %q, %q", int(s), s.String(), s.Error())
		}
	}
}

func TestRulePanics(t *testing.T) {
	tests := map[string]func(){
		"parse: Allow: no status":      func() { parse.Allow() },
		"parse: Allow: 42 is neither":  func() { parse.Allow(42) },
		"parse: Only: 0 is neither":    func() { parse.Only(0) },
		"parse: Zero: 1000 is neither": func() { parse.Zero(1000) },
		"parse: On: -1 is neither":     func() { parse.On(-1, errBoom) },
		"parse: On: nil error":         func() { parse.On(404, nil) },
		"parse: OnFunc: nil function":  func() { parse.OnFunc(404, nil) },
		"parse: Check: nil function":   func() { parse.Check[int](nil) },
		"parse: MaxBytes: not":         func() { parse.MaxBytes(0) },
		"parse: Header: a header name": func() { parse.Header("a b", "c") },
		"parse: Header: header Host":   func() { parse.Header("host", "c") },
		"parse: Header: value of X-A":  func() { parse.Header("x-a", "c\r\nd: e") },
		"parse: Header: a header with": func() { parse.Header("", "c") },
	}
	for want, f := range tests {
		if got := panicOf(f); !strings.HasPrefix(got, want) {
			t.Errorf("panic %q, want %q", got, want)
		}
	}
}

func panicOf(f func()) (text string) {
	defer func() {
		if r := recover(); r != nil {
			text = fmt.Sprint(r)
		}
	}()
	f()
	return ""
}

func TestHeaderOptionHidesItsValue(t *testing.T) {
	o := parse.Header("Authorization", "HUNTER2")
	if s := fmt.Sprintf("%v %+v %#v", o, o, o); strings.Contains(s, "HUNTER2") {
		t.Errorf("printed as %s", s)
	}
}

func TestProblemIsLenient(t *testing.T) {
	for body, want := range map[string]bool{`{}`: true, `{"title":5}`: true, `null`: false, `[]`: false, `{`: false} {
		_, client := serve(t, reply{status: 400, typ: "application/problem+json", body: body})
		_, err := parse.Get[pokemon](t.Context(), client, url)
		se, _ := errors.AsType[*parse.StatusError](err)
		if (se.Problem != nil) != want || !json.Valid(se.Body) && want {
			t.Errorf("%s: problem %v", body, se.Problem)
		}
	}
}

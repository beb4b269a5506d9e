package auth_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/auth"
	"github.com/gracy-go/gracy/internal/race"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

func TestAHeaderOfTheCallerStays(t *testing.T) {
	source := new(issuer)
	for name, a := range map[string]*auth.Auth{"fixed": auth.Basic("u", "p", site), "source": auth.Bearer(source, site)} {
		for _, h := range []http.Header{
			{"Authorization": {"mine"}},
			{"authorization": {"mine"}},
			{"Authorization": {""}},
			{"Authorization": nil},
		} {
			var got http.Header
			rt := a.Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
				got = req.Header
				return rttest.Response(req, 401, ""), nil
			}))
			req := request(t.Context(), t, http.MethodGet, site, nil)
			req.Header = h
			resp, err := rt.RoundTrip(req)
			if err != nil || resp.StatusCode != 401 {
				t.Fatal(resp, err)
			}
			if len(got) != 1 || strings.Contains(fmt.Sprint(got), "Basic") || strings.Contains(fmt.Sprint(got), "token") {
				t.Errorf("%s: with %v the server got %v", name, h, got)
			}
		}
	}
	if n := source.fetches.Load(); n != 0 {
		t.Errorf("the source was called %d times", n)
	}
}

func TestTheCredentialShowsOnNoRequestThatTheCallerSees(t *testing.T) {
	type key struct{}
	inner := transport.Func(func(next http.RoundTripper) http.RoundTripper { // it makes a copy, as foreign middleware does
		return rttest.Func(func(req *http.Request) (*http.Response, error) {
			return next.RoundTrip(req.Clone(context.WithValue(req.Context(), key{}, 1)))
		})
	})
	for name, layers := range map[string][]transport.Layer{
		"plain": {auth.Header("Authorization", "Bearer hunter2", site)},
		"copy":  {auth.Header("Authorization", "Bearer hunter2", site), inner},
	} {
		t.Run(name, func(t *testing.T) {
			var got string
			rt := rttest.Stack(observeHeader("Authorization", func(h string) { got = h }), layers...)
			req := request(t.Context(), t, http.MethodGet, site+"/", nil)
			resp, err := rt.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			rttest.Read(t, resp)
			if got != "Bearer hunter2" {
				t.Errorf("the server got %q", got)
			}
			for whose, h := range map[string]http.Header{"the caller's": req.Header, "the response's": resp.Request.Header, "the call's": layer.CallOf(resp).Request().Header} {
				if len(h) != 0 {
					t.Errorf("%s request shows %v", whose, h)
				}
			}
			if layer.AttemptOf(resp) == nil || name == "copy" && resp.Request.Context().Value(key{}) != 1 {
				t.Error("the response has lost its context")
			}
		})
	}
}

func TestNoVerbPrintsTheSecret(t *testing.T) {
	fixed := auth.Header("X-Api-Key", "hunter2", site)
	token := auth.Token{Value: "hunter2", Type: "Bearer", Expiry: time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)}
	bearer := auth.Bearer(auth.SourceFunc(func(context.Context) (auth.Token, error) { return token, nil }), site, "http://[::1]:1")
	wantStatus(t.Context(), t, bearer.Wrap(rttest.Func(fine)), 200)
	var out bytes.Buffer
	for _, v := range []any{fixed, *fixed, bearer, *bearer, token, &token, []auth.Token{token}, struct{ T auth.Token }{token}, auth.Off} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
	}
	for _, h := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(h).Info("x", "token", token, "fixed", fixed, "bearer", bearer)
	}
	text := out.String()
	for _, secret := range []string{"hunter2", "68756e74657232", "104 117", "0x68"} {
		if strings.Contains(strings.ToLower(text), secret) {
			t.Errorf("%q shows in\n%s", secret, text)
		}
	}
	for _, want := range []string{"auth: X-Api-Key for http://api.test\n", "auth: Authorization from a source for http://api.test, http://[::1]:1\n", "auth.Token(REDACTED, expires 2030-01-02T03:04:05Z)\n", "auth: off\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q does not show in\n%s", want, text)
		}
	}
	if s := (auth.Token{}).String(); s != "auth.Token(REDACTED)" {
		t.Errorf("got %q", s)
	}
	// JSON keeps the value: it is how a program would store a token.
	if b, err := json.Marshal(token); err != nil || !strings.Contains(string(b), "hunter2") {
		t.Errorf("json: %s, %v", b, err)
	}
}

func TestAnOverrideReplacesEveryAuthLayer(t *testing.T) {
	var got []string
	rt := rttest.Stack(observeHeader("X-Key", func(h string) { got = append(got, h) }), auth.Header("X-Key", "built", site), auth.Header("X-Key", "inner", site))
	for _, ctx := range []context.Context{
		t.Context(),
		transport.With(t.Context(), auth.Off),
		transport.With(t.Context(), auth.Header("X-Key", "override", site)),
		transport.With(t.Context(), auth.Header("X-Key", "elsewhere", "https://other.test")),
	} {
		wantStatus(ctx, t, rt, 200)
	}
	if want := []string{"built", "", "override", ""}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestExplainWarnsOfAnyOriginAndOfPlainHTTP(t *testing.T) {
	p := transport.Plan{Sends: 3}
	auth.Bearer(new(issuer), auth.AnyOrigin).Explain(&p)
	auth.Header("X-Key", "v", "http://api.test", "http://localhost:1", "http://127.0.0.1", "http://10.0.0.1", "https://x.test").Explain(&p)
	want := []string{
		"auth sends Authorization to any origin that the client calls",
		"auth: X-Key is sent to http://api.test unencrypted",
		"auth: X-Key is sent to http://10.0.0.1 unencrypted",
	}
	if !slices.Equal(p.Warnings, want) || p.Sends != 6 || p.Buffered != 1<<20 || len(p.Notes) != 6 {
		t.Errorf("plan %+v", p)
	}
}

func TestWhatACredentialAllocates(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	resp := &http.Response{StatusCode: 200, Header: http.Header{}}
	fixed := rttest.Func(func(req *http.Request) (*http.Response, error) {
		resp.Request, resp.Body = req, http.NoBody
		return resp, nil
	})
	cost := func(ctx context.Context, rt http.RoundTripper) float64 {
		req := request(ctx, t, http.MethodGet, site, nil)
		req.Header.Set("Accept", "application/json")
		return rttest.Allocs(200, func() { _, _ = rt.RoundTrip(req) })
	}
	key := auth.Header("X-Key", "v", site).Wrap(fixed)
	off := cost(transport.With(t.Context(), auth.Off), key)
	if off == 0 {
		t.Error("the control does not see the allocation of the call itself")
	}
	// The allocations are the copy of the request with the new value, and the map of its header.
	if got := cost(t.Context(), key) - off; got == 0 || got > 5 {
		t.Errorf("a header costs %v allocations, want 1 to 5", got)
	}
	if got := cost(t.Context(), auth.Bearer(new(issuer), site).Wrap(fixed)) - off; got == 0 || got > 6 {
		t.Errorf("a token costs %v allocations, want 1 to 6", got)
	}
	if got := cost(t.Context(), auth.Header("X-Key", "v", "https://other.test").Wrap(fixed)); got != off {
		t.Errorf("another origin costs %v allocations, off %v", got, off)
	}
}

// The request with the credential is one allocation, the map of its header two.
func TestAFixedCredentialAllocatesLittle(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	resp := &http.Response{StatusCode: 200, Header: http.Header{}, Body: http.NoBody}
	rt := auth.Header("X-Api-Key", "k", site).Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
		resp.Request = req
		return resp, nil
	}))
	for name, h := range map[string]http.Header{"no header": {}, "a header": {"Accept": {"application/json"}, "User-Agent": {"a"}}} {
		req := request(t.Context(), t, http.MethodGet, site+"/x", nil)
		req.Header = h
		if got := rttest.Allocs(200, func() { _, _ = rt.RoundTrip(req) }); got != 4 {
			t.Errorf("%s: %v allocations, want 4, of which 1 is the call", name, got)
		}
	}
}

// A request that a third-party retry sends again has a row of its own, and so has the attempt that
// follows a 401 to it.
func TestEachAttemptBehindARetryOfOthersHasARow(t *testing.T) {
	sent := 0
	s := accepting("token-2")
	base := rttest.Func(func(req *http.Request) (*http.Response, error) {
		if sent++; sent == 1 {
			return rttest.Response(req, http.StatusServiceUnavailable, ""), nil
		}
		return s.RoundTrip(req)
	})
	others := transport.Func(func(next http.RoundTripper) http.RoundTripper {
		return rttest.Func(func(req *http.Request) (*http.Response, error) {
			if resp, err := next.RoundTrip(req); err != nil || resp.StatusCode < 500 {
				return resp, err
			}
			return next.RoundTrip(req)
		})
	})
	rt := rttest.Stack(base, rttest.Pass("outer"), others, auth.Bearer(new(issuer), site))
	resp, err := rt.RoundTrip(request(t.Context(), t, http.MethodGet, site+"/things", nil))
	if err != nil {
		t.Fatal(err)
	}
	rttest.Read(t, resp)
	var rows []int
	for a := range layer.CallOf(resp).Attempts() {
		rows = append(rows, a.Status())
		if !a.Sent() {
			t.Errorf("row %d was not sent", a.Number())
		}
	}
	if !slices.Equal(rows, []int{503, 401, 200}) || sent != 3 {
		t.Errorf("sent %d times:\n%s", sent, layer.CallOf(resp))
	}
}

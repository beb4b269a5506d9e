package hook_test

import (
	"context"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/auth"
	"github.com/gracy-go/gracy/hook"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
)

// A hook that sends again by itself returns a response whose body nobody has read, and which keeps
// the slot of its call until somebody does. The call of the hook, whose own response is gone, gets
// no second slot. Nevertheless a retry outside sends nothing without a slot.
func TestAResponseOfACallInsideAfterNeedsNoSecondSlot(t *testing.T) {
	for name, c := range map[string]struct {
		statuses []int
		retry    bool
		status   int
	}{
		"alone":        {[]int{503, 200}, false, 200},
		"inside retry": {[]int{503, 503, 200}, true, 200}, // the call inside is sent twice too
		"and again":    {[]int{503, 503, 503, 200}, true, 200},
		"in vain":      {[]int{503, 503, 503, 503, 503, 503}, true, 503},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				limit := rttest.NewSlots(1)
				var rt http.RoundTripper
				again := hook.New(after(func(ctx context.Context, o hook.Outcome) (*http.Response, error) {
					if o.Response.StatusCode != http.StatusServiceUnavailable {
						return nil, nil
					}
					return rt.RoundTrip(request(ctx, t, http.MethodGet, ""))
				}))
				sent := 0
				rt = rttest.Stack(rttest.Func(func(req *http.Request) (*http.Response, error) {
					if n := limit.Free(); n != 0 {
						t.Errorf("request %d was sent, and %d slots are free", sent+1, n)
					}
					sent++
					return rttest.Response(req, c.statuses[sent-1], "body"), nil
				}), limit, again)
				if c.retry {
					rt = rttest.Retry(2).Wrap(rt)
				}
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				resp, err := rt.RoundTrip(request(ctx, t, http.MethodGet, ""))
				if err != nil {
					t.Fatal(err)
				}
				if n := limit.Free(); n != 0 {
					t.Errorf("%d slots are free while the body is open", n)
				}
				if got := rttest.Read(t, resp); got != "body" || resp.StatusCode != c.status || sent != len(c.statuses) {
					t.Errorf("%d %q after %d requests", resp.StatusCode, got, sent)
				}
				if n := limit.Free(); n != 1 {
					t.Errorf("%d slots are free at the end", n)
				}
			})
		})
	}
}

// A response that stays needs its slot again: if a hook returns none, if it returns another head
// for the same body, and if it fails.
func TestAResponseThatAfterKeepsHasItsSlot(t *testing.T) {
	for name, f := range map[string]func(resp *http.Response) (*http.Response, error){
		"none":         func(*http.Response) (*http.Response, error) { return nil, nil },
		"itself":       func(resp *http.Response) (*http.Response, error) { return resp, nil },
		"another head": func(resp *http.Response) (*http.Response, error) { r := *resp; return &r, nil },
		"fails":        func(*http.Response) (*http.Response, error) { return nil, rttest.ErrBoom },
	} {
		limit := rttest.NewSlots(1)
		var free []int
		h := hook.New(after(func(ctx context.Context, o hook.Outcome) (*http.Response, error) {
			hook.Yield(ctx)
			free = append(free, limit.Free())
			return f(o.Response)
		}))
		resp := rttest.Get(t.Context(), t, rttest.Stack(rttest.Respond(200, "body"), limit, h))
		free = append(free, limit.Free())
		rttest.Read(t, resp)
		if free = append(free, limit.Free()); !slices.Equal(free, []int{1, 0, 1}) {
			t.Errorf("%s: free slots %v", name, free)
		}
	}
}

// Inside the hook the response has the slot of an inner limit until it is closed.
func TestAfterMayCloseTheResponseThatItReplaces(t *testing.T) {
	limit := rttest.NewSlots(1)
	var rt http.RoundTripper
	statuses := []int{503, 200}
	rt = rttest.Stack(rttest.Func(func(req *http.Request) (*http.Response, error) {
		status := statuses[0]
		statuses = statuses[1:]
		return rttest.Response(req, status, "body"), nil
	}), hook.New(after(func(ctx context.Context, o hook.Outcome) (*http.Response, error) {
		_ = o.Response.Body.Close()
		return rt.RoundTrip(request(ctx, t, http.MethodGet, ""))
	})), limit)
	resp := rttest.Get(t.Context(), t, rt)
	if got := rttest.Read(t, resp); got != "body" || resp.StatusCode != 200 || limit.Free() != 1 {
		t.Errorf("%d %q, %d slots are free", resp.StatusCode, got, limit.Free())
	}
}

// What a hook returns is a response as any other: it has a body, a header and the request of the
// call, or that of another server, which shows what led to the call.
func TestAResponseOfAfterIsWhole(t *testing.T) {
	led := &http.Response{StatusCode: http.StatusFound}
	for name, c := range map[string]struct {
		url   string // of the request of the response
		shown string
	}{
		"without a request":     {"", rttest.URL},
		"one of the same site":  {"http://api.test/other", rttest.URL},
		"one of another server": {"http://mirror.test/", "http://mirror.test/"},
	} {
		rt := hook.New(after(func(ctx context.Context, _ hook.Outcome) (*http.Response, error) {
			instead := &http.Response{StatusCode: http.StatusAccepted}
			if c.url != "" {
				instead.Request, _ = http.NewRequestWithContext(ctx, http.MethodGet, c.url, nil)
			}
			return instead, nil
		})).Wrap(rttest.Respond(200, "fine"))
		req := request(t.Context(), t, http.MethodGet, "")
		req.Response = led
		resp, err := rt.RoundTrip(req)
		if err != nil || resp.StatusCode != http.StatusAccepted || resp.Body == nil || resp.Header == nil || resp.Request == nil {
			t.Fatalf("%s: %+v, %v", name, resp, err)
		}
		if got := resp.Request.URL.String(); got != c.shown || resp.Request.Response != led {
			t.Errorf("%s: it shows %s and %v, want %s and what led there", name, got, resp.Request.Response, c.shown)
		}
		if got := rttest.Read(t, resp); got != "" {
			t.Errorf("%s: body %q", name, got)
		}
	}
}

// A mirror that a hook has called redirects wherever it likes, and a client follows. Package auth
// must see that it was not the origin of the credential that led there.
func TestAResponseOfAnotherServerShowsItsRequest(t *testing.T) {
	var got []string
	var client *http.Client
	base := rttest.Func(func(req *http.Request) (*http.Response, error) {
		got = append(got, req.URL.String()+" "+req.Header.Get("X-Key"))
		switch req.URL.String() {
		case "http://api.test/a":
			return rttest.Response(req, 503, "down"), nil
		case "http://mirror.test/a":
			resp := rttest.Response(req, 302, "")
			resp.Header.Set("Location", "http://api.test/drop")
			return resp, nil
		}
		return rttest.Response(req, 200, "fine"), nil
	})
	mirrored := hook.New(after(func(ctx context.Context, o hook.Outcome) (*http.Response, error) {
		if o.Response.StatusCode != http.StatusServiceUnavailable {
			return nil, nil
		}
		r := o.Request.Clone(ctx)
		r.URL.Host = "mirror.test"
		return client.Transport.RoundTrip(r)
	}))
	var shown []*http.Response
	client = &http.Client{
		Transport: rttest.Stack(base, mirrored, auth.Header("X-Key", "HUNTER2", "http://api.test")),
		CheckRedirect: func(r *http.Request, _ []*http.Request) error {
			shown = append(shown, r.Response)
			return nil
		},
	}
	resp, err := client.Get("http://api.test/a")
	if err != nil {
		t.Fatal(err)
	}
	rttest.Read(t, resp)
	if want := []string{"http://api.test/a HUNTER2", "http://mirror.test/a ", "http://api.test/drop "}; !slices.Equal(got, want) {
		t.Errorf("sent %q, want %q", got, want)
	}
	if len(shown) != 1 || shown[0].Request.URL.Host != "mirror.test" || layer.CallOf(shown[0]) == nil || layer.CallOf(shown[0]).Request().URL.Host != "api.test" {
		t.Errorf("the redirect shows %v", shown)
	}
}

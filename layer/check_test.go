package layer_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

func TestExpectationReachesEveryLayer(t *testing.T) {
	sends := 0
	rt := rttest.Stack(rttest.Func(func(r *http.Request) (*http.Response, error) {
		sends++
		return rttest.Response(r, 503, ""), nil
	}), rttest.Pass("outer"), rttest.Retry(3))
	resp := rttest.Get(transport.WithExpect(t.Context(), transport.Expect{Status: []int{503}}), t, rt)
	if v := layer.AttemptOf(resp).Verdict(); v != verdict.OK || sends != 1 {
		t.Errorf("an expected 503: verdict %v after %d sends", v, sends)
	}
}

func TestFailedCheckIsRetriedAndRestored(t *testing.T) {
	seen := 0
	check := func(resp *http.Response) error {
		seen++
		b, err := io.ReadAll(resp.Body)
		if err != nil {
			return err
		}
		if strings.Contains(string(b), "error") {
			return rttest.ErrBoom
		}
		return nil
	}
	ctx := transport.WithExpect(t.Context(), transport.Expect{Check: check})
	resp := rttest.Get(ctx, t, rttest.Stack(rttest.Sequence(rttest.Respond(200, "an error"), rttest.Respond(200, "fine")), rttest.Pass("outer"), rttest.Retry(3)))
	if got := rttest.Read(t, resp); got != "fine" {
		t.Errorf("body %q", got)
	}
	c := layer.CallOf(resp)
	if seen != 2 || c.Count() != 2 {
		t.Errorf("checked %d times in %d attempts, want 2 in 2", seen, c.Count())
	}
	for a := range c.Attempts() {
		if a.Number() == 1 {
			if _, ok := errors.AsType[*verdict.CheckError](a.Err()); !ok || !errors.Is(a.Err(), rttest.ErrBoom) {
				t.Errorf("the first row holds %v", a.Err())
			}
		}
	}
}

func TestCheckReadsWithinBounds(t *testing.T) {
	long := strings.Repeat("x", 1<<20+10)
	for name, tc := range map[string]struct {
		body    io.Reader
		ctype   string
		asked   bool
		want    int
		err     error
		verdict verdict.Verdict
	}{
		"short":          {strings.NewReader("abc"), "", true, 3, nil, verdict.OK},
		"too long":       {strings.NewReader(long), "", false, len(long), nil, verdict.OK},
		"event stream":   {strings.NewReader("abc"), "text/event-stream; charset=utf-8", false, 3, nil, verdict.OK},
		"lines":          {strings.NewReader("abc"), "application/x-ndjson", false, 3, nil, verdict.OK},
		"watch":          {strings.NewReader("abc"), "application/json;stream=watch", false, 3, nil, verdict.OK},
		"broken halfway": {io.MultiReader(strings.NewReader("abc"), failingReader{}), "", false, 3, rttest.ErrBoom, verdict.Retryable},
	} {
		t.Run(name, func(t *testing.T) {
			asked := false
			ctx := transport.WithExpect(t.Context(), transport.Expect{Check: func(*http.Response) error { asked = true; return nil }})
			closes := &rttest.CountingBody{Reader: tc.body, Err: rttest.ErrBoom}
			var h holder
			resp := rttest.Get(ctx, t, holding(&h).Wrap(rttest.Func(func(r *http.Request) (*http.Response, error) {
				resp := rttest.Response(r, 200, "")
				resp.Header.Set("Content-Type", tc.ctype)
				resp.Body = closes
				return resp, nil
			})))
			b, err := io.ReadAll(resp.Body)
			if len(b) != tc.want || !errors.Is(err, tc.err) {
				t.Errorf("read %d bytes, %v, want %d, %v", len(b), err, tc.want, tc.err)
			}
			_ = resp.Body.Close()
			if asked != tc.asked {
				t.Errorf("check asked: %v", asked)
			}
			if v := layer.AttemptOf(resp).Verdict(); v != tc.verdict {
				t.Errorf("verdict %v, want %v", v, tc.verdict)
			}
			if closes.Closed != 1 || h.ends.Load() != 1 {
				t.Errorf("closed %d times, hold ended %d times", closes.Closed, h.ends.Load())
			}
		})
	}
}

type failingReader struct{}

func (failingReader) Read([]byte) (int, error) { return 0, rttest.ErrBoom }

func TestCheckIsNotAskedWhereThereIsNoBody(t *testing.T) {
	for _, tc := range []struct {
		method string
		status int
		asked  bool
	}{
		{http.MethodHead, 200, false},
		{http.MethodGet, 101, false},
		{http.MethodGet, 204, false},
		{http.MethodGet, 205, false},
		{http.MethodGet, 304, false},
		{http.MethodGet, 200, true}, // the control
	} {
		asked := false
		ctx := transport.WithExpect(t.Context(), transport.Expect{
			Status: []int{101, 304},
			Check:  func(*http.Response) error { asked = true; return nil },
		})
		req, _ := http.NewRequestWithContext(ctx, tc.method, "http://api.test/", nil)
		resp, err := rttest.Pass("a").Wrap(rttest.Respond(tc.status, "x")).RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		if v := layer.AttemptOf(resp).Verdict(); asked != tc.asked || v != verdict.OK {
			t.Errorf("%s %d: asked %v, want %v; %v", tc.method, tc.status, asked, tc.asked, v)
		}
	}
}

func TestCheckIsNotAskedAboutARedirect(t *testing.T) {
	server := rttest.Func(func(r *http.Request) (*http.Response, error) {
		if r.URL.Path == "/a" {
			resp := rttest.Response(r, http.StatusFound, "moved")
			resp.Header.Set("Location", "/b")
			return resp, nil
		}
		return rttest.Response(r, 200, "{}"), nil
	})
	var asked []string
	ctx, trace := transport.WithTrace(transport.WithExpect(t.Context(), transport.Expect{
		Status: []int{http.StatusFound}, // accepted, and followed all the same
		Check: func(r *http.Response) error {
			asked = append(asked, r.Request.URL.Path)
			return nil
		},
	}))
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://api.test/a", nil)
	resp, err := (&http.Client{Transport: rttest.Retry(3).Wrap(server)}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if got := rttest.Read(t, resp); got != "{}" || !slices.Equal(asked, []string{"/b"}) {
		t.Errorf("body %q, asked about %v, want only /b:\n%s", got, asked, trace)
	}
}

func TestCallerWhoLeavesDuringTheCheckIsCanceled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	ctx = transport.WithExpect(ctx, transport.Expect{Check: func(*http.Response) error { return nil }})
	resp := rttest.Get(ctx, t, rttest.Pass("a").Wrap(rttest.RespondBody(&rttest.CountingBody{Reader: readerFunc(func([]byte) (int, error) {
		cancel()
		return 0, context.Canceled
	})})))
	if v := layer.AttemptOf(resp).Verdict(); v != verdict.Canceled {
		t.Errorf("verdict %v", v)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestVerdictIsOpenWhileTheCheckRuns(t *testing.T) {
	var a *layer.Attempt
	keep := &rttest.Layer{Name: "keep", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		a = c.Attempt()
		return next.RoundTrip(req)
	}}
	ctx := transport.WithExpect(t.Context(), transport.Expect{Check: func(*http.Response) error {
		if v := a.End(nil, rttest.ErrBoom); v != verdict.Unjudged || a.Ended() {
			t.Errorf("during the check: %v, ended %v", v, a.Ended())
		}
		return nil
	}})
	rttest.Get(ctx, t, keep.Wrap(rttest.Respond(200, "x")))
	if v := a.End(nil, rttest.ErrBoom); v != verdict.OK || a.Err() != nil {
		t.Errorf("afterwards: %v, %v", v, a.Err())
	}
}

func TestRedirectIsNeutral(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		resp := &http.Response{StatusCode: status, Header: http.Header{"Location": {"/b"}}}
		if v := verdict.Judge(&http.Request{}, resp, nil, transport.Expect{Only: true, Status: []int{200}}); v != verdict.OK {
			t.Errorf("%d with a Location: %v", status, v)
		}
		resp.Header = nil
		if v := verdict.Judge(&http.Request{}, resp, nil, transport.Expect{}); v != verdict.Permanent {
			t.Errorf("%d without a Location: %v", status, v)
		}
	}
}

func ExampleWithExpect() {
	rt := rttest.Pass("layer").Wrap(rttest.Respond(404, "no such thing"))
	ctx := transport.WithExpect(context.Background(), transport.Expect{Status: []int{http.StatusNotFound}})
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://api.test/things/7", nil)
	resp, err := (&http.Client{Transport: rt}).Do(req)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	fmt.Println(resp.StatusCode, layer.AttemptOf(resp).Verdict())
	// Output: 404 ok
}

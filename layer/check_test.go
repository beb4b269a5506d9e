package layer_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/layer/bodies"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

func TestEveryLayerReadsTheExpectationOfTheCaller(t *testing.T) {
	sends := 0
	rt := rttest.Stack(rttest.Func(func(r *http.Request) (*http.Response, error) {
		sends++
		return rttest.Response(r, 503, ""), nil
	}), rttest.Pass("outer"), rttest.Retry(3))
	resp := rttest.Get(transport.WithExpect(t.Context(), transport.Expect{Status: []int{503}}), t, rt)
	if v := layer.AttemptOf(resp).Verdict(); v != verdict.OK || sends != 1 {
		t.Errorf("an expected 503 is %v after %d sends, want ok after 1", v, sends)
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
				t.Errorf("the first row holds %v, want a CheckError of the error of the check", a.Err())
			}
		}
	}
}

func TestCheckReadsWithinBounds(t *testing.T) {
	long := strings.Repeat("x", 1<<20+10)
	for name, tc := range map[string]struct {
		body    io.Reader
		ctype   string
		called  bool
		want    int
		err     error
		verdict verdict.Verdict
	}{
		"short":          {strings.NewReader("abc"), "", true, 3, nil, verdict.OK},
		"too long":       {strings.NewReader(long), "", false, len(long), nil, verdict.OK},
		"event stream":   {strings.NewReader("abc"), "text/event-stream; charset=utf-8", false, 3, nil, verdict.OK},
		"lines":          {strings.NewReader("abc"), "application/x-ndjson", false, 3, nil, verdict.OK},
		"watch":          {strings.NewReader("abc"), "application/json;stream=watch", false, 3, nil, verdict.OK},
		"gRPC":           {strings.NewReader("abc"), "application/grpc", false, 3, nil, verdict.OK},
		"gRPC's codec":   {strings.NewReader("abc"), "application/grpc+proto", false, 3, nil, verdict.OK},
		"gRPC-Web":       {strings.NewReader("abc"), "application/grpc-web+json", false, 3, nil, verdict.OK},
		"Connect":        {strings.NewReader("abc"), "application/connect+proto", false, 3, nil, verdict.OK},
		"Connect, unary": {strings.NewReader("abc"), "application/proto", true, 3, nil, verdict.OK},
		"broken halfway": {io.MultiReader(strings.NewReader("abc"), failingReader{}), "", false, 3, rttest.ErrBoom, verdict.Retryable},
	} {
		t.Run(name, func(t *testing.T) {
			called := false
			ctx := transport.WithExpect(t.Context(), transport.Expect{Check: func(*http.Response) error { called = true; return nil }})
			closes := &rttest.CountingBody{Reader: tc.body, Err: rttest.ErrBoom}
			var h countingHold
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
			if called != tc.called {
				t.Errorf("check called: %v, want %v", called, tc.called)
			}
			if v := layer.AttemptOf(resp).Verdict(); v != tc.verdict {
				t.Errorf("verdict %v, want %v", v, tc.verdict)
			}
			if closes.Closed != 1 || h.ends.Load() != 1 {
				t.Errorf("the body was closed %d times, the hold ended %d times, want once each", closes.Closed, h.ends.Load())
			}
		})
	}
}

// A server that sends 10 bytes per second would hold the attempt, and its slot, for a day. A body
// that has not arrived in time is not checked, and nothing of it is lost.
func TestACheckIsBoundedInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		called := false
		ctx := transport.WithExpect(t.Context(), transport.Expect{Check: func(*http.Response) error { called = true; return nil }})
		sent := 0
		body := &rttest.CountingBody{Reader: readerFunc(func(p []byte) (int, error) {
			time.Sleep(100 * time.Millisecond)
			if sent++; sent > 1000 {
				return 0, io.EOF
			}
			return copy(p, "x"), nil
		})}
		start := time.Now()
		resp := rttest.Get(ctx, t, rttest.Pass("a").Wrap(rttest.RespondBody(body)))
		a := layer.AttemptOf(resp)
		if took := time.Since(start); took != bodies.CheckTime || called || a.Verdict() != verdict.OK {
			t.Errorf("held for %v, checked %v, verdict %v, want %v, not checked, ok", took, called, a.Verdict(), bodies.CheckTime)
		}
		if want := "response body not read within 10s: not checked"; !strings.Contains(layer.CallOf(resp).String(), want) {
			t.Errorf("the ledger does not say %q:\n%s", want, layer.CallOf(resp).String())
		}
		if b := rttest.Read(t, resp); len(b) != 1000 {
			t.Errorf("the caller read %d bytes, want 1000", len(b))
		}
		// The control: the caller's reading has no bound of ours.
		if took := time.Since(start); took < 75*time.Second {
			t.Errorf("the whole body took %v, want more than 75 s", took)
		}
	})
}

type failingReader struct{}

func (failingReader) Read([]byte) (int, error) { return 0, rttest.ErrBoom }

func TestCheckIsNotCalledWhereThereIsNoBody(t *testing.T) {
	for _, tc := range []struct {
		method string
		status int
		called bool
	}{
		{http.MethodHead, 200, false},
		{http.MethodGet, 101, false},
		{http.MethodGet, 204, false},
		{http.MethodGet, 205, false},
		{http.MethodGet, 304, false},
		{http.MethodGet, 200, true}, // the control
	} {
		called := false
		ctx := transport.WithExpect(t.Context(), transport.Expect{
			Status: []int{101, 304},
			Check:  func(*http.Response) error { called = true; return nil },
		})
		req, _ := http.NewRequestWithContext(ctx, tc.method, "http://api.test/", nil)
		resp, err := rttest.Pass("a").Wrap(rttest.Respond(tc.status, "x")).RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		if v := layer.AttemptOf(resp).Verdict(); called != tc.called || v != verdict.OK {
			t.Errorf("%s %d: check called %v, want %v; verdict %v, want ok", tc.method, tc.status, called, tc.called, v)
		}
	}
}

func TestCheckIsNotCalledForARedirect(t *testing.T) {
	server := rttest.Func(func(r *http.Request) (*http.Response, error) {
		if r.URL.Path == "/a" {
			resp := rttest.Response(r, http.StatusFound, "moved")
			resp.Header.Set("Location", "/b")
			return resp, nil
		}
		return rttest.Response(r, 200, "{}"), nil
	})
	var called []string
	ctx, trace := transport.WithTrace(transport.WithExpect(t.Context(), transport.Expect{
		Status: []int{http.StatusFound}, // accepted, and yet followed
		Check: func(r *http.Response) error {
			called = append(called, r.Request.URL.Path)
			return nil
		},
	}))
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://api.test/a", nil)
	resp, err := (&http.Client{Transport: rttest.Retry(3).Wrap(server)}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if got := rttest.Read(t, resp); got != "{}" || !slices.Equal(called, []string{"/b"}) {
		t.Errorf("body %q, check called for %v, want /b alone:\n%s", got, called, trace)
	}
}

func TestACallThatIsCanceledDuringTheCheckIsCanceled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	ctx = transport.WithExpect(ctx, transport.Expect{Check: func(*http.Response) error { return nil }})
	resp := rttest.Get(ctx, t, rttest.Pass("a").Wrap(rttest.RespondBody(&rttest.CountingBody{Reader: readerFunc(func([]byte) (int, error) {
		cancel()
		return 0, context.Canceled
	})})))
	if v := layer.AttemptOf(resp).Verdict(); v != verdict.Canceled {
		t.Errorf("verdict %v, want canceled", v)
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
			t.Errorf("while the check runs: verdict %v, ended %v, want unjudged and open", v, a.Ended())
		}
		return nil
	}})
	resp := rttest.Get(ctx, t, keep.Wrap(rttest.Respond(200, "x")))
	if v := a.End(resp, nil); v != verdict.OK || a.Verdict() != verdict.OK || a.Err() != nil {
		t.Errorf("after the check: verdict %v, of the row %v, error %v, want ok without an error", v, a.Verdict(), a.Err())
	}
}

// A body that is too long to be read whole was not meant for a check where there is none.
func TestTheNoteOfALongBodySaysWhatWasNotDone(t *testing.T) {
	for want, e := range map[string]transport.Expect{
		"response body over 4 bytes: not read whole": {Whole: 4},
		"response body over 4 bytes: not checked":    {Whole: 4, Check: func(*http.Response) error { return nil }},
	} {
		resp := rttest.Get(transport.WithExpect(t.Context(), e), t, rttest.Pass("a").Wrap(rttest.RespondBody(io.NopCloser(strings.NewReader("longer")))))
		if text := layer.CallOf(resp).String(); !strings.Contains(text, want) {
			t.Errorf("the ledger does not say %q:\n%s", want, text)
		}
		if b := rttest.Read(t, resp); b != "longer" {
			t.Errorf("the caller read %q", b)
		}
	}
}

package roundtriptest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func request(t *testing.T, ctx context.Context, method, body string) (*http.Request, *Body) {
	t.Helper()
	b := NewBody(strings.NewReader(body))
	req, err := http.NewRequestWithContext(ctx, method, origin, b)
	if err != nil {
		t.Fatal(err)
	}
	return req, b
}

func TestABaseTakesOneStepPerCall(t *testing.T) {
	base := Script(Step{Status: 503, Body: "later", Header: http.Header{"X-A": {"1", "2"}}}, Step{Err: errBase}, Step{Body: "fine"})
	var got []string
	for range 4 {
		req, body := request(t, t.Context(), http.MethodPut, "sent")
		resp, err := base.RoundTrip(req)
		if err != nil {
			got = append(got, err.Error())
		} else {
			data, _ := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			got = append(got, resp.Status+" "+string(data)+strings.Join(resp.Header["X-A"], ","))
		}
		if body.Usage().Closes != 1 {
			t.Errorf("the request's body was closed %d times", body.Usage().Closes)
		}
	}
	want := "503 Service Unavailable later1,2|" + errBase.Error() + "|200 OK fine|200 OK fine"
	if strings.Join(got, "|") != want {
		t.Errorf("got %q; want %q", strings.Join(got, "|"), want)
	}
	calls := base.Calls()
	if len(calls) != 4 || string(calls[0].Body) != "sent" || calls[1].Response != nil || calls[2].ResponseBody.Usage().Closes != 1 {
		t.Errorf("calls: %+v", calls)
	}
}

func TestABaseWithoutStepsReturnsAnEmpty200(t *testing.T) {
	req, _ := request(t, t.Context(), http.MethodGet, "")
	resp, err := Script().RoundTrip(req)
	if err != nil || resp.StatusCode != 200 {
		t.Errorf("got %v, %v", resp, err)
	}
}

func TestABaseFailsAsTransportDoes(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for what, spoil := range map[string]func(*http.Request) *http.Request{
		"nil URL":    func(r *http.Request) *http.Request { r.URL = nil; return r },
		"nil Header": func(r *http.Request) *http.Request { r.Header = nil; return r },
		"ended":      func(r *http.Request) *http.Request { return r.WithContext(ended) },
	} {
		req, body := request(t, t.Context(), http.MethodPut, "sent")
		_, ours := Script().RoundTrip(spoil(req))
		_, theirs := (&http.Transport{}).RoundTrip(spoil(req))
		if ours == nil || theirs == nil || errors.Is(ours, context.Canceled) != errors.Is(theirs, context.Canceled) {
			t.Errorf("%s: %v; http.Transport returns %v", what, ours, theirs)
		}
		if u := body.Usage(); u.Closes == 0 || u.Bytes > 0 {
			t.Errorf("%s: %+v", what, u)
		}
	}
}

func TestAStepWaitsNoLongerThanItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range []struct {
			step Step
			want error
			took time.Duration
		}{
			{Step{Wait: time.Second}, nil, time.Second},
			{Step{Wait: time.Hour}, context.DeadlineExceeded, time.Minute},
			{Step{Hang: true}, context.DeadlineExceeded, time.Minute},
			{Step{Wait: time.Second, Err: errBase}, errBase, time.Second},
		} {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			req, _ := request(t, ctx, http.MethodGet, "")
			start := time.Now()
			_, err := Script(c.step).RoundTrip(req)
			if took := time.Since(start); !errors.Is(err, c.want) || took != c.took {
				t.Errorf("%+v: %v after %v; want %v after %v", c.step, err, took, c.want, c.took)
			}
			cancel()
		}
		req, _ := request(t, context.Background(), http.MethodGet, "")
		if _, err := Script(Step{Hang: true}).RoundTrip(req); !errors.Is(err, ErrHung) {
			t.Errorf("without an end of the context: %v; want ErrHung", err)
		}
	})
}

func TestAStepMayPanicAndLeaveTheBodyUnread(t *testing.T) {
	req, body := request(t, t.Context(), http.MethodPut, "sent")
	defer func() {
		if r := recover(); r != "step" || body.Usage() != (Usage{Closes: 1}) {
			t.Errorf("recovered %v, body %+v", r, body.Usage())
		}
	}()
	_, _ = Script(Step{Panic: "step", Unread: true}).RoundTrip(req)
}

func TestAResponseThatHasNoBodyHasNoBody(t *testing.T) {
	for _, c := range []struct {
		method string
		status int
	}{{http.MethodHead, 200}, {http.MethodGet, 204}, {http.MethodGet, 304}} {
		req, _ := request(t, t.Context(), c.method, "")
		resp, err := Script(Step{Status: c.status, Body: "not sent"}).RoundTrip(req)
		if err != nil || resp.Body != http.NoBody {
			t.Errorf("%s %d: body %T, error %v", c.method, c.status, resp.Body, err)
		}
	}
}

func TestAResponseBodyFailsOnceTheContextEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	req, _ := request(t, ctx, http.MethodGet, "")
	resp, err := Script(Step{Body: "fine"}).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := io.ReadAll(resp.Body); !errors.Is(err, context.Canceled) {
		t.Errorf("Read after the cancel: %v", err)
	}
}

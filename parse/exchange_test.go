package parse_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/parse"
)

// The context of a request holds what its call was given, and shows none of it.
func TestContextOfARequestShowsNoValues(t *testing.T) {
	e := parse.NewEndpoint[string, parse.None]("GET /tokens/{token}")
	req, err := e.Request(t.Context(), parse.API{Client: http.DefaultClient, Base: "https://a.test"}, "s3cret")
	if err != nil {
		t.Fatal(err)
	}
	if text := fmt.Sprintf("%v %+v", req.Context(), req.Context()); strings.Contains(text, "s3cret") || !strings.Contains(text, "/tokens/{token}") {
		t.Errorf("a context shows as %q", text)
	}
}

// In everything else it is the caller's context.
func TestContextOfARequestIsThatOfTheCaller(t *testing.T) {
	type key struct{}
	ctx, cancel := context.WithTimeout(context.WithValue(t.Context(), key{}, "v"), time.Hour)
	req, err := parse.NewEndpoint[string, parse.None]("GET /a/{id}").Request(ctx, parse.API{Base: "https://a.test"}, "1")
	if err != nil {
		t.Fatal(err)
	}
	inner, stop := context.WithCancel(req.Context())
	defer stop()
	cancel()
	<-inner.Done()
	_, limited := req.Context().Deadline()
	if err := req.Context().Err(); err != context.Canceled || req.Context().Value(key{}) != "v" || !limited {
		t.Errorf("error %v, value %v, a deadline: %v", err, req.Context().Value(key{}), limited)
	}
}

// A round tripper may end the context of its request with the body. That is not the caller's context,
// so an error of the body does not say that the call was canceled.
func TestABodyThatBreaksOffIsNotCanceled(t *testing.T) {
	const events = "data: {\"id\":1}\n\n"
	base := func(status int) rttest.Func {
		return func(req *http.Request) (*http.Response, error) {
			ctx, cancel := context.WithCancel(req.Context())
			body := io.MultiReader(strings.NewReader(events), readerFunc(func([]byte) (int, error) {
				cancel()
				return 0, io.ErrUnexpectedEOF
			}))
			return &http.Response{
				StatusCode: status, Header: http.Header{"Content-Type": req.Header["Accept"], "Location": {"/other"}},
				Body: closing{body, cancel}, Request: req.WithContext(ctx),
			}, nil
		}
	}
	get := func(ctx context.Context, client *http.Client, accept string) (*http.Response, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept", accept)
		return client.Do(req)
	}
	calls := map[string]func(ctx context.Context, client *http.Client) error{
		"Get": func(ctx context.Context, client *http.Client) error {
			_, err := parse.Get[string](ctx, client, url, parse.Header("Accept", "text/plain"))
			return err
		},
		"JSON": func(ctx context.Context, client *http.Client) error {
			_, err := parse.JSON[string](get(ctx, client, "application/json"))
			return err
		},
		"Events": func(ctx context.Context, client *http.Client) (last error) {
			for _, err := range parse.Events[string](get(ctx, client, "text/event-stream")) {
				last = err
			}
			return last
		},
	}
	for name, call := range calls {
		for _, layers := range []bool{false, true} {
			for _, status := range []int{200, 302} { // the body breaks off, CheckRedirect fails
				client := &http.Client{Transport: base(status), CheckRedirect: func(*http.Request, []*http.Request) error { return io.ErrUnexpectedEOF }}
				if layers {
					client.Transport = rttest.Retry(1).Wrap(client.Transport)
				}
				err := call(t.Context(), client)
				if _, ok := errors.AsType[*parse.Error](err); !ok || !errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, context.Canceled) {
					t.Errorf("%s, layers: %v, %d: %v matches context.Canceled: %v", name, layers, status, err, errors.Is(err, context.Canceled))
				}
			}
		}
	}
}

// An error of a body that the caller's cancel ended matches the error of the caller's context, also if
// its text does not say so, as that of quic-go.
func TestABodyThatTheCallerCancelsIsCanceled(t *testing.T) {
	for _, layers := range []bool{false, true} {
		ctx, cancel := context.WithCancel(t.Context())
		_, client := serve(t, reply{status: 200, reader: readerFunc(func([]byte) (int, error) {
			cancel()
			return 0, rttest.ErrBoom
		})})
		if layers {
			client = retrying(client, 1)
		}
		if _, err := parse.Get[pokemon](ctx, client, url); !errors.Is(err, context.Canceled) || !errors.Is(err, rttest.ErrBoom) {
			t.Errorf("layers: %v: %v matches context.Canceled: %v", layers, err, errors.Is(err, context.Canceled))
		}
	}
}

// closing is a body that calls a function when it is closed.
type closing struct {
	io.Reader
	close func()
}

func (c closing) Close() error {
	c.close()
	return nil
}

func TestACauseThatCannotBeComparedIsNoPanic(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	resp := &http.Response{
		StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}},
		Body:    closing{readerFunc(func([]byte) (int, error) { return 0, context.Cause(ctx) }), func() {}},
		Request: (&http.Request{Method: http.MethodGet}).WithContext(ctx),
	}
	cancel(rttest.Incomparable())
	if _, err := parse.JSON[string](resp, nil); err == nil || !strings.Contains(err.Error(), "incomparable") {
		t.Error(err)
	}
}

package parse_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer/bodies"
	"github.com/gracy-go/gracy/parse"
	"github.com/gracy-go/gracy/transport"
)

// A dripping body sends 10 bytes a second until it is closed or has sent all of them. It may have
// no end.
type dripping struct {
	has  int // 0 is without end
	sent int
	once sync.Once
	over chan struct{}
}

func (d *dripping) Read(p []byte) (int, error) {
	t := time.NewTimer(100 * time.Millisecond)
	defer t.Stop()
	select {
	case <-d.over:
		return 0, http.ErrBodyReadAfterClose
	case <-t.C:
	}
	if d.sent++; d.has > 0 && d.sent > d.has {
		return 0, io.EOF
	}
	return copy(p, " "), nil
}

func (d *dripping) Close() error { d.once.Do(func() { close(d.over) }); return nil }

// drips returns a client of a server that responds like r, with a body that drips.
func drips(r reply, has int) *http.Client {
	return &http.Client{Transport: rttest.Func(func(req *http.Request) (*http.Response, error) {
		resp := rttest.Response(req, r.status, "")
		if r.header != nil {
			resp.Header = r.header.Clone()
		}
		resp.Header.Set("Content-Type", r.typ)
		resp.Body, resp.ContentLength = &dripping{has: has, over: make(chan struct{})}, -1
		return resp, nil
	})}
}

// No default of any layer ends a body of which 10 bytes come in a second. While it is read, the
// call, its slot and its caller wait.
func TestADrippingBodyThatNobodyAskedForHoldsNobody(t *testing.T) {
	moved := http.Header{"Location": {"/elsewhere"}}
	ok := transport.Expect{Check: func(*http.Response) error { return nil }}
	open := func(ctx context.Context, c *http.Client) error {
		body, err := parse.Get[io.ReadCloser](transport.With(ctx, ok), c, url)
		if err == nil {
			_ = body.Close()
		}
		return err
	}
	typed := func(ctx context.Context, c *http.Client) error {
		_, err := parse.Get[pokemon](ctx, c, url)
		return err
	}
	last := func(ctx context.Context, c *http.Client) error {
		c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		return typed(ctx, c)
	}
	none := func(ctx context.Context, c *http.Client) error {
		_, err := parse.Get[parse.None](ctx, c, url)
		return err
	}
	const drain, little = 50 * time.Millisecond, 100 * time.Millisecond
	for name, tt := range map[string]struct {
		in   reply
		call func(context.Context, *http.Client) error
		want error
		most time.Duration
	}{
		"404":                       {reply{status: 404, typ: "text/html"}, typed, parse.Status(404), bodies.ErrorTime + drain},
		"500":                       {reply{status: 500, typ: "application/json"}, typed, parse.ServerError, bodies.ErrorTime + drain},
		"304":                       {reply{status: 304}, typed, parse.Redirection, bodies.ErrorTime + drain},
		"302 that is followed":      {reply{status: 302, header: moved}, typed, nil, 10 * drain}, // until the tenth
		"302 that is not followed":  {reply{status: 302, header: moved}, last, parse.Redirection, bodies.ErrorTime + drain},
		"200 of a type not decoded": {reply{status: 200, typ: "text/html"}, typed, parse.ErrDecode, little + drain},
		"200 that is discarded":     {reply{status: 200}, none, nil, drain},
		"200 that is only checked":  {reply{status: 200}, open, nil, bodies.CheckTime},
	} {
		for _, layers := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					client := drips(tt.in, 0)
					if layers {
						client = retrying(client, 1)
					}
					start := time.Now()
					err := tt.call(t.Context(), client)
					if took := time.Since(start); took > tt.most {
						t.Errorf("held for %v, want at most %v", took, tt.most)
					}
					if tt.want != nil && !errors.Is(err, tt.want) {
						t.Errorf("%v, want %v", err, tt.want)
					}
				})
			})
		}
	}
}

func TestAFailureSaysThatItsBodyIsCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, err := parse.Get[pokemon](t.Context(), drips(reply{status: 404, typ: "application/json"}, 0), url)
		se, ok := errors.AsType[*parse.StatusError](err)
		if !ok || !se.Truncated || len(se.Body) < 49 || len(se.Body) > 50 {
			t.Fatalf("%v, want the 50 bytes that came, and Truncated", err)
		}
		if !strings.HasSuffix(err.Error(), ": 404 Not Found (body cut off)") {
			t.Errorf("text %q", err)
		}
		if err := se.Decode(new(any)); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("Decode: %v, want ErrUnexpectedEOF", err)
		}
	})
	_, client := serve(t, reply{status: 404, body: `{"whole":1}`})
	_, err := parse.Get[pokemon](t.Context(), client, url)
	if se, ok := errors.AsType[*parse.StatusError](err); !ok || se.Truncated || strings.Contains(err.Error(), "cut off") {
		t.Errorf("a whole body: %v", err)
	}
}

// The control: the time of a body that the caller decodes is the caller's.
func TestABodyThatIsDecodedMayTakeAnyTime(t *testing.T) {
	check := parse.Check(func(*string) error { return nil })
	for _, opts := range [][]parse.Option{nil, {check}} {
		for _, layers := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				client := drips(reply{status: 200}, 1000)
				if layers {
					client = retrying(client, 1)
				}
				start := time.Now()
				got, err := parse.Get[string](t.Context(), client, url, opts...)
				if took := time.Since(start); took < 75*time.Second || len(got) != 1000 || err != nil {
					t.Errorf("%d bytes, %v after %v, want 1000 after more than 75 s", len(got), err, took)
				}
			})
		}
	}
}

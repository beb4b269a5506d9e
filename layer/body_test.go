package layer_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
)

type (
	reader     struct{ io.ReadCloser }
	writer     struct{ bytes.Buffer }
	readWriter struct {
		reader
		w *writer
	}
	closeWriter struct{ readWriter }
	writerTo    struct{ reader }
	everything  struct{ closeWriter }
)

func (r readWriter) Write(p []byte) (int, error)          { return r.w.Write(p) }
func (closeWriter) CloseWrite() error                     { return rttest.ErrBoom }
func (w writerTo) WriteTo(dst io.Writer) (int64, error)   { return io.Copy(dst, w.reader) }
func (e everything) WriteTo(dst io.Writer) (int64, error) { return io.Copy(dst, e.reader) }
func text(s string) reader                                { return reader{io.NopCloser(strings.NewReader(s))} }

func TestAResponseBodyKeepsExactlyTheMethodsOfTheInnerOne(t *testing.T) {
	w := &writer{}
	for name, b := range map[string]io.ReadCloser{
		"plain":        text("abc"),
		"writer":       readWriter{text("abc"), w},
		"close writer": closeWriter{readWriter{text("abc"), w}},
		"writer to":    writerTo{text("abc")},
		"everything":   everything{closeWriter{readWriter{text("abc"), w}}},
	} {
		t.Run(name, func(t *testing.T) {
			var h countingHold
			resp := rttest.Get(t.Context(), t, holding(&h).Wrap(rttest.Func(func(r *http.Request) (*http.Response, error) {
				resp := rttest.Response(r, 101, "")
				resp.Body = b
				return resp, nil
			})))
			type half interface{ CloseWrite() error }
			_, w0 := b.(io.Writer)
			_, w1 := resp.Body.(io.Writer)
			_, c0 := b.(half)
			cw, c1 := resp.Body.(half)
			_, t0 := b.(io.WriterTo)
			_, t1 := resp.Body.(io.WriterTo)
			if w0 != w1 || c0 != c1 || t0 != t1 {
				t.Errorf("inner body and response body: Writer %v and %v, CloseWrite %v and %v, WriterTo %v and %v", w0, w1, c0, c1, t0, t1)
			}
			if c1 && !errors.Is(cw.CloseWrite(), rttest.ErrBoom) {
				t.Error("CloseWrite does not reach the inner body")
			}
			if rw, ok := resp.Body.(io.Writer); ok {
				w.Reset()
				if _, err := rw.Write([]byte("up")); err != nil || w.String() != "up" {
					t.Errorf("wrote %q, %v, want up", w.String(), err)
				}
			}
			var got bytes.Buffer
			if _, err := io.Copy(&got, resp.Body); err != nil || got.String() != "abc" {
				t.Errorf("read %q, %v, want abc", got.String(), err)
			}
			if n := layer.AttemptOf(resp).Bytes(); n != 3 {
				t.Errorf("the row counts %d bytes, want 3", n)
			}
			if h.ends.Load() != 1 {
				t.Errorf("the hold ended %d times, want once", h.ends.Load())
			}
		})
	}
}

func TestCloseReachesTheInnerBodyOnce(t *testing.T) {
	b := &rttest.CountingBody{Reader: strings.NewReader("abc"), Err: rttest.ErrBoom}
	resp := rttest.Get(t.Context(), t, rttest.Pass("a").Wrap(rttest.RespondBody(b)))
	_, _ = io.Copy(io.Discard, resp.Body)
	if err := resp.Body.Close(); !errors.Is(err, rttest.ErrBoom) {
		t.Errorf("Close = %v, want the inner error", err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Errorf("the second Close = %v, want nil", err)
	}
	if b.Closed != 1 {
		t.Errorf("the inner body was closed %d times, want once", b.Closed)
	}
}

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, rttest.ErrBoom }

// If the destination of a copy fails, the body has not ended and must still be closed.
func TestAFailedCopyDoesNotEndTheBody(t *testing.T) {
	for name, body := range map[string]io.ReadCloser{"read": text("abc"), "written": writerTo{text("abc")}} {
		t.Run(name, func(t *testing.T) {
			var h countingHold
			resp := rttest.Get(t.Context(), t, holding(&h).Wrap(rttest.RespondBody(body)))
			if _, err := io.Copy(failingWriter{}, resp.Body); !errors.Is(err, rttest.ErrBoom) {
				t.Errorf("the copy returns %v, want the error of the destination", err)
			}
			if n := h.ends.Load(); n != 0 {
				t.Errorf("the hold ended %d times before Close, want 0", n)
			}
			_ = resp.Body.Close()
			if n := h.ends.Load(); n != 1 {
				t.Errorf("the hold ended %d times, want once", n)
			}
		})
	}
}

// enderFunc is an ender; a pointer to it is comparable.
type enderFunc struct{ f func() }

func (e *enderFunc) BodyEnd(*layer.Attempt) { e.f() }

// What a call held is released after its connection: an ender runs after the inner body is closed.
func TestEndersRunAfterTheInnerBodyIsClosed(t *testing.T) {
	b := &rttest.CountingBody{Reader: strings.NewReader("abc")}
	closes := -1
	ender := &enderFunc{func() { closes = b.Closed }}
	owns := &rttest.Layer{Name: "owns", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		resp, err := next.RoundTrip(req)
		layer.AttemptFrom(req.Context()).Own(resp, ender)
		return resp, err
	}}
	resp := rttest.Get(t.Context(), t, owns.Wrap(rttest.RespondBody(b)))
	_ = resp.Body.Close()
	if closes != 1 {
		t.Errorf("the inner body was closed %d times when the ender ran, want once", closes)
	}
}

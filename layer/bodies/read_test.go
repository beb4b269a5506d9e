package bodies_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer/bodies"
)

func dripping(every time.Duration) (*drip, *http.Response) {
	d := &drip{every: every, done: make(chan struct{})}
	return d, &http.Response{Body: d, ContentLength: -1}
}

func TestReadSomeIsBoundedInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, resp := dripping(100 * time.Millisecond) // 10 bytes a second
		start := time.Now()
		data, err := bodies.ReadSome(resp, bodies.ErrorBytes, bodies.ErrorTime)
		took := time.Since(start)
		synctest.Wait()
		if took != bodies.ErrorTime || !errors.Is(err, bodies.ErrSlow) || len(data) < 49 || len(data) > 50 || d.closes != 1 {
			t.Errorf("%d bytes, %v after %v, closed %d times, want 50 and ErrSlow after %v, once", len(data), err, took, d.closes, bodies.ErrorTime)
		}
	})
	// The control: without a bound of time the same body holds its reader.
	synctest.Test(t, func(t *testing.T) {
		_, resp := dripping(100 * time.Millisecond)
		start := time.Now()
		_, _ = bodies.ReadSome(resp, 1000, time.Hour)
		if took := time.Since(start); took < 75*time.Second {
			t.Errorf("the control took %v, want more than 75 s", took)
		}
		_ = resp.Body.Close()
	})
}

// deaf is a body with a Read that Close does not end.
type deaf struct{ end chan struct{} }

func (d deaf) Read([]byte) (int, error) { <-d.end; return 0, io.EOF }
func (d deaf) Close() error             { return nil }

func TestReadSomeDoesNotWaitForAReadThatCloseDoesNotEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := deaf{make(chan struct{})}
		start := time.Now()
		if _, err := bodies.ReadSome(&http.Response{Body: d}, 10, time.Second); !errors.Is(err, bodies.ErrSlow) || time.Since(start) != time.Second {
			t.Errorf("%v after %v, want ErrSlow after 1s", err, time.Since(start))
		}
		close(d.end)
	})
}

func TestReadSomeSaysHowTheBodyEnds(t *testing.T) {
	for name, tc := range map[string]struct {
		body io.Reader
		want string
		err  error
	}{
		"whole":         {strings.NewReader("12345"), "12345", nil},
		"empty":         {strings.NewReader(""), "", nil},
		"too long":      {strings.NewReader("123456"), "12345", bodies.ErrLong},
		"endless":       {&endless{}, "\x00\x00\x00\x00\x00", bodies.ErrLong},
		"broken":        {io.MultiReader(strings.NewReader("123"), failing{rttest.ErrBoom}), "123", rttest.ErrBoom},
		"a wrapped end": {io.MultiReader(strings.NewReader("123"), failing{&wrapped{io.EOF}}), "123", &wrapped{io.EOF}},
	} {
		t.Run(name, func(t *testing.T) {
			b := &rttest.CountingBody{Reader: tc.body}
			data, err := bodies.ReadSome(&http.Response{Body: b}, 5, time.Minute)
			var w *wrapped
			if string(data) != tc.want || !errors.Is(err, tc.err) && !errors.As(err, &w) || b.Closed != 0 {
				t.Errorf("%q, %v, closed %d times, want %q, %v, open", data, err, b.Closed, tc.want, tc.err)
			}
		})
	}
	if data, err := bodies.ReadSome(&http.Response{Body: http.NoBody}, 5, time.Minute); len(data) > 0 || err != nil {
		t.Errorf("no body: %q, %v", data, err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

type wrapped struct{ error }

func (w *wrapped) Unwrap() error { return w.error }

func TestPeekPutsBackWhatItRead(t *testing.T) {
	for name, tc := range map[string]struct {
		body io.Reader
		want string
		err  error // of the body
		peek error // of Peek
	}{
		"whole":    {strings.NewReader("12345"), "12345", nil, nil},
		"too long": {strings.NewReader("1234567"), "1234567", nil, bodies.ErrLong},
		"broken":   {io.MultiReader(strings.NewReader("123"), failing{rttest.ErrBoom}), "123", rttest.ErrBoom, rttest.ErrBoom},
	} {
		for _, d := range []time.Duration{0, time.Minute} {
			b := &rttest.CountingBody{Reader: tc.body}
			resp := &http.Response{Body: b}
			if data, err := bodies.Peek(resp, 5, d); string(data) != tc.want[:min(5, len(tc.want))] || !errors.Is(err, tc.peek) {
				t.Errorf("%s: %q, %v, want %v", name, data, err, tc.peek)
			}
			data, err := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			if string(data) != tc.want || !errors.Is(err, tc.err) || b.Closed != 1 {
				t.Errorf("%s: then %q, %v, closed %d times, want %q, %v, once", name, data, err, b.Closed, tc.want, tc.err)
			}
			tc.body = strings.NewReader(tc.want)
			if tc.err != nil {
				break
			}
		}
	}
}

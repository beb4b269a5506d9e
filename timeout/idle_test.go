package timeout_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/timeout"
	"github.com/gracy-go/gracy/transport"
)

// slow is a body of one letter after each of its pauses, then EOF. Close ends a
// pause.
type slow struct {
	pauses []time.Duration
	once   sync.Once
	closed chan struct{}

	mu     sync.Mutex // mu guards closes
	closes int
}

func pauses(ds ...time.Duration) *slow { return &slow{pauses: ds, closed: make(chan struct{})} }

func (s *slow) Read(p []byte) (int, error) {
	if len(s.pauses) == 0 {
		return 0, io.EOF
	}
	t := time.NewTimer(s.pauses[0])
	defer t.Stop()
	select {
	case <-t.C:
		s.pauses = s.pauses[1:]
		p[0] = 'x'
		return 1, nil
	case <-s.closed:
		return 0, http.ErrBodyReadAfterClose
	}
}

func (s *slow) Close() error {
	s.mu.Lock()
	s.closes++
	s.mu.Unlock()
	s.once.Do(func() { close(s.closed) })
	return nil
}

// slowWriterTo is a slow body with a WriteTo method.
type slowWriterTo struct{ *slow }

func (s slowWriterTo) WriteTo(w io.Writer) (int64, error) {
	var n int64
	for {
		var b [1]byte
		m, err := s.Read(b[:])
		if m > 0 {
			if _, werr := w.Write(b[:m]); werr != nil {
				return n, werr
			}
			n++
		}
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return n, err
		}
	}
}

const s = time.Second

func TestAReadThatReceivesNoDataEndsTheBody(t *testing.T) {
	for name, test := range map[string]struct {
		idle   time.Duration
		pauses []time.Duration
		want   int // letters
		ends   time.Duration
		is     error
	}{
		"data before the limit": {10 * s, []time.Duration{9 * s, 9 * s, 9 * s}, 3, 27 * s, nil},
		"no data at all":        {10 * s, []time.Duration{99 * s}, 0, 10 * s, timeout.ErrIdle},
		"no data later":         {10 * s, []time.Duration{s, 9 * s, 8 * s, 11 * s}, 3, 28 * s, timeout.ErrIdle},
		"long after the total":  {10 * s, []time.Duration{9 * s, 9 * s, 9 * s, 9 * s, 9 * s, 9 * s, 9 * s, 9 * s}, 8, 72 * s, nil},
		"by default":            {0, []time.Duration{29 * s, 31 * s}, 1, 59 * s, timeout.ErrIdle},
		"off":                   {timeout.NoTimeout, []time.Duration{time.Hour}, 1, time.Hour, nil},
	} {
		for _, to := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				inner := pauses(test.pauses...)
				var body io.ReadCloser = inner
				if to {
					body = slowWriterTo{inner}
				}
				resp, err := send(t, t.Context(), rttest.Stack(respondAfter(0, body), timeout.New(timeout.Config{Idle: test.idle, Total: 20 * s})), http.MethodGet)
				if err != nil {
					t.Fatal(err)
				}
				if _, is := resp.Body.(io.WriterTo); is != to {
					t.Errorf("%s: WriterTo is %v, want %v", name, is, to)
				}
				start := time.Now()
				var got strings.Builder
				_, err = io.Copy(&got, resp.Body)
				if got.Len() != test.want || time.Since(start) != test.ends || !errors.Is(err, test.is) {
					t.Errorf("%s: %d letters and %v after %v, want %d and %v after %v", name, got.Len(), err, time.Since(start), test.want, test.is, test.ends)
				}
				if test.is != nil {
					if !timedOut(err) {
						t.Errorf("%s: %v is no timeout", name, err)
					}
					if n, err := resp.Body.Read(make([]byte, 9)); n != 0 || !errors.Is(err, timeout.ErrIdle) {
						t.Errorf("%s: a later read gives %d, %v", name, n, err)
					}
				}
				_ = resp.Body.Close()
				_ = resp.Body.Close()
				if inner.closes != 1 {
					t.Errorf("%s: closed %d times", name, inner.closes)
				}
			})
		}
	}
}

func TestTheTimeOfTheReaderDoesNotCount(t *testing.T) {
	for name, body := range map[string]func() io.ReadCloser{
		"Read":    func() io.ReadCloser { return pauses(s, s, s) },
		"WriteTo": func() io.ReadCloser { return slowWriterTo{pauses(s, s, s)} },
	} {
		synctest.Test(t, func(t *testing.T) {
			resp, err := send(t, t.Context(), rttest.Stack(respondAfter(0, body()), timeout.New(timeout.Config{Idle: 10 * s})), http.MethodGet)
			if err != nil {
				t.Fatal(err)
			}
			var got lazy
			if _, err := io.Copy(&got, resp.Body); err != nil || got != 3 {
				t.Errorf("%s: %d letters, %v", name, got, err)
			}
			_ = resp.Body.Close()
		})
	}
}

// lazy takes an hour for each write and counts bytes.
type lazy int

func (l *lazy) Write(p []byte) (int, error) {
	time.Sleep(time.Hour)
	*l += lazy(len(p))
	return len(p), nil
}

func TestABodyThatIsNotReadIsNotEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inner := pauses(s)
		resp, err := send(t, t.Context(), rttest.Stack(respondAfter(0, inner), timeout.New(timeout.Config{Idle: 10 * s})), http.MethodGet)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		if b, err := io.ReadAll(resp.Body); err != nil || string(b) != "x" {
			t.Errorf("%q, %v", b, err)
		}
		_ = resp.Body.Close()
	})
}

// The alarm that has rung while nobody read is set again: a read after it has the whole limit,
// and no more.
func TestAReadAfterALongPauseIsBoundedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		resp, err := send(t, t.Context(), rttest.Stack(respondAfter(0, pauses(s, 9*s, 99*s)), timeout.New(timeout.Config{Idle: 10 * s})), http.MethodGet)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if n, err := resp.Body.Read(make([]byte, 9)); n != 1 || err != nil {
				t.Fatalf("%d, %v", n, err)
			}
			time.Sleep(time.Minute)
		}
		start := time.Now()
		if _, err := resp.Body.Read(make([]byte, 9)); !errors.Is(err, timeout.ErrIdle) || time.Since(start) != 10*s {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		_ = resp.Body.Close()
	})
}

// unclosable is a body whose Close fails.
type unclosable struct{ io.Reader }

func (unclosable) Close() error { return rttest.ErrBoom }

func TestTheErrorOfCloseIsThatOfTheBody(t *testing.T) {
	resp, err := send(t, t.Context(), rttest.Stack(respondAfter(0, unclosable{strings.NewReader("x")}), timeout.New(timeout.Config{})), http.MethodGet)
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); !errors.Is(err, rttest.ErrBoom) {
		t.Errorf("%v", err)
	}
}

// broken is a destination that takes nothing.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, rttest.ErrBoom }

func TestTheErrorOfTheDestinationEndsTheCopy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		resp, err := send(t, t.Context(), rttest.Stack(respondAfter(0, slowWriterTo{pauses(s, s, s)}), timeout.New(timeout.Config{Idle: 10 * s})), http.MethodGet)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := io.Copy(broken{}, resp.Body); n != 0 || !errors.Is(err, rttest.ErrBoom) {
			t.Errorf("%d, %v", n, err)
		}
		_ = resp.Body.Close()
	})
}

// A body that was cut has no more to write, either.
func TestACutBodyWritesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		resp, err := send(t, t.Context(), rttest.Stack(respondAfter(0, slowWriterTo{pauses(time.Hour)}), timeout.New(timeout.Config{Idle: 10 * s})), http.MethodGet)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if n, err := io.Copy(io.Discard, resp.Body); n != 0 || !errors.Is(err, timeout.ErrIdle) {
				t.Errorf("%d, %v", n, err)
			}
		}
		_ = resp.Body.Close()
	})
}

// upgraded is a body that can be written to.
type upgraded struct{ *slow }

func (upgraded) Write(p []byte) (int, error) { return len(p), nil }

func TestTheBodyOfAnUpgradedConnectionIsNotWatched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		resp, err := send(t, t.Context(), rttest.Stack(respondAfter(0, upgraded{pauses(time.Hour)}), timeout.New(timeout.Config{})), http.MethodGet)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := resp.Body.(io.Writer); !ok {
			t.Errorf("%T cannot be written to", resp.Body)
		}
		if b, err := io.ReadAll(resp.Body); err != nil || len(b) != 1 {
			t.Errorf("%q, %v", b, err)
		}
		_ = resp.Body.Close()
	})
}

// For the race detector: reads end and the timer fires at the same moments.
func TestReadsThatEndAtTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ds []time.Duration
		for i := range 200 {
			ds = append(ds, time.Duration(8+i%3)*s) // 8, 9 and exactly 10
		}
		resp, err := send(t, t.Context(), rttest.Stack(respondAfter(0, pauses(ds...)), timeout.New(timeout.Config{Idle: 10 * s})), http.MethodGet)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(resp.Body)
		if err != nil && !errors.Is(err, timeout.ErrIdle) {
			t.Errorf("%d letters, %v", len(b), err)
		}
		_ = resp.Body.Close()
	})
}

// ending is a body whose Close ends a Read with EOF, as a pipe's does.
type ending struct{ *slow }

func (e ending) Read(p []byte) (int, error) {
	n, err := e.slow.Read(p)
	if errors.Is(err, http.ErrBodyReadAfterClose) {
		err = io.EOF
	}
	return n, err
}

// A body that is cut is not taken for complete, even if it says that it ended.
func TestACutThatTheBodyCallsItsEndIsATimeout(t *testing.T) {
	for want, pause := range map[error]time.Duration{timeout.ErrIdle: time.Hour, nil: s} {
		synctest.Test(t, func(t *testing.T) {
			resp, err := send(t, t.Context(), rttest.Stack(respondAfter(0, ending{pauses(s, pause)}), timeout.New(timeout.Config{Idle: 10 * s})), http.MethodGet)
			if err != nil {
				t.Fatal(err)
			}
			if b, err := io.ReadAll(resp.Body); !errors.Is(err, want) || !strings.HasPrefix(string(b), "x") {
				t.Errorf("a pause of %v: %q and %v, want %v", pause, b, err, want)
			}
			_ = resp.Body.Close()
		})
	}
}

// A body that the limit ends is reported once, whether the body of the attempt is inside of the layer
// or outside.
func TestABodyThatTheIdleLimitEndsIsReportedOnce(t *testing.T) {
	responds := &rttest.Layer{Name: "responds", Trip: func(_ *layer.Call, req *http.Request, _ http.RoundTripper) (*http.Response, error) {
		return rttest.RespondBody(pauses(time.Minute))(req)
	}}
	for name, inner := range map[string]transport.Layer{"inside": rttest.NewSlots(1), "outside": responds} {
		synctest.Test(t, func(t *testing.T) {
			events := rttest.NewEvents(layer.BodyLost)
			resp := rttest.Get(t.Context(), t, rttest.Stack(rttest.RespondBody(pauses(time.Minute)), events, timeout.New(timeout.Config{Total: timeout.NoTimeout, Idle: time.Second}), inner))
			for range 2 {
				if _, err := io.ReadAll(resp.Body); !errors.Is(err, timeout.ErrIdle) {
					t.Errorf("%s: the body ends with %v", name, err)
				}
			}
			_ = resp.Body.Close()
			seen := events.Seen()
			if len(seen) != 1 || seen[0].Layer != "timeout" || !errors.Is(seen[0].Err, timeout.ErrIdle) {
				t.Errorf("%s: %d events, %+v, want one of the layer with the error of the limit", name, len(seen), seen)
			}
			if ledger := layer.CallOf(resp).String(); strings.Count(ledger, "the body broke off") != 1 {
				t.Errorf("%s: the ledger is\n%s", name, ledger)
			}
		})
	}
}

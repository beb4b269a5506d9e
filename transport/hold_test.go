package transport_test

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/gracy-go/gracy/transport"
)

// holder counts how often it was told of the end.
type holder struct{ ends atomic.Int64 }

func (h *holder) BodyEnd(*transport.Attempt)                       { h.ends.Add(1) }
func (h *holder) Park(*transport.Attempt)                          {}
func (h *holder) Resume(context.Context, *transport.Attempt) error { return nil }

// slot is a hold that can be parked; it writes down what happens to it.
type slot struct {
	name string
	log  *[]string
	fail error
}

func (s *slot) BodyEnd(*transport.Attempt) { *s.log = append(*s.log, s.name+" ends") }
func (s *slot) Park(*transport.Attempt)    { *s.log = append(*s.log, s.name+" parks") }
func (s *slot) Resume(context.Context, *transport.Attempt) error {
	*s.log = append(*s.log, s.name+" resumes")
	return s.fail
}

func holding(e transport.Parker) *layer {
	return &layer{"hold", func(c *transport.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		a := transport.AttemptFrom(req.Context())
		a.Hold(e)
		owned := false
		defer func() {
			if !owned {
				a.Release(e)
			}
		}()
		resp, err := next.RoundTrip(req)
		if err == nil {
			a.Own(resp, e)
			owned = true
		}
		return resp, err
	}}
}

// slots counts what is held.
type slots struct {
	held   atomic.Int64
	below  atomic.Int64 // how often more was given back than held
	refuse atomic.Int64 // how many resumes fail
}

func (s *slots) BodyEnd(*transport.Attempt) {
	if s.held.Add(-1) < 0 {
		s.below.Add(1)
	}
}

func (s *slots) Park(a *transport.Attempt) { s.BodyEnd(a) }

func (s *slots) Resume(context.Context, *transport.Attempt) error {
	if s.refuse.Add(-1) >= 0 {
		return errBoom
	}
	s.held.Add(1)
	return nil
}

// layer takes a slot for each attempt, or call, that it sees.
func (s *slots) layer() *layer {
	return &layer{"slots", func(c *transport.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		s.held.Add(1)
		return holding(s).trip(c, req, next)
	}}
}

// want checks how many slots are held, and that none was given back twice.
func (s *slots) want(tb testing.TB, when string, n int64) {
	tb.Helper()
	if held, below := s.held.Load(), s.below.Load(); held != n || below != 0 {
		tb.Errorf("%s: %d slots held, want %d; given back too often: %d times", when, held, n, below)
	}
}

func TestHoldsEndOnceWithTheBody(t *testing.T) {
	for name, end := range map[string]func(*http.Response){
		"read to the end": func(r *http.Response) { _, _ = io.Copy(io.Discard, r.Body) },
		"closed":          func(r *http.Response) { _ = r.Body.Close() },
		"both":            func(r *http.Response) { _, _ = io.Copy(io.Discard, r.Body); _ = r.Body.Close() },
		"closed by many": func(r *http.Response) {
			var wg sync.WaitGroup
			for range 8 {
				wg.Go(func() { _ = r.Body.Close() })
			}
			wg.Wait()
		},
	} {
		t.Run(name, func(t *testing.T) {
			var hs [5]holder // more than fit inline
			layers := make([]transport.Layer, len(hs))
			for i := range hs {
				layers[i] = holding(&hs[i])
			}
			resp := get(t.Context(), t, stack(answer(200, "text"), layers...))
			for i := range hs {
				if n := hs[i].ends.Load(); n != 0 {
					t.Errorf("hold %d ended %d times before the body", i, n)
				}
			}
			end(resp)
			for i := range hs {
				if n := hs[i].ends.Load(); n != 1 {
					t.Errorf("hold %d ended %d times, want once", i, n)
				}
			}
		})
	}
}

func TestHoldsEndWithoutABody(t *testing.T) {
	for name, b := range map[string]base{
		"error": fail(errBoom),
		"no body": func(r *http.Request) (*http.Response, error) {
			resp := response(r, 204, "")
			resp.Body = http.NoBody
			return resp, nil
		},
		"nil body": func(r *http.Request) (*http.Response, error) {
			resp := response(r, 204, "")
			resp.Body = nil
			return resp, nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			var h holder
			req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://api.test/", nil)
			resp, _ := holding(&h).Wrap(b).RoundTrip(req)
			if n := h.ends.Load(); n != 1 {
				t.Errorf("ended %d times, want once", n)
			}
			if resp != nil && resp.Body != http.NoBody {
				t.Errorf("body is %T, want http.NoBody", resp.Body)
			}
		})
	}
}

func TestHoldAfterTheBodyEndsAtOnce(t *testing.T) {
	var h holder
	late := &layer{"late", func(c *transport.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		resp, err := next.RoundTrip(req)
		_, _ = io.Copy(io.Discard, resp.Body)
		transport.AttemptOf(resp).Own(resp, &h)
		return resp, err
	}}
	var inner holder
	get(t.Context(), t, stack(answer(200, "x"), late, holding(&inner)))
	if h.ends.Load() != 1 || inner.ends.Load() != 1 {
		t.Errorf("late %d, inner %d, want 1 and 1", h.ends.Load(), inner.ends.Load())
	}
}

func TestParkAndResume(t *testing.T) {
	run := func(fail error) ([]string, error) {
		var log []string
		a := &slot{name: "a", log: &log}
		b := &slot{name: "b", log: &log, fail: fail}
		c := &slot{name: "c", log: &log}
		wait := &layer{"wait", func(_ *transport.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			at := transport.AttemptFrom(req.Context())
			at.Park()
			log = append(log, "waits")
			if err := at.Resume(req.Context()); err != nil {
				return transport.Refuse(req, err)
			}
			return next.RoundTrip(req)
		}}
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://api.test/", strings.NewReader("x"))
		resp, err := stack(answer(200, "x"), holding(a), holding(b), holding(c), wait).RoundTrip(req)
		if resp != nil {
			log = append(log, "answer")
			_ = resp.Body.Close()
		}
		return log, err
	}
	log, err := run(nil)
	if want := []string{"c parks", "b parks", "a parks", "waits", "a resumes", "b resumes", "c resumes", "answer", "c ends", "b ends", "a ends"}; err != nil || !slices.Equal(log, want) {
		t.Errorf("got %v, %v, want %v", log, err, want)
	}
	// b cannot come back: a, which has, is laid down again, and nobody has anything to end.
	log, err = run(errBoom)
	if want := []string{"c parks", "b parks", "a parks", "waits", "a resumes", "b resumes", "a parks"}; err != errBoom || !slices.Equal(log, want) { //nolint:errorlint // identity is the point
		t.Errorf("got %v, %v, want %v", log, err, want)
	}
}

// What stands outside a retry is held to the end of the last answer, not of
// the first one that retry throws away, and can be parked in every attempt.
func TestHoldOutsideARetry(t *testing.T) {
	for name, retry := range map[string]transport.Layer{
		"ours":    again(3),
		"foreign": foreignRetry(3),
	} {
		t.Run(name, func(t *testing.T) {
			var log []string
			outer, inner := &slot{name: "outer", log: &log}, &slot{name: "inner", log: &log}
			wait := &layer{"wait", func(_ *transport.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
				a := transport.AttemptFrom(req.Context())
				a.Park()
				if err := a.Resume(req.Context()); err != nil {
					return nil, err
				}
				log = append(log, "sends")
				return next.RoundTrip(req)
			}}
			resp := get(t.Context(), t, stack(script(answer(503, "busy"), answer(200, "fine")), holding(outer), retry, holding(inner), wait))
			log = append(log, "answer")
			if got := read(t, resp); got != "fine" {
				t.Errorf("body %q", got)
			}
			want := []string{
				"inner parks", "outer parks", "outer resumes", "inner resumes", "sends", "inner ends",
				"inner parks", "outer parks", "outer resumes", "inner resumes", "sends", "answer",
				"inner ends", "outer ends",
			}
			if !slices.Equal(log, want) {
				t.Errorf("got  %v\nwant %v", log, want)
			}
			if n := transport.CallOf(resp).Count(); n != 2 {
				t.Errorf("%d rows, want 2", n)
			}
		})
	}
}

// A wait in vain leaves what was parked lying. An attempt that follows takes it
// up before it is sent, and it is given back once.
func TestWhatAFailedWaitParkedIsTakenUpByTheNextAttempt(t *testing.T) {
	for name, retry := range map[string]transport.Layer{"ours": again(3), "foreign": foreignRetry(3)} {
		for _, vain := range []string{"wait", "resume"} {
			t.Run(name+", "+vain+" fails", func(t *testing.T) {
				outer, inner := &slots{}, &slots{}
				tries := 0
				wait := &layer{"wait", func(_ *transport.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
					a := transport.AttemptFrom(req.Context())
					a.Park()
					outer.want(t, "parked", 0)
					inner.want(t, "parked", 0)
					if tries++; tries == 1 {
						if vain == "wait" {
							return transport.Refuse(req, errBoom)
						}
						outer.refuse.Store(1)
					}
					if err := a.Resume(req.Context()); err != nil {
						return transport.Refuse(req, err)
					}
					outer.want(t, "when sent", 1)
					inner.want(t, "when sent", 1)
					return next.RoundTrip(req)
				}}
				resp := get(t.Context(), t, stack(answer(200, "x"), outer.layer(), retry, inner.layer(), wait))
				if tries != 2 {
					t.Errorf("%d attempts, want 2", tries)
				}
				read(t, resp)
				outer.want(t, "at the end", 0)
				inner.want(t, "at the end", 0)
			})
		}
	}
}

// No wait follows the failed one, but the next attempt passes a layer of ours.
func TestAParkedHoldIsTakenUpBeforeTheNextAttemptIsSent(t *testing.T) {
	outer, tries := &slots{}, 0
	wait := &layer{"wait", func(_ *transport.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		if tries++; tries == 1 {
			transport.AttemptFrom(req.Context()).Park()
			return transport.Refuse(req, errBoom)
		}
		outer.want(t, "when sent", 1)
		return next.RoundTrip(req)
	}}
	read(t, get(t.Context(), t, stack(answer(200, "x"), outer.layer(), again(2), wait)))
	outer.want(t, "at the end", 0)
}

// A watchdog closes the body while layers further out still tie themselves to it.
func TestHoldsEndOnceWhenTheBodyIsClosedMeanwhile(t *testing.T) {
	for range 500 {
		var hs [6]holder // more than fit inline
		var layers []transport.Layer
		for i := range hs {
			layers = append(layers, holding(&hs[i]))
		}
		var wg sync.WaitGroup
		dog := &layer{"dog", func(_ *transport.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			if err == nil {
				wg.Go(func() { _ = resp.Body.Close() })
			}
			return resp, err
		}}
		layers = append(layers[:5], dog, layers[5])
		resp := get(t.Context(), t, stack(answer(200, "x"), layers...))
		_ = resp.Body.Close()
		wg.Wait()
		for i := range hs {
			if n := hs[i].ends.Load(); n != 1 {
				t.Fatalf("hold %d ended %d times, want once", i, n)
			}
		}
	}
}

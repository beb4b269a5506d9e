package layer_test

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

// loggedHold is a hold that logs what happens to it. Its Reacquire returns fail.
type loggedHold struct {
	name string
	log  *[]string
	fail error
}

func (s *loggedHold) BodyEnd(*layer.Attempt) { *s.log = append(*s.log, s.name+" ends") }
func (s *loggedHold) Suspend(*layer.Attempt) { *s.log = append(*s.log, s.name+" suspends") }
func (s *loggedHold) Reacquire(context.Context, *layer.Attempt) error {
	*s.log = append(*s.log, s.name+" reacquires")
	return s.fail
}

func TestHoldsAreSuspendedAndReacquiredInnermostFirst(t *testing.T) {
	run := func(fail error) ([]string, error) {
		var log []string
		a := &loggedHold{name: "a", log: &log}
		b := &loggedHold{name: "b", log: &log, fail: fail}
		c := &loggedHold{name: "c", log: &log}
		wait := &rttest.Layer{Name: "wait", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			at := layer.AttemptFrom(req.Context())
			at.Suspend()
			log = append(log, "waits")
			if err := at.Reacquire(req.Context()); err != nil {
				return layer.Reject(req, err)
			}
			return next.RoundTrip(req)
		}}
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://api.test/", strings.NewReader("x"))
		resp, err := rttest.Stack(rttest.Respond(200, "x"), holding(a), holding(b), holding(c), wait).RoundTrip(req)
		if resp != nil {
			log = append(log, "response")
			_ = resp.Body.Close()
		}
		return log, err
	}
	log, err := run(nil)
	if want := []string{"c suspends", "b suspends", "a suspends", "waits", "c reacquires", "b reacquires", "a reacquires", "response", "c ends", "b ends", "a ends"}; err != nil || !slices.Equal(log, want) {
		t.Errorf("got %v, %v, want %v", log, err, want)
	}
	// b cannot reacquire. So c, which has, is suspended again, and no hold is left to end.
	log, err = run(rttest.ErrBoom)
	if want := []string{"c suspends", "b suspends", "a suspends", "waits", "c reacquires", "b reacquires", "c suspends"}; err != rttest.ErrBoom || !slices.Equal(log, want) { //nolint:errorlint // identity is the point
		t.Errorf("got %v, %v, want %v", log, err, want)
	}
}

// A hold of a layer outside a retry lasts until the last response has been read. It
// does not end with a response that the retry throws away, and it can be suspended
// in every attempt.
func TestAHoldOutsideARetryLastsUntilTheLastResponseIsRead(t *testing.T) {
	for name, retry := range map[string]transport.Layer{
		"ours":    rttest.Retry(3),
		"foreign": foreignRetry(3),
	} {
		t.Run(name, func(t *testing.T) {
			var log []string
			outer, inner := &loggedHold{name: "outer", log: &log}, &loggedHold{name: "inner", log: &log}
			wait := &rttest.Layer{Name: "wait", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
				a := layer.AttemptFrom(req.Context())
				a.Suspend()
				if err := a.Reacquire(req.Context()); err != nil {
					return nil, err
				}
				log = append(log, "sends")
				return next.RoundTrip(req)
			}}
			resp := rttest.Get(t.Context(), t, rttest.Stack(rttest.Sequence(rttest.Respond(503, "busy"), rttest.Respond(200, "fine")), holding(outer), retry, holding(inner), wait))
			log = append(log, "response")
			if got := rttest.Read(t, resp); got != "fine" {
				t.Errorf("body %q", got)
			}
			want := []string{
				"inner suspends", "outer suspends", "inner reacquires", "outer reacquires", "sends", "inner ends",
				"inner suspends", "outer suspends", "inner reacquires", "outer reacquires", "sends", "response",
				"inner ends", "outer ends",
			}
			if !slices.Equal(log, want) {
				t.Errorf("got  %v\nwant %v", log, want)
			}
			if n := layer.CallOf(resp).Count(); n != 2 {
				t.Errorf("%d rows, want 2", n)
			}
		})
	}
}

// After a wait that fails, the holds stay suspended. The next attempt reacquires
// them before it is sent, and each ends once.
func TestWhatAFailedWaitSuspendedIsReacquiredByTheNextAttempt(t *testing.T) {
	for name, retry := range map[string]transport.Layer{"ours": rttest.Retry(3), "foreign": foreignRetry(3)} {
		for _, fails := range []string{"wait", "reacquire"} {
			t.Run(name+", "+fails+" fails", func(t *testing.T) {
				outer, inner := &slotCounter{}, &slotCounter{}
				tries := 0
				wait := &rttest.Layer{Name: "wait", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
					a := layer.AttemptFrom(req.Context())
					a.Suspend()
					outer.want(t, "suspended", 0)
					inner.want(t, "suspended", 0)
					if tries++; tries == 1 {
						if fails == "wait" {
							return layer.Reject(req, rttest.ErrBoom)
						}
						outer.failures.Store(1)
					}
					if err := a.Reacquire(req.Context()); err != nil {
						return layer.Reject(req, err)
					}
					outer.want(t, "sent", 1)
					inner.want(t, "sent", 1)
					return next.RoundTrip(req)
				}}
				resp := rttest.Get(t.Context(), t, rttest.Stack(rttest.Respond(200, "x"), outer.layer(), retry, inner.layer(), wait))
				if tries != 2 {
					t.Errorf("%d attempts, want 2", tries)
				}
				rttest.Read(t, resp)
				outer.want(t, "at the end", 0)
				inner.want(t, "at the end", 0)
			})
		}
	}
}

// The next attempt does not wait, but it passes a layer built with Wrap.
func TestASuspendedHoldIsReacquiredBeforeTheNextAttemptIsSent(t *testing.T) {
	outer, tries := &slotCounter{}, 0
	wait := &rttest.Layer{Name: "wait", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		if tries++; tries == 1 {
			layer.AttemptFrom(req.Context()).Suspend()
			return layer.Reject(req, rttest.ErrBoom)
		}
		outer.want(t, "sent", 1)
		return next.RoundTrip(req)
	}}
	rttest.Read(t, rttest.Get(t.Context(), t, rttest.Stack(rttest.Respond(200, "x"), outer.layer(), rttest.Retry(2), wait)))
	outer.want(t, "at the end", 0)
}

// Of two concurrent attempts one gets the response while the other reacquires what outer layers
// hold for the call. What it reacquires is immediately released.
func TestAHoldThatEndsWhileItIsReacquiredIsSuspendedAgain(t *testing.T) {
	for name, n := range map[string]int{"inline": 1, "beyond": 4} {
		t.Run(name, func(t *testing.T) {
			all := make([]*slotCounter, n)
			var layers []transport.Layer
			for i := range all {
				all[i] = &slotCounter{}
				layers = append(layers, all[i].layer())
			}
			reacquiring, returned, reacquired := make(chan struct{}), make(chan struct{}), make(chan struct{})
			all[0].during = func() { close(reacquiring); <-returned } // the outermost, which reacquires last
			hedge := &rttest.Layer{Name: "hedge", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
				a := c.Attempt()
				a.Suspend()
				go func() {
					defer close(reacquired)
					if err := a.Reacquire(req.Context()); err != nil {
						t.Error(err)
					}
				}()
				<-reacquiring
				b := c.NextAttempt(transport.Hedge)
				return next.RoundTrip(req.WithContext(b.Context(req.Context())))
			}}
			resp := rttest.Get(t.Context(), t, rttest.Stack(rttest.Respond(200, "x"), append(layers, hedge)...))
			close(returned)
			<-reacquired
			for _, s := range all {
				s.want(t, "reacquired", 0)
			}
			rttest.Read(t, resp)
			for _, s := range all {
				s.want(t, "at the end", 0)
			}
		})
	}
}

// However many layers outside a retry hold something, the next attempt has all of it.
func TestTheNextAttemptInheritsEveryHold(t *testing.T) {
	for n := 1; n <= 6; n++ {
		var log []string
		var layers []transport.Layer
		for i := range n {
			layers = append(layers, holding(&loggedHold{name: strconv.Itoa(i), log: &log}))
		}
		wait := &rttest.Layer{Name: "wait", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			if c.Count() == 2 {
				a := layer.AttemptFrom(req.Context())
				a.Suspend()
				if err := a.Reacquire(req.Context()); err != nil {
					return nil, err
				}
			}
			return next.RoundTrip(req)
		}}
		resp := rttest.Get(t.Context(), t, rttest.Stack(rttest.Sequence(rttest.Respond(503, "busy"), rttest.Respond(200, "fine")), append(layers, rttest.Retry(2), wait)...))
		rttest.Read(t, resp)
		for i := range n {
			for _, what := range []string{"suspends", "reacquires", "ends"} {
				times := 0
				for _, line := range log {
					if line == strconv.Itoa(i)+" "+what {
						times++
					}
				}
				if times != 1 {
					t.Errorf("%d holds: hold %d %s %d times, want once: %v", n, i, what, times, log)
				}
			}
		}
	}
}

// recountingHold is a loggedHold that counts when its request leaves.
type recountingHold struct {
	loggedHold
	fails int // how often it cannot
}

func (s *recountingHold) Recount(*layer.Attempt) bool {
	if s.fails--; s.fails >= 0 {
		*s.log = append(*s.log, s.name+" cannot count")
		return false
	}
	*s.log = append(*s.log, s.name+" counts")
	return true
}

// A hold that counts when a request leaves does so again once outer holds are reacquired. If it
// cannot, nothing is held while it waits for that.
func TestHoldsThatCountDoSoOnceAllAreReacquired(t *testing.T) {
	reacquire := []string{"c reacquires", "b reacquires", "a reacquires"}
	for name, test := range map[string]struct {
		fails [2]int // of b, which is outside of c
		want  []string
	}{
		"all can":    {[2]int{}, slices.Concat(reacquire, []string{"c counts", "b counts"})},
		"one cannot": {[2]int{0, 1}, slices.Concat(reacquire, []string{"c cannot count", "b suspends", "a suspends"}, reacquire, []string{"c counts", "b counts"})},
		"the outer":  {[2]int{1, 0}, slices.Concat(reacquire, []string{"c counts", "b cannot count", "c suspends", "a suspends"}, reacquire, []string{"c counts", "b counts"})},
		"and both":   {[2]int{1, 1}, slices.Concat(reacquire, []string{"c cannot count", "b suspends", "a suspends"}, reacquire, []string{"c counts", "b cannot count", "c suspends", "a suspends"}, reacquire, []string{"c counts", "b counts"})},
	} {
		t.Run(name, func(t *testing.T) {
			var log []string
			wait := &rttest.Layer{Name: "wait", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
				at := layer.AttemptFrom(req.Context())
				at.Suspend()
				log = nil
				if err := at.Reacquire(req.Context()); err != nil {
					t.Error(err)
				}
				if !slices.Equal(log, test.want) {
					t.Errorf("got  %v\nwant %v", log, test.want)
				}
				return next.RoundTrip(req)
			}}
			a := &loggedHold{name: "a", log: &log}
			b := &recountingHold{loggedHold{name: "b", log: &log}, test.fails[0]}
			c := &recountingHold{loggedHold{name: "c", log: &log}, test.fails[1]}
			rttest.Get(t.Context(), t, rttest.Stack(rttest.Respond(200, ""), holding(a), holding(b), holding(c), wait))
		})
	}
}

// The outermost hold is reacquired last, so what it has counted is right.
func TestTheOutermostHoldDoesNotCountAgain(t *testing.T) {
	var log []string
	wait := &rttest.Layer{Name: "wait", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		at := layer.AttemptFrom(req.Context())
		at.Suspend()
		if err := at.Reacquire(req.Context()); err != nil {
			t.Error(err)
		}
		return next.RoundTrip(req)
	}}
	rttest.Get(t.Context(), t, rttest.Stack(rttest.Respond(200, ""), holding(&recountingHold{loggedHold{name: "a", log: &log}, 1}), wait))
	if want := []string{"a suspends", "a reacquires"}; !slices.Equal(log, want) {
		t.Errorf("got %v, want %v", log, want)
	}
}

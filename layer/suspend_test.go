package layer_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

// slot is a hold that can be parked; it writes down what happens to it.
type slot struct {
	name string
	log  *[]string
	fail error
}

func (s *slot) BodyEnd(*layer.Attempt) { *s.log = append(*s.log, s.name+" ends") }
func (s *slot) Suspend(*layer.Attempt) { *s.log = append(*s.log, s.name+" parks") }
func (s *slot) Reacquire(context.Context, *layer.Attempt) error {
	*s.log = append(*s.log, s.name+" resumes")
	return s.fail
}

func TestParkAndResume(t *testing.T) {
	run := func(fail error) ([]string, error) {
		var log []string
		a := &slot{name: "a", log: &log}
		b := &slot{name: "b", log: &log, fail: fail}
		c := &slot{name: "c", log: &log}
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
			log = append(log, "answer")
			_ = resp.Body.Close()
		}
		return log, err
	}
	log, err := run(nil)
	if want := []string{"c parks", "b parks", "a parks", "waits", "c resumes", "b resumes", "a resumes", "answer", "c ends", "b ends", "a ends"}; err != nil || !slices.Equal(log, want) {
		t.Errorf("got %v, %v, want %v", log, err, want)
	}
	// b cannot come back: c, which has, is laid down again, and nobody has anything to end.
	log, err = run(rttest.ErrBoom)
	if want := []string{"c parks", "b parks", "a parks", "waits", "c resumes", "b resumes", "c parks"}; err != rttest.ErrBoom || !slices.Equal(log, want) { //nolint:errorlint // identity is the point
		t.Errorf("got %v, %v, want %v", log, err, want)
	}
}

// What is outside a retry is held to the end of the last answer, not of
// the first one that retry throws away, and can be parked in every attempt.
func TestHoldOutsideARetry(t *testing.T) {
	for name, retry := range map[string]transport.Layer{
		"ours":    rttest.Retry(3),
		"foreign": foreignRetry(3),
	} {
		t.Run(name, func(t *testing.T) {
			var log []string
			outer, inner := &slot{name: "outer", log: &log}, &slot{name: "inner", log: &log}
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
			log = append(log, "answer")
			if got := rttest.Read(t, resp); got != "fine" {
				t.Errorf("body %q", got)
			}
			want := []string{
				"inner parks", "outer parks", "inner resumes", "outer resumes", "sends", "inner ends",
				"inner parks", "outer parks", "inner resumes", "outer resumes", "sends", "answer",
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

// A wait in vain leaves what was parked lying. An attempt that follows takes it
// up before it is sent, and it is given back once.
func TestWhatAFailedWaitParkedIsTakenUpByTheNextAttempt(t *testing.T) {
	for name, retry := range map[string]transport.Layer{"ours": rttest.Retry(3), "foreign": foreignRetry(3)} {
		for _, vain := range []string{"wait", "resume"} {
			t.Run(name+", "+vain+" fails", func(t *testing.T) {
				outer, inner := &slots{}, &slots{}
				tries := 0
				wait := &rttest.Layer{Name: "wait", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
					a := layer.AttemptFrom(req.Context())
					a.Suspend()
					outer.want(t, "parked", 0)
					inner.want(t, "parked", 0)
					if tries++; tries == 1 {
						if vain == "wait" {
							return layer.Reject(req, rttest.ErrBoom)
						}
						outer.refuse.Store(1)
					}
					if err := a.Reacquire(req.Context()); err != nil {
						return layer.Reject(req, err)
					}
					outer.want(t, "when sent", 1)
					inner.want(t, "when sent", 1)
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

// No wait follows the failed one, but the next attempt passes a layer of ours.
func TestAParkedHoldIsTakenUpBeforeTheNextAttemptIsSent(t *testing.T) {
	outer, tries := &slots{}, 0
	wait := &rttest.Layer{Name: "wait", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		if tries++; tries == 1 {
			layer.AttemptFrom(req.Context()).Suspend()
			return layer.Reject(req, rttest.ErrBoom)
		}
		outer.want(t, "when sent", 1)
		return next.RoundTrip(req)
	}}
	rttest.Read(t, rttest.Get(t.Context(), t, rttest.Stack(rttest.Respond(200, "x"), outer.layer(), rttest.Retry(2), wait)))
	outer.want(t, "at the end", 0)
}

// Of concurrent attempts one is answered while another takes up again what the
// call holds: what that takes is given back at once.
func TestAHoldThatIsTakenOverWhileItIsTakenUp(t *testing.T) {
	for name, n := range map[string]int{"inline": 1, "beyond": 4} {
		t.Run(name, func(t *testing.T) {
			all := make([]*slots, n)
			var layers []transport.Layer
			for i := range all {
				all[i] = &slots{}
				layers = append(layers, all[i].layer())
			}
			taking, answered, resumed := make(chan struct{}), make(chan struct{}), make(chan struct{})
			all[0].during = func() { close(taking); <-answered } // the last to be taken up
			hedge := &rttest.Layer{Name: "hedge", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
				a := c.Attempt()
				a.Suspend()
				go func() {
					defer close(resumed)
					if err := a.Reacquire(req.Context()); err != nil {
						t.Error(err)
					}
				}()
				<-taking
				b := c.NextAttempt(transport.Hedge)
				return next.RoundTrip(req.WithContext(b.Context(req.Context())))
			}}
			resp := rttest.Get(t.Context(), t, rttest.Stack(rttest.Respond(200, "x"), append(layers, hedge)...))
			close(answered)
			<-resumed
			for _, s := range all {
				s.want(t, "after it was taken up", 0)
			}
			rttest.Read(t, resp)
			for _, s := range all {
				s.want(t, "at the end", 0)
			}
		})
	}
}

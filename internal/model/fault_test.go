package model_test

import (
	"context"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/gracy-go/gracy/throttle"
)

// faults are what a control run plants.
var faults = []string{
	"a window of one more", "a shorter window", "no pauses", "a slot more", "a slot that is kept", "an attempt more", "what is not idempotent is sent again",
	"a longer total", "a request body left open", "a cancel that is lost", "a body that breaks off looks whole", "a call past the stack",
}

// faulty returns a layer as the fault of the run makes it.
func (w *world) faulty(l layerSpec) layerSpec {
	switch l.kind + ": " + w.fault {
	case "throttle: a window of one more", "throttle: a shorter window":
		rules := slices.Clone(l.rules)
		for i := range rules {
			if w.fault == "a shorter window" {
				rules[i].Per -= rules[i].Per / 10
			} else {
				rules[i].Limit++
			}
		}
		l.rules = rules
	case "throttle: no pauses":
		l.pause = throttle.Pause{Max: throttle.NoPause}
	case "concurrency: a slot more":
		limits := slices.Clone(l.limits)
		for i := range limits {
			limits[i].Max++
		}
		l.limits = limits
	case "retry: an attempt more":
		if l.policy.Attempts++; l.policy.Attempts == 1 {
			l.policy.Attempts = 4
		}
	case "retry: what is not idempotent is sent again":
		l.policy.Unsafe = true
	case "timeout: a longer total":
		if l.cfg.Total == 0 {
			l.cfg.Total = 30 * time.Second
		}
		if l.cfg.Total > 0 {
			l.cfg.Total *= 2
		}
	}
	return l
}

// spoil plants the fault around the stack.
func (w *world) spoil() {
	stack := w.edge.stack
	switch w.fault {
	case "a slot that is kept":
		for _, l := range w.limiters {
			req, _ := http.NewRequest(http.MethodGet, "http://a.test/", nil)
			base := rtFunc(func(*http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: 200, Body: &respBody{w: w, a: &arrival{}, ctx: context.Background(), closed: make(chan struct{})}}, nil
			})
			_, _ = l.Wrap(base).RoundTrip(req)
		}
	case "a cancel that is lost":
		w.edge.stack = rtFunc(func(req *http.Request) (*http.Response, error) {
			return stack.RoundTrip(req.WithContext(context.WithoutCancel(req.Context())))
		})
	case "a body that breaks off looks whole":
		w.edge.stack = rtFunc(func(req *http.Request) (*http.Response, error) {
			resp, err := stack.RoundTrip(req)
			if err == nil {
				resp.Body = wholeBody{resp.Body}
			}
			return resp, err
		})
	case "a call past the stack":
		w.edge.stack = rtFunc(func(req *http.Request) (*http.Response, error) {
			if edgeOf(req.Context()).spec.id == 0 {
				return server{w}.RoundTrip(req)
			}
			return stack.RoundTrip(req)
		})
	}
}

// wholeBody hides where a body breaks off.
type wholeBody struct{ io.ReadCloser }

func (b wholeBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		err = io.EOF
	}
	return n, err
}

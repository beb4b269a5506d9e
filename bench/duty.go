package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// A duty is work that a stack must do, so that no stack is fast because it does less.
type duty uint8

const (
	retries   duty = 1 << iota // a 503 is retried, and its body closed
	limits                     // a call over the rate is not sent
	slots                      // a call without a slot is not sent while others wait for headers
	bodies                     // nor while the bodies of others are being read
	counts                     // calls are counted
	deadlines                  // a call to a base that hangs ends
	perTry                     // so does an attempt, long before its call
)

// trialTime is how long a check waits for what should not happen. What should happen takes less.
const trialTime = 30 * time.Millisecond

// check returns an error for the first duty that a stack does not fulfill.
func (s *stack) check(d duty) error {
	for _, c := range []struct {
		duty  duty
		name  string
		check func(*stack) error
	}{
		{retries, "retries", (*stack).checkRetries},
		{limits, "limits", (*stack).checkLimits},
		{slots, "slots", (*stack).checkSlots},
		{bodies, "bodies", (*stack).checkBodies},
		{counts, "counts", (*stack).checkCounts},
		{deadlines, "deadlines", (*stack).checkDeadlines},
		{perTry, "per try", (*stack).checkPerTry},
	} {
		if d&c.duty == 0 {
			continue
		}
		if err := c.check(s); err != nil {
			return fmt.Errorf("%s does not do its duty %q: %w", s.name, c.name, err)
		}
	}
	return nil
}

// unlimitedShortDelay is unlimited with a short delay between attempts.
func unlimitedShortDelay() settings {
	k := unlimited()
	k.delay = time.Millisecond
	return k
}

// send makes a GET and leaves the body to the caller.
func (b built) send(ctx context.Context) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target().String(), nil)
	if err != nil {
		return nil, err
	}
	if b.client != nil {
		return b.client.Do(req)
	}
	return b.rt.RoundTrip(req)
}

// get makes a GET, and reads and closes the body.
func (b built) get(ctx context.Context) (status int, err error) {
	resp, err := b.send(ctx)
	if err != nil {
		return 0, err
	}
	var buf [512]byte
	return resp.StatusCode, finish(resp, buf[:])
}

// mustNotSucceed returns an error if a GET succeeds within trialTime.
func (b built) mustNotSucceed() error {
	ctx, cancel := context.WithTimeout(context.Background(), trialTime)
	defer cancel()
	if _, err := b.get(ctx); err == nil {
		return errors.New("the call went through")
	}
	return nil
}

func (s *stack) checkRetries() error {
	var calls, closed atomic.Int64
	st := s.build(roundTrip(func(req *http.Request) (*http.Response, error) {
		if calls.Add(1) > 1 {
			return respond(req, http.StatusOK, http.Header{}), nil
		}
		resp := respond(req, http.StatusServiceUnavailable, http.Header{})
		resp.Body = &closing{strings.NewReader("busy"), &closed}
		return resp, nil
	}), unlimitedShortDelay())
	status, err := st.get(context.Background())
	switch {
	case err != nil:
		return err
	case status != http.StatusOK:
		return fmt.Errorf("after a 503 it returns %d", status)
	case calls.Load() != 2 || closed.Load() != 1:
		return fmt.Errorf("%d attempts, %d bodies closed", calls.Load(), closed.Load())
	}
	return nil
}

type closing struct {
	io.Reader
	closed *atomic.Int64
}

func (c *closing) Close() error {
	c.closed.Add(1)
	return nil
}

func (s *stack) checkLimits() error {
	var calls atomic.Int64
	k := unlimitedShortDelay()
	k.limit, k.per = 2, time.Hour
	st := s.build(counting(&calls), k)
	for range k.limit {
		if _, err := st.get(context.Background()); err != nil {
			return err
		}
	}
	if err := st.mustNotSucceed(); err != nil {
		return err
	}
	return sent(&calls, k.limit)
}

func counting(calls *atomic.Int64) http.RoundTripper {
	return roundTrip(func(req *http.Request) (*http.Response, error) {
		calls.Add(1)
		return respond(req, http.StatusOK, http.Header{}), nil
	})
}

func sent(calls *atomic.Int64, want int) error {
	if got := int(calls.Load()); got != want {
		return fmt.Errorf("%d calls were sent, want %d", got, want)
	}
	return nil
}

func (s *stack) checkSlots() error {
	var calls atomic.Int64
	arrived, leave := make(chan struct{}, 2), make(chan struct{})
	k := unlimitedShortDelay()
	k.slots = 1
	st := s.build(roundTrip(func(req *http.Request) (*http.Response, error) {
		calls.Add(1)
		arrived <- struct{}{}
		select {
		case <-leave:
			return respond(req, http.StatusOK, http.Header{}), nil
		case <-req.Context().Done():
			return nil, req.Context().Err()
		}
	}), k)
	first := make(chan error, 1)
	go func() {
		_, err := st.get(context.Background())
		first <- err
	}()
	<-arrived
	err := st.mustNotSucceed()
	if n := calls.Load(); n != 1 {
		err = fmt.Errorf("%d calls at once with one slot", n)
	}
	close(leave)
	if err := errors.Join(err, <-first); err != nil {
		return err
	}
	_, err = st.get(context.Background())
	return err
}

func (s *stack) checkBodies() error {
	var calls atomic.Int64
	k := unlimitedShortDelay()
	k.slots = 1
	st := s.build(counting(&calls), k)
	resp, err := st.send(context.Background())
	if err != nil {
		return err
	}
	if err := errors.Join(st.mustNotSucceed(), sent(&calls, 1), resp.Body.Close()); err != nil {
		return err
	}
	if _, err := st.get(context.Background()); err != nil {
		return err
	}
	return sent(&calls, 2)
}

func (s *stack) checkCounts() error {
	st := s.build(newStub(false), unlimitedShortDelay())
	if st.counted == nil {
		return errors.New("it has no metrics")
	}
	const calls = 5
	for range calls {
		if _, err := st.get(context.Background()); err != nil {
			return err
		}
	}
	if got := st.counted(); got != calls {
		return fmt.Errorf("it counted %d calls of %d", got, calls)
	}
	return nil
}

func (s *stack) checkDeadlines() error { return s.checkHanging(time.Millisecond, time.Hour) }

func (s *stack) checkPerTry() error { return s.checkHanging(time.Hour, time.Millisecond) }

// checkHanging makes one attempt on a base that hangs, with the given timeouts of a call and of an
// attempt.
func (s *stack) checkHanging(call, attempt time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	k := unlimitedShortDelay()
	k.timeout, k.attempt, k.attempts = call, attempt, 1
	st := s.build(roundTrip(func(req *http.Request) (*http.Response, error) {
		<-req.Context().Done()
		return nil, req.Context().Err()
	}), k)
	if _, err := st.get(ctx); err == nil {
		return errors.New("the call to a base that hangs returned a response")
	}
	if ctx.Err() != nil {
		return errors.New("the caller's own deadline ended the call")
	}
	return nil
}

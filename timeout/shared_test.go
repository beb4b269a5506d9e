package timeout

import (
	"context"
	"net"
	"net/http"
	"net/http/httptrace"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
)

// waiting returns an attempt that waits for its headers no longer than the limit.
func waiting(limit time.Duration) *visit {
	v := &visit{attempt: new(layer.Attempt)}
	v.deadline.rule.limit = limit
	return v
}

// streaming returns an attempt whose body is open.
func streaming() *visit {
	v := waiting(time.Second)
	v.responded.Store(true)
	return v
}

func TestWhenAConnectionIsDead(t *testing.T) {
	const limit = time.Second
	begin := time.Now()
	at := begin.Add
	// first lets an attempt time out that begins at 0, second another one after it.
	first := func(s *shared) bool {
		v := waiting(limit)
		s.enter(v, false, begin)
		return s.timedOut(v, at(limit))
	}
	second := func(s *shared, from time.Duration) bool {
		v := waiting(limit)
		s.enter(v, false, at(from))
		return s.timedOut(v, at(from+limit))
	}
	for name, test := range map[string]struct {
		run  func(s *shared) bool
		want bool
	}{
		"alone": {first, true},
		"alone with calls that the layer does not see": {func(s *shared) bool {
			v := waiting(limit)
			s.enter(v, true, begin)
			return s.timedOut(v, at(limit))
		}, false},
		"it got a header": {func(s *shared) bool {
			v := waiting(limit)
			s.enter(v, false, begin)
			v.responded.Store(true)
			return s.timedOut(v, at(limit))
		}, false},
		"beside another one": {func(s *shared) bool {
			s.enter(waiting(limit), false, begin)
			return first(s)
		}, false},
		"the last one of those that timed out": {func(s *shared) bool {
			a, b := waiting(limit), waiting(limit)
			s.enter(a, false, begin)
			s.enter(b, false, begin)
			return !s.timedOut(a, at(limit)) && s.timedOut(b, at(limit))
		}, true},
		"two in a row beside another one": {func(s *shared) bool {
			s.enter(waiting(limit), false, begin)
			return !first(s) && second(s, limit)
		}, true},
		"two at a time beside another one": {func(s *shared) bool {
			s.enter(waiting(limit), false, begin)
			a, b := waiting(limit), waiting(limit)
			s.enter(a, false, begin)
			s.enter(b, false, begin)
			return s.timedOut(a, at(limit)) || s.timedOut(b, at(limit))
		}, false},
		"two in a row, others between their ends": {func(s *shared) bool {
			s.enter(waiting(limit), false, begin)
			first(s)
			b, v := waiting(limit), waiting(limit)
			s.enter(b, false, at(limit/2))
			s.enter(v, false, at(limit))
			return !s.timedOut(b, at(limit+limit/2)) && s.timedOut(v, at(2*limit))
		}, true},
		"two in a row, something in between": {func(s *shared) bool {
			o := streaming()
			s.enter(o, false, begin)
			first(s)
			o.deadline.moved.Add(1)
			return second(s, time.Minute)
		}, false},
		"two in a row, something during the second": {func(s *shared) bool {
			o := waiting(limit)
			s.enter(o, false, begin)
			first(s)
			v := waiting(limit)
			s.enter(v, false, at(limit))
			o.responded.Store(true)
			return s.timedOut(v, at(2*limit))
		}, false},
		"two in a row beside one that may wait longer": {func(s *shared) bool {
			s.enter(waiting(time.Minute), false, begin)
			return !first(s) && !second(s, limit) && !second(s, time.Minute-limit-1) && second(s, time.Minute)
		}, true},
		"two in a row beside a body": {func(s *shared) bool {
			s.enter(streaming(), false, begin)
			return !first(s) && !second(s, limit) && !second(s, quiet-limit-1) && second(s, quiet)
		}, true},
		"two in a row beside a body that may be silent for longer": {func(s *shared) bool {
			o := streaming()
			o.deadline.patience = 2 * quiet
			s.enter(o, false, begin)
			return !first(s) && !second(s, quiet) && !second(s, 2*quiet-limit-1) && second(s, 2*quiet)
		}, true},
		"a response that came and went": {func(s *shared) bool {
			s.enter(waiting(limit), false, begin)
			first(s)
			v := streaming()
			s.enter(v, false, at(limit))
			s.leave(v)
			return second(s, time.Minute)
		}, false},
	} {
		if got := test.run(new(shared)); got != test.want {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}

// A connection is in the table while a call is on it, and no longer: it is the user's base that
// keeps those.
func TestNoConnectionIsKeptBeyondItsCalls(t *testing.T) {
	for name, c := range map[string]struct {
		takes time.Duration
		err   error
	}{
		"a response": {0, nil}, "a failure": {0, rttest.ErrBoom}, "a timeout": {time.Minute, nil},
	} {
		synctest.Test(t, func(t *testing.T) {
			ours, theirs := net.Pipe()
			defer ours.Close()
			defer theirs.Close()
			l := PerAttempt(time.Second)
			kept := func() int {
				l.conns.mu.Lock()
				defer l.conns.mu.Unlock()
				return len(l.conns.open)
			}
			rt := l.Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
				httptrace.ContextClientTrace(req.Context()).GotConn(httptrace.GotConnInfo{Conn: ours})
				if n := kept(); n != 1 {
					t.Errorf("%s: %d connections while the call is on one", name, n)
				}
				select {
				case <-time.After(c.takes):
				case <-req.Context().Done():
					return nil, context.Cause(req.Context())
				}
				if c.err != nil {
					return nil, c.err
				}
				resp := rttest.Response(req, 200, "text")
				resp.ProtoMajor, resp.ProtoMinor = 2, 0
				return resp, nil
			}))
			resp, err := rttest.Try(t.Context(), rt)
			if err == nil {
				rttest.Read(t, resp)
			}
			if n := kept(); n != 0 {
				t.Errorf("%s: %d connections are kept", name, n)
			}
		})
	}
}

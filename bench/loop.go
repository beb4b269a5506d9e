package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"sync"
	"time"
)

// The ways of a task: what each call requests from the server.
const (
	none   = "none"   // nothing: the bare base responds, without a connection
	small  = "small"  // a response of 49 bytes
	large  = "large"  // a body of largeSize
	events = "events" // manyEvents events, each sent by itself
)

const (
	largeSize  = 64 << 20
	manyEvents = 5000
	event      = "data: {\"id\":25,\"name\":\"pikachu\"}\n\n"
)

// A loop is a server, and the stacks that call it over connections of their own.
type loop struct {
	server *httptest.Server
	at     *url.URL
	stacks map[string]*loopStack
}

// A loopStack is a stack over a real transport.
type loopStack struct {
	*stack
	built
	base *http.Transport
}

func newLoop() (*loop, error) {
	block := make([]byte, 64<<10)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Header.Get("X-Way") {
		case large:
			w.Header().Set("Content-Length", strconv.Itoa(largeSize))
			for range largeSize / len(block) {
				_, _ = w.Write(block)
			}
		case events:
			w.Header().Set("Content-Type", "text/event-stream")
			flush := http.NewResponseController(w)
			for range manyEvents {
				_, _ = io.WriteString(w, event)
				_ = flush.Flush()
			}
		default:
			_, _ = io.WriteString(w, payload)
		}
	}))
	at, err := url.Parse(server.URL)
	if err != nil {
		return nil, err
	}
	return &loop{server: server, at: at, stacks: make(map[string]*loopStack)}, nil
}

func (l *loop) close() {
	for _, s := range l.stacks {
		s.base.CloseIdleConnections()
	}
	l.server.Close()
}

// most is how many callers a stack has slots and connections for.
const most = 128

// stack returns a stack with connections that are kept between the tasks, or with the bare base in
// place of a transport.
func (l *loop) stack(name string, way string) (*loopStack, error) {
	key := name
	if way == none {
		key += " over the bare base"
	}
	if s := l.stacks[key]; s != nil {
		return s, nil
	}
	s, err := stackNamed(name)
	if err != nil {
		return nil, err
	}
	base := http.DefaultTransport.(*http.Transport).Clone()
	base.MaxIdleConns, base.MaxIdleConnsPerHost = 0, most
	base.DisableCompression = true
	k := unlimited()
	k.slots = most
	var below http.RoundTripper = base
	if way == none {
		below = newStub(false)
	}
	l.stacks[key] = &loopStack{stack: s, built: s.build(below, k), base: base}
	return l.stacks[key], nil
}

// do performs a task.
func (l *loop) do(ctx context.Context, t task) (r result, err error) {
	s, err := l.stack(t.Stack, t.Way)
	if err != nil {
		return r, err
	}
	if t.Callers < 1 || t.Callers > most {
		return r, fmt.Errorf("it cannot have %d callers", t.Callers)
	}
	calls, failures := make([]int, t.Callers), make([]error, t.Callers)
	var done sync.WaitGroup
	cpu, start := processor(), time.Now()
	for i := range t.Callers {
		done.Go(func() {
			c := s.caller(s.built)
			between := 1
			switch t.Way {
			case none:
				between = 64
			case large:
				c.buf = make([]byte, 32<<10) // the size that io.Copy uses
				fallthrough
			default:
				c.req = c.req.WithContext(ctx)
				c.req.URL.Scheme, c.req.URL.Host, c.req.Host = l.at.Scheme, l.at.Host, l.at.Host
				c.req.Header.Set("X-Way", t.Way)
			}
			calls[i], failures[i] = c.callFor(s.call, start, t.Time, between)
		})
	}
	done.Wait()
	r.Wall, r.CPU = time.Since(start), processor()-cpu
	for _, n := range calls {
		r.Calls += n
	}
	r.Units = r.Calls * map[string]int{none: 1, small: 1, large: largeSize >> 20, events: manyEvents}[t.Way]
	return r, errors.Join(failures...)
}

// callFor makes calls until d has passed since start. It looks at the clock after every few calls.
func (c *caller) callFor(call way, start time.Time, d time.Duration, few int) (n int, err error) {
	for {
		for range few {
			if err := call(c); err != nil {
				return n, err
			}
			n++
		}
		if time.Since(start) >= d {
			return n, nil
		}
	}
}

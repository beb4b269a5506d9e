package e2e

import (
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/http2"
)

// An h2Case is what a server does with a request, and what becomes of the call over the bare
// transport and with the stack.
type h2Case struct {
	name   string
	script func(*h2Stream)
	// warm says that a request came before, so that the stream is not the first of its
	// connection.
	warm bool
	// unprocessed says that the server does no work for that request.
	unprocessed bool
	// bare and stack say what the client sees for each kind of call: "done", or a part of the text
	// of its error.
	bare, stack map[string]string
	// bareTwice and twice are the kinds of calls whose work is done twice.
	bareTwice, twice []string
}

// The kinds of calls: without a body, with a body that net/http can send again, and with one that
// only the stack can send again.
const (
	h2Get  = "GET"
	h2Post = "POST"
	h2Pipe = "POST from a pipe"
)

// first returns a script that calls do for the requests on the first connection, other than a warm
// one, and serves all others.
func first(do func(*h2Stream)) func(*h2Stream) {
	return func(s *h2Stream) {
		<-s.ended
		if string(s.body) != "warm" && s.number == 1 {
			do(s)
			return
		}
		s.serves()
	}
}

// allDone says that each kind of call succeeds.
func allDone() map[string]string {
	return map[string]string{h2Get: "done", h2Post: "done", h2Pipe: "done"}
}

func h2Cases() []h2Case {
	rejectedOnce := func() func(*h2Stream) {
		return func(s *h2Stream) {
			<-s.ended
			if s.seen == 1 {
				s.resets(http2.ErrCodeRefusedStream)
				return
			}
			s.serves()
		}
	}
	const cannot = "cannot retry err"
	netHTTP := map[string]string{h2Get: "done", h2Post: "done", h2Pipe: cannot}
	broken := func(text string) map[string]string {
		return map[string]string{h2Get: text, h2Post: text, h2Pipe: text}
	}
	again := func(text string) map[string]string {
		return map[string]string{h2Get: "done", h2Post: text, h2Pipe: text}
	}
	protocolError := h2Case{
		name: "PROTOCOL_ERROR for our stream", bare: broken("PROTOCOL_ERROR"), stack: again("PROTOCOL_ERROR"),
		script: onceAfterWork(func(s *h2Stream) { s.resets(http2.ErrCodeProtocol) }), twice: []string{h2Get},
	}
	if resendsProtocolError { // with the stack it also sends a body from a pipe again, because retry has kept it
		protocolError.bare, protocolError.bareTwice = netHTTP, []string{h2Get, h2Post}
		protocolError.stack, protocolError.twice = allDone(), []string{h2Get, h2Post, h2Pipe}
	}
	return []h2Case{protocolError, {
		name: "REFUSED_STREAM", unprocessed: true, script: rejectedOnce(), bare: netHTTP, stack: allDone(),
	}, {
		name: "GOAWAY that names a stream before ours", unprocessed: true, warm: true, bare: netHTTP, stack: allDone(),
		script: first(func(s *h2Stream) { s.goesAway(s.id-2, http2.ErrCodeNo) }),
	}, {
		name: "GOAWAY that names no stream, in order", unprocessed: true, bare: netHTTP, stack: allDone(),
		script: first(func(s *h2Stream) { s.goesAway(0, http2.ErrCodeNo) }),
	}, {
		// A server that shuts down gracefully announces it first, and then names its last stream.
		name: "GOAWAY in two steps", warm: true, unprocessed: true, bare: netHTTP, stack: allDone(),
		script: first(func(s *h2Stream) {
			s.goesAway(1<<31-1, http2.ErrCodeNo)
			s.goesAway(s.id-2, http2.ErrCodeNo)
		}),
	}, {
		name: "GOAWAY with ENHANCE_YOUR_CALM that names a stream before ours", unprocessed: true, warm: true, bare: netHTTP, stack: allDone(),
		script: first(func(s *h2Stream) { s.goesAway(s.id-2, http2.ErrCodeEnhanceYourCalm) }),
	}, {
		// net/http does not send the first stream of a connection again.
		name: "GOAWAY with ENHANCE_YOUR_CALM that names no stream", unprocessed: true, bare: broken("ErrCode:ENHANCE_YOUR_CALM"), stack: allDone(),
		script: first(func(s *h2Stream) { s.goesAway(0, http2.ErrCodeEnhanceYourCalm) }),
	}, {
		name: "GOAWAY that names our stream, which is served", bare: allDone(), stack: allDone(),
		script: first(func(s *h2Stream) {
			s.goesAway(s.id, http2.ErrCodeNo)
			s.serves()
		}),
	}, {
		name: "GOAWAY in the middle of our body, which is served", bare: allDone(), stack: allDone(),
		script: first(func(s *h2Stream) {
			s.works()
			s.responds()
			s.sends("do", false)
			s.goesAway(s.id, http2.ErrCodeNo)
			s.sends("ne", true)
		}),
	}, {
		name: "GOAWAY that names our stream, and an end of the connection", bare: broken("server sent GOAWAY"), stack: again("server sent GOAWAY"),
		script: first(func(s *h2Stream) {
			s.works()
			s.goesAway(s.id, http2.ErrCodeNo)
			_ = s.inner.Close()
		}),
		twice: []string{h2Get},
	}, {
		name: "ENHANCE_YOUR_CALM for our stream", bare: broken("ENHANCE_YOUR_CALM"), stack: again("ENHANCE_YOUR_CALM"),
		script: onceAfterWork(func(s *h2Stream) { s.resets(http2.ErrCodeEnhanceYourCalm) }), twice: []string{h2Get},
	}, {
		name: "INTERNAL_ERROR for our stream", bare: broken("INTERNAL_ERROR"), stack: again("INTERNAL_ERROR"),
		script: onceAfterWork(func(s *h2Stream) { s.resets(http2.ErrCodeInternal) }), twice: []string{h2Get},
	}, {
		name: "CANCEL for our stream", bare: broken("CANCEL"), stack: again("CANCEL"),
		script: onceAfterWork(func(s *h2Stream) { s.resets(http2.ErrCodeCancel) }), twice: []string{h2Get},
	}, {
		name: "INTERNAL_ERROR in the middle of our body", bare: broken("do, then INTERNAL_ERROR"), stack: broken("do, then INTERNAL_ERROR"),
		script: onceAfterWork(func(s *h2Stream) { s.breaksOff(http2.ErrCodeInternal) }),
	}, {
		// The server has begun to respond, so the stream was processed, whatever the code says.
		name: "REFUSED_STREAM in the middle of our body", bare: broken("do, then REFUSED_STREAM"), stack: broken("do, then REFUSED_STREAM"),
		script: onceAfterWork(func(s *h2Stream) { s.breaksOff(http2.ErrCodeRefusedStream) }),
	}, {
		name: "a connection that ends in the middle of our body", bare: broken("do, then unexpected EOF"), stack: broken("do, then unexpected EOF"),
		script: onceAfterWork(func(s *h2Stream) {
			s.responds()
			s.sends("do", false)
			_ = s.inner.Close()
		}),
	}, {
		name: "a response before the request was read, and NO_ERROR", bare: allDone(), stack: allDone(),
		script: first(func(s *h2Stream) {
			s.works()
			s.responds()
			s.sends("done", true)
			s.resets(http2.ErrCodeNo)
		}),
	}}
}

// onceAfterWork returns a script that does the work of the first request and then calls do. It
// serves the other requests.
func onceAfterWork(do func(*h2Stream)) func(*h2Stream) {
	return func(s *h2Stream) {
		if s.seen > 1 {
			s.serves()
			return
		}
		s.works()
		do(s)
	}
}

// breaksOff sends half of a response and resets the stream.
func (s *h2Stream) breaksOff(code http2.ErrCode) {
	s.responds()
	s.sends("do", false)
	s.resets(code)
}

// A call over HTTP/2 ends at least as well with the stack as over net/http alone. Nothing but
// net/http itself causes work that is not idempotent to be done twice.
func TestHTTP2ServersThatRejectAndGoAway(t *testing.T) {
	for _, c := range h2Cases() {
		t.Run(c.name, func(t *testing.T) {
			for _, kind := range []string{h2Get, h2Post, h2Pipe} {
				for _, bare := range []bool{true, false} {
					c.run(t, kind, bare)
				}
			}
		})
	}
}

func (c *h2Case) run(t *testing.T, kind string, bare bool) {
	t.Helper()
	server := newH2Server(c.script)
	defer server.stop()
	name, want, twice := kind+", bare", c.bare[kind], c.bareTwice
	client := &http.Client{Transport: server.base(t)}
	if !bare {
		name, want, twice = kind+", with the stack", c.stack[kind], c.twice
		client = newStack(t, stackConfig{base: server.base(t), policy: noDelays()}).client
	}
	if c.warm {
		if got := h2Call(t, client, server.URL, h2Post, "warm"); got != "done" {
			t.Fatalf("%s: the call before: %s", name, got)
		}
	}
	got := h2Call(t, client, server.URL, kind, "data")
	if want == "done" && got != want || !strings.Contains(got, want) {
		t.Errorf("%s: %s, want %s", name, got, want)
	}
	done := server.work()
	if c.warm {
		done = done[1:]
	}
	times := 1
	switch {
	case slices.Contains(twice, kind):
		times = 2
	case c.unprocessed && want != "done":
		times = 0
	}
	method, _, _ := strings.Cut(kind, " ")
	if len(done) != times || times > 0 && method == h2Post && done[0] != "POST data" {
		t.Errorf("%s: the work that was done is %q, want it %d times", name, done, times)
	}
}

// h2Call makes a call, and returns its body, its error, or the part of the body before an error and
// the error.
func h2Call(t *testing.T, client *http.Client, url, kind, data string) string {
	t.Helper()
	method, piped, _ := strings.Cut(kind, " ")
	var body io.Reader
	if method == http.MethodPost {
		if body = strings.NewReader(data); piped != "" {
			body = io.MultiReader(body)
		}
	}
	req, err := http.NewRequestWithContext(t.Context(), method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return string(b) + ", then " + strings.TrimPrefix(err.Error(), "stream error: stream ID 1; ")
	}
	return string(b)
}

// Many concurrent calls meet connections that go away. A request that the server processed is
// served, the others are sent again, and each piece of work is done once.
func TestManyPostsMeetConnectionsThatGoAway(t *testing.T) {
	const calls, each = 60, 4
	server := newH2Server(func(s *h2Stream) {
		switch n := s.id/2 + 1; { // which stream of its connection it is
		case n < each:
			s.serves()
		case n == each:
			s.goesAway(s.id, http2.ErrCodeNo)
			s.serves()
		default: // the stream is above the last one that GOAWAY names, and is not processed
		}
	})
	defer server.stop()
	client := newStack(t, stackConfig{base: server.base(t), policy: noDelays()}).client
	var want []string
	var wg sync.WaitGroup
	for i := range calls {
		data, kind := strconv.Itoa(i), h2Post
		if i%2 > 0 {
			kind = h2Pipe
		}
		want = append(want, "POST "+data)
		wg.Go(func() {
			if got := h2Call(t, client, server.URL, kind, data); got != "done" {
				t.Errorf("%s: %s", data, got)
			}
		})
	}
	wg.Wait()
	done := server.work()
	slices.Sort(done)
	slices.Sort(want)
	if !slices.Equal(done, want) {
		t.Errorf("the work that was done:\n%q\nwant\n%q", done, want)
	}
	if n := server.connections(); n < calls/each {
		t.Errorf("%d connections for %d calls, of which each serves %d", n, calls, each)
	}
}

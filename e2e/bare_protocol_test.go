package e2e

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// raw takes the connection and does with it what it likes.
func raw(do func(p *play, c net.Conn, rw *bufio.ReadWriter)) func(*play, http.ResponseWriter, *http.Request) {
	return func(p *play, w http.ResponseWriter, r *http.Request) {
		p.request(r)
		c, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			p.met("hijack: %v", err)
			return
		}
		defer c.Close()
		do(p, c, rw)
	}
}

func writes(text string) func(*play, http.ResponseWriter, *http.Request) {
	return raw(func(_ *play, c net.Conn, _ *bufio.ReadWriter) { _, _ = io.WriteString(c, text) })
}

// steps is the request with a trace of what net/http does, and a function that
// notes it. Its goroutines tell in no certain order.
func (p *play) steps(req *http.Request) (*http.Request, func()) {
	var mu sync.Mutex
	var told []string
	tell := func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		told = append(told, fmt.Sprintf(format, args...))
	}
	trace := &httptrace.ClientTrace{
		Wait100Continue: func() { tell("waits for 100") },
		Got100Continue:  func() { tell("got 100") },
		Got1xxResponse: func(code int, h textproto.MIMEHeader) error {
			tell("got %d %s", code, headers(http.Header(h)))
			return nil
		},
		GotFirstResponseByte: func() { tell("got the first byte") },
	}
	return req.WithContext(httptrace.WithClientTrace(req.Context(), trace)), func() {
		mu.Lock()
		defer mu.Unlock()
		slices.Sort(told)
		p.saw("steps: %s", strings.Join(told, ", "))
	}
}

func protocolScenarios() []scenario {
	return []scenario{{
		name: "101", want: []string{"101 Switching Protocols", "writable true", `back "PING"`, `back "PONG"`, "end EOF", `heard "ping"`},
		serve: raw(func(p *play, c net.Conn, rw *bufio.ReadWriter) {
			_, _ = io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: shout\r\n\r\n")
			for range 2 {
				line, err := rw.ReadString('\n')
				p.met("heard %q %v", strings.TrimSpace(line), err)
				_, _ = io.WriteString(c, strings.ToUpper(line))
			}
		}),
		act: func(p *play) {
			req := p.new("/", nil)
			req.Header.Set("Connection", "Upgrade")
			req.Header.Set("Upgrade", "shout")
			resp, err := p.client.Do(req)
			if err != nil {
				p.fault(err)
				return
			}
			p.head(resp)
			rw, ok := resp.Body.(io.ReadWriteCloser)
			p.saw("writable %t", ok)
			if !ok {
				resp.Body.Close()
				return
			}
			back := bufio.NewReader(rw)
			for _, word := range []string{"ping\n", "pong\n"} {
				_, err := io.WriteString(rw, word)
				line, rerr := back.ReadString('\n')
				p.saw("back %q %v %v", strings.TrimSpace(line), err, rerr)
			}
			_, err = back.ReadByte()
			p.saw("end %v, closed %v", err, rw.Close())
		},
	}, {
		name: "Expect: 100-continue, and it does", serve: echo, want: []string{"waits for 100", "got 100", `"echo POST a large body"`, `Expect=["100-continue"]`},
		act: func(p *play) {
			req, steps := p.steps(p.new("POST /", io.MultiReader(strings.NewReader("a large body"))))
			req.Header.Set("Expect", "100-continue")
			p.response(p.client.Do(req))
			steps()
		},
	}, {
		name: "Expect: 100-continue, and it does not", want: []string{"waits for 100", "417 Expectation Failed", "read false, closed true"},
		serve: func(p *play, w http.ResponseWriter, r *http.Request) {
			p.met("%s, expects %s", r.Method, r.Header["Expect"])
			w.Header().Set("Connection", "close")
			w.WriteHeader(http.StatusExpectationFailed)
		},
		act: func(p *play) {
			p.unsent("POST /")
		},
	}, {
		name: "Expect: 100-continue of a PUT, and it does not", want: []string{"waits for 100", "417 Expectation Failed", "read false, closed true"},
		serve: func(p *play, w http.ResponseWriter, r *http.Request) {
			p.met("%s, expects %s", r.Method, r.Header["Expect"])
			w.Header().Set("Connection", "close")
			w.WriteHeader(http.StatusExpectationFailed)
		},
		act: func(p *play) {
			p.unsent("PUT /")
		},
	}, {
		name: "103", want: []string{"got 103 Link=[\"</style.css>; rel=preload\"]", "200 OK"},
		serve: func(p *play, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Link", "</style.css>; rel=preload")
			w.WriteHeader(http.StatusEarlyHints)
			w.Header().Del("Link")
			echo(p, w, r)
		},
		act: func(p *play) {
			req, steps := p.steps(p.new("/", nil))
			p.response(p.client.Do(req))
			steps()
		},
	}, {
		// A GET would be sent again, which is what retry is for.
		name: "a reset before the answer to a POST", want: []string{"reset or EOF true", "POST /"},
		serve: raw(func(_ *play, c net.Conn, _ *bufio.ReadWriter) {
			if tcp, ok := c.(*net.TCPConn); ok {
				_ = tcp.SetLinger(0)
			}
		}),
		act: func(p *play) { p.response(p.client.Do(p.new("POST /", strings.NewReader("once")))) },
	}, {
		name: "a connection closed before the answer to a POST", want: []string{"EOF", "reset or EOF true"}, serve: writes(""),
		act: func(p *play) { p.response(p.client.Do(p.new("POST /", strings.NewReader("once")))) },
	}, {
		name: "an answer cut off", want: []string{"200 OK", `body "half"`, "unexpected EOF"},
		serve: writes("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"),
		act: func(p *play) {
			p.response(p.client.Do(p.new("/", nil)))
			p.response(p.client.Do(p.new("POST /", nil)))
		},
	}, {
		name: "an answer of HTTP/1.0 that ends with the connection", want: []string{"HTTP/1.0 200 Fine", "length -1", "close true", `body "to the end"`},
		serve: writes("HTTP/1.0 200 Fine\r\n\r\nto the end"),
		act:   func(p *play) { p.response(p.client.Do(p.new("/", nil))) },
	}, {
		name: "no HTTP at all", want: []string{"malformed HTTP"}, serve: writes("SSH-2.0-nobody\r\n"),
		act: func(p *play) { p.response(p.client.Do(p.new("POST /", nil))) },
	}, {
		name: "a certificate that nobody knows", serve: echo, h2: true, want: []string{"certificate signed by unknown authority", "server:\n"},
		act: func(p *play) {
			base, ok := innermost(p.client.Transport).(*http.Transport)
			if !ok {
				p.t.Fatal("no *http.Transport below")
			}
			base.TLSClientConfig.RootCAs = nil
			p.response(p.client.Do(p.new("/", nil)))
			p.response(p.client.Do(p.new("POST /", strings.NewReader("never sent"))))
		},
	}}
}

// unsent sends a request that waits for a 100 which does not come.
func (p *play) unsent(target string) {
	inner := strings.NewReader("never sent")
	body := &watched{Reader: inner}
	req, steps := p.steps(p.new(target, body))
	req.Header.Set("Expect", "100-continue")
	p.response(p.client.Do(req))
	p.saw("read %t, closed %t", inner.Len() != 10, eventually(&body.closed))
	steps()
}

// innermost follows Unwrap down to the base.
func innermost(rt http.RoundTripper) http.RoundTripper {
	for {
		u, ok := rt.(interface{ Unwrap() http.RoundTripper })
		if !ok {
			return rt
		}
		rt = u.Unwrap()
	}
}

// eventually is for what net/http does just after the answer.
func eventually(flag interface{ Load() bool }) bool {
	patience := time.NewTimer(10 * time.Second)
	defer patience.Stop()
	for !flag.Load() {
		select {
		case <-patience.C:
			return false
		default:
			runtime.Gosched()
		}
	}
	return true
}

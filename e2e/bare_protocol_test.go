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

// raw returns a handler that takes over the connection and calls do with it.
func raw(do func(p *comparisonRun, c net.Conn, rw *bufio.ReadWriter)) func(*comparisonRun, http.ResponseWriter, *http.Request) {
	return func(p *comparisonRun, w http.ResponseWriter, r *http.Request) {
		p.noteRequest(r)
		c, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			p.serverNote("hijack: %v", err)
			return
		}
		defer c.Close()
		do(p, c, rw)
	}
}

// writes returns a handler that writes a text to the connection and closes it.
func writes(text string) func(*comparisonRun, http.ResponseWriter, *http.Request) {
	return raw(func(_ *comparisonRun, c net.Conn, _ *bufio.ReadWriter) { _, _ = io.WriteString(c, text) })
}

// steps returns the request with a trace of what net/http does, and a function that notes it. The
// notes are sorted, because several goroutines call the trace.
func (p *comparisonRun) steps(req *http.Request) (*http.Request, func()) {
	var mu sync.Mutex
	var notes []string
	note := func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		notes = append(notes, fmt.Sprintf(format, args...))
	}
	trace := &httptrace.ClientTrace{
		Wait100Continue: func() { note("waits for 100") },
		Got100Continue:  func() { note("got 100") },
		Got1xxResponse: func(code int, h textproto.MIMEHeader) error {
			note("got %d %s", code, headers(http.Header(h)))
			return nil
		},
		GotFirstResponseByte: func() { note("got the first byte") },
	}
	return req.WithContext(httptrace.WithClientTrace(req.Context(), trace)), func() {
		mu.Lock()
		defer mu.Unlock()
		slices.Sort(notes)
		p.clientNote("steps: %s", strings.Join(notes, ", "))
	}
}

func protocolScenarios() []scenario {
	return []scenario{{
		name: "101", want: []string{"101 Switching Protocols", "writable true", `back "PING"`, `back "PONG"`, "end EOF", `got "ping"`},
		serve: raw(func(p *comparisonRun, c net.Conn, rw *bufio.ReadWriter) {
			_, _ = io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: shout\r\n\r\n")
			for range 2 {
				line, err := rw.ReadString('\n')
				p.serverNote("got %q %v", strings.TrimSpace(line), err)
				_, _ = io.WriteString(c, strings.ToUpper(line))
			}
		}),
		do: func(p *comparisonRun) {
			req := p.newRequest("/", nil)
			req.Header.Set("Connection", "Upgrade")
			req.Header.Set("Upgrade", "shout")
			resp, err := p.client.Do(req)
			if err != nil {
				p.noteError(err)
				return
			}
			p.noteHead(resp)
			rw, ok := resp.Body.(io.ReadWriteCloser)
			p.clientNote("writable %t", ok)
			if !ok {
				resp.Body.Close()
				return
			}
			back := bufio.NewReader(rw)
			for _, word := range []string{"ping\n", "pong\n"} {
				_, err := io.WriteString(rw, word)
				line, rerr := back.ReadString('\n')
				p.clientNote("back %q %v %v", strings.TrimSpace(line), err, rerr)
			}
			_, err = back.ReadByte()
			p.clientNote("end %v, closed %v", err, rw.Close())
		},
	}, {
		name: "Expect: 100-continue, and it does", serve: echo, want: []string{"waits for 100", "got 100", `"echo POST a large body"`, `Expect=["100-continue"]`},
		do: func(p *comparisonRun) {
			req, steps := p.steps(p.newRequest("POST /", io.MultiReader(strings.NewReader("a large body"))))
			req.Header.Set("Expect", "100-continue")
			p.noteResponse(p.client.Do(req))
			steps()
		},
	}, {
		name: "Expect: 100-continue, and it does not", want: []string{"waits for 100", "417 Expectation Failed", "read false, closed true"},
		serve: func(p *comparisonRun, w http.ResponseWriter, r *http.Request) {
			p.serverNote("%s, expects %s", r.Method, r.Header["Expect"])
			w.Header().Set("Connection", "close")
			w.WriteHeader(http.StatusExpectationFailed)
		},
		do: func(p *comparisonRun) {
			p.unsent("POST /")
		},
	}, {
		name: "Expect: 100-continue of a PUT, and it does not", want: []string{"waits for 100", "417 Expectation Failed", "read false, closed true"},
		serve: func(p *comparisonRun, w http.ResponseWriter, r *http.Request) {
			p.serverNote("%s, expects %s", r.Method, r.Header["Expect"])
			w.Header().Set("Connection", "close")
			w.WriteHeader(http.StatusExpectationFailed)
		},
		do: func(p *comparisonRun) {
			p.unsent("PUT /")
		},
	}, {
		name: "103", want: []string{"got 103 Link=[\"</style.css>; rel=preload\"]", "200 OK"},
		serve: func(p *comparisonRun, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Link", "</style.css>; rel=preload")
			w.WriteHeader(http.StatusEarlyHints)
			w.Header().Del("Link")
			echo(p, w, r)
		},
		do: func(p *comparisonRun) {
			req, steps := p.steps(p.newRequest("/", nil))
			p.noteResponse(p.client.Do(req))
			steps()
		},
	}, {
		// A GET would be sent again by the retry layer.
		name: "a reset before the response to a POST", want: []string{"reset or EOF true", "POST /"},
		serve: raw(func(_ *comparisonRun, c net.Conn, _ *bufio.ReadWriter) {
			if tcp, ok := c.(*net.TCPConn); ok {
				_ = tcp.SetLinger(0)
			}
		}),
		do: func(p *comparisonRun) { p.noteResponse(p.client.Do(p.newRequest("POST /", strings.NewReader("once")))) },
	}, {
		name: "a connection closed before the response to a POST", want: []string{"EOF", "reset or EOF true"}, serve: writes(""),
		do: func(p *comparisonRun) { p.noteResponse(p.client.Do(p.newRequest("POST /", strings.NewReader("once")))) },
	}, {
		name: "a response cut off", want: []string{"200 OK", `body "half"`, "unexpected EOF"},
		serve: writes("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"),
		do: func(p *comparisonRun) {
			p.noteResponse(p.client.Do(p.newRequest("/", nil)))
			p.noteResponse(p.client.Do(p.newRequest("POST /", nil)))
		},
	}, {
		name: "a response of HTTP/1.0 that ends with the connection", want: []string{"HTTP/1.0 200 Fine", "length -1", "close true", `body "to the end"`},
		serve: writes("HTTP/1.0 200 Fine\r\n\r\nto the end"),
		do:    func(p *comparisonRun) { p.noteResponse(p.client.Do(p.newRequest("/", nil))) },
	}, {
		name: "no HTTP at all", want: []string{"malformed HTTP"}, serve: writes("SSH-2.0-server\r\n"),
		do: func(p *comparisonRun) { p.noteResponse(p.client.Do(p.newRequest("POST /", nil))) },
	}, {
		name: "a certificate of an unknown authority", serve: echo, h2: true, want: []string{"certificate signed by unknown authority", "server:\n"},
		do: func(p *comparisonRun) {
			base, ok := innermost(p.client.Transport).(*http.Transport)
			if !ok {
				p.t.Fatal("the base is not an *http.Transport")
			}
			base.TLSClientConfig.RootCAs = nil
			p.noteResponse(p.client.Do(p.newRequest("/", nil)))
			p.noteResponse(p.client.Do(p.newRequest("POST /", strings.NewReader("never sent"))))
		},
	}}
}

// unsent sends a request that waits for a 100 Continue, which does not come.
func (p *comparisonRun) unsent(target string) {
	inner := strings.NewReader("never sent")
	body := &uploadBody{Reader: inner}
	req, steps := p.steps(p.newRequest(target, body))
	req.Header.Set("Expect", "100-continue")
	p.noteResponse(p.client.Do(req))
	p.clientNote("read %t, closed %t", inner.Len() != 10, eventually(&body.closed))
	steps()
}

// innermost returns the base, which it finds by Unwrap.
func innermost(rt http.RoundTripper) http.RoundTripper {
	for {
		u, ok := rt.(interface{ Unwrap() http.RoundTripper })
		if !ok {
			return rt
		}
		rt = u.Unwrap()
	}
}

// eventually waits for a flag that is set just after the response.
func eventually(flag interface{ Load() bool }) bool {
	limit := time.NewTimer(10 * time.Second)
	defer limit.Stop()
	for !flag.Load() {
		select {
		case <-limit.C:
			return false
		default:
			runtime.Gosched()
		}
	}
	return true
}

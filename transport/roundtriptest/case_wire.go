package roundtriptest

import (
	"bufio"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"strings"
	"sync/atomic"
	"time"
)

// wireCases use net/http's own transport and server inside the decorator.
func wireCases() []testCase {
	return []testCase{{
		name:   "wire-connection-reused",
		reason: "after a body that is read and closed, or a small one that is discarded, the connection is reused: successive calls and attempts use one",
		run:    connectionReused,
	}, {
		name:   "wire-many-calls",
		after:  callsOverlapName,
		reason: "concurrent calls over real connections get their own responses, and leave no connection behind",
		run:    manyCalls,
	}, {
		name:   "wire-streams",
		reason: "a live stream arrives as it is sent: the caller sees the first event before the second is sent",
		out:    Buffers,
		run:    streams,
	}, {
		name:   "wire-trailers",
		reason: "trailers announced by either side arrive at the other after the body",
		run:    wireTrailers,
	}, {
		name:   "wire-early-hints",
		reason: "1xx responses reach the caller by httptrace.ClientTrace in the context, and only so",
		run:    earlyHints,
	}, {
		name:   "wire-expect-continue",
		reason: "with Expect: 100-continue the body is sent after the server's 100; a server that responds 417 never gets it, and the caller sees the 417",
		run:    expectContinue,
	}, {
		name:   "wire-gzip",
		reason: "http.Transport asks for gzip and unpacks it when nothing else asked for it; a layer that sets Accept-Encoding gives the caller packed bytes",
		run:    wireGzip,
	}, {
		name:   "wire-head",
		reason: "a response to HEAD has the headers of the GET and no body",
		run:    wireHead,
	}, {
		name:   "wire-upgrade",
		reason: "after 101 the body is the connection: both directions work through the decorator, and Close ends it",
		out:    Buffers | Replays,
		run:    wireUpgrade,
	}, {
		name:   "wire-cancel-frees-connection",
		reason: "a canceled call, and a body closed unread, leave no connection and no goroutine behind",
		out:    Buffers,
		run:    cancelFreesConnection,
	}, {
		name:   "wire-large-upload",
		reason: "a body larger than any buffer arrives whole, with a length or in chunks",
		run:    largeUpload,
	}}
}

func streams(p *probe) {
	w := p.serve(func(rw http.ResponseWriter, _ *http.Request) {
		for i := range 3 {
			_, _ = fmt.Fprintf(rw, "event %d\n", i)
			_ = http.NewResponseController(rw).Flush()
			time.Sleep(time.Second)
		}
	})
	start := time.Now()
	resp := p.get(p.layer(w), p.request(context.Background(), "/events"))
	lines := bufio.NewReader(resp.Body)
	for i := range 3 {
		line, err := lines.ReadString('\n')
		if want := fmt.Sprintf("event %d\n", i); line != want || err != nil {
			p.errorf("event %d reads %q, error %v", i, line, err)
		}
		if took := time.Since(start); took != time.Duration(i)*time.Second {
			p.errorf("event %d was sent after %ds and seen after %v", i, i, took)
		}
	}
	p.finishBody(resp)
}

func wireTrailers(p *probe) {
	w := p.serve(func(rw http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		rw.Header().Set("Trailer", "X-Down")
		_, _ = rw.Write(body)
		rw.Header().Set("X-Down", "down after "+req.Trailer.Get("X-Up"))
	})
	req, _ := p.post(context.Background(), http.MethodPut, "", false)
	req.ContentLength = -1
	req.Trailer = http.Header{"X-Up": nil}
	req.Body = NewBody(&atEnd{r: strings.NewReader("body"), do: func() { req.Trailer.Set("X-Up", "up") }})
	resp := p.get(p.layer(w), req)
	if got := p.finishBody(resp); got != "body" {
		p.errorf("the body reads %q", got)
	}
	if got := resp.Trailer.Get("X-Down"); got != "down after up" {
		p.errorf("the trailer reads %q; want %q", got, "down after up")
	}
}

func earlyHints(p *probe) {
	w := p.serve(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Link", "</style.css>; rel=preload")
		rw.WriteHeader(http.StatusEarlyHints)
		_, _ = io.WriteString(rw, "fine")
	})
	var hints []string
	ctx := httptrace.WithClientTrace(context.Background(), &httptrace.ClientTrace{
		Got1xxResponse: func(code int, header textproto.MIMEHeader) error {
			hints = append(hints, fmt.Sprint(code, header.Get("Link")))
			return nil
		},
	})
	resp := p.get(p.layer(w), p.request(ctx, "/hints"))
	if got := p.finishBody(resp); got != "fine" || resp.StatusCode != 200 {
		p.errorf("the final response is a %d with %q", resp.StatusCode, got)
	}
	if len(hints) != 1 || hints[0] != "103</style.css>; rel=preload" {
		p.errorf("the trace saw %q; want the 103", hints)
	}
}

func expectContinue(p *probe) {
	var seen atomic.Int64
	w := p.serve(func(rw http.ResponseWriter, req *http.Request) {
		if req.URL.Path == "/failed" {
			rw.WriteHeader(http.StatusExpectationFailed)
			return
		}
		n, _ := io.Copy(io.Discard, req.Body)
		seen.Add(n)
		_, _ = io.WriteString(rw, "taken")
	})
	for path, want := range map[string]int{"/taken": 200, "/failed": 417} {
		var continued atomic.Bool
		ctx := httptrace.WithClientTrace(context.Background(), &httptrace.ClientTrace{Got100Continue: func() { continued.Store(true) }})
		req, u := p.post(ctx, http.MethodPut, "waits for the 100", true)
		req.URL.Path = path
		req.Header.Set("Expect", "100-continue")
		resp := p.get(p.layer(w), req)
		p.finishBody(resp)
		if resp.StatusCode != want {
			p.errorf("%s: status %d; want %d", path, resp.StatusCode, want)
		}
		if continued.Load() != (want == 200) {
			p.errorf("%s: the caller saw the 100: %v", path, continued.Load())
		}
		rest()
		p.checkClosed(path, u)
		if n := u.made()[0].Usage().Bytes; want == 417 && n > 0 {
			p.errorf("%s: %d bytes of the body were read before the server's 100", path, n)
		}
	}
	if n := seen.Load(); n != int64(len("waits for the 100")) {
		p.errorf("the server received %d bytes; want those of one body", n)
	}
}

func wireGzip(p *probe) {
	w := p.serve(func(rw http.ResponseWriter, req *http.Request) {
		if req.Header.Get("Accept-Encoding") != "gzip" {
			_, _ = io.WriteString(rw, "not asked for")
			return
		}
		rw.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(rw)
		_, _ = io.WriteString(z, "unpacked")
		_ = z.Close()
	})
	resp := p.get(p.layer(w), p.request(context.Background(), "/gzip"))
	if got := p.finishBody(resp); got != "unpacked" || !resp.Uncompressed || resp.ContentLength != -1 {
		p.errorf("got %q, Uncompressed %v, ContentLength %d; want %q, true, -1", got, resp.Uncompressed, resp.ContentLength, "unpacked")
	}
}

func wireHead(p *probe) {
	w := p.serve(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Length", "1234")
	})
	req := p.request(context.Background(), "/head")
	req.Method = http.MethodHead
	resp := p.get(p.layer(w), req)
	if got := p.finishBody(resp); got != "" || resp.ContentLength != 1234 {
		p.errorf("body %q, ContentLength %d; want none, 1234", got, resp.ContentLength)
	}
}

package roundtriptest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing/iotest"
	"time"
)

// bodyCases are about the body of the final response, as the caller reads it.
func bodyCases() []testCase {
	return []testCase{{
		name:   "response-body-bytes",
		reason: "io.Reader: data may come in any sizes, with none at a time, and together with the error; the caller gets every byte",
		run:    bodyBytes,
	}, {
		name:   "response-body-long",
		reason: "a body may have any length: cut with io.EOF it looks whole, and cut with an error it has met a limit that nobody asked for",
		out:    Buffers,
		run:    bodyLong,
	}, {
		name:   "response-body-closed",
		reason: "http.Transport frees the connection when its body is closed or read to the end; a Close that stops in a wrapper leaks a socket per call",
		run:    bodyClosed,
	}, {
		name:   "response-close-during-read",
		reason: "http.Response.Body may be closed while a Read is blocked, to stop it, and by more than one goroutine (http.Client's timeout does)",
		out:    Buffers,
		run:    closeDuringRead,
	}, {
		name:   "response-body-error",
		reason: "a body that breaks off must end with its error: reported as io.EOF, half a document looks whole",
		run:    bodyError,
	}, {
		name:   "response-body-late",
		reason: "the caller may read long after RoundTrip returned; a context that the layer made must live until the body ends",
		run:    bodyLate,
	}, {
		name:   "response-body-writer-to",
		reason: "io.Copy prefers io.WriterTo; a wrapper that lets it through must not lose or repeat what Read gave before",
		run:    bodyWriterTo,
	}, {
		name:   "response-trailers",
		reason: "http.Response.Trailer is filled in when the body reaches EOF, in the map the response came with",
		run:    responseTrailers,
	}, {
		name: "response-upgraded",
		reason: `http.Response.Body: "the Body will also implement io.Writer" after 101 Switching Protocols; WebSocket clients fail without it. ` +
			"A body with CloseWrite, such as that of net/http, keeps it: a proxy ends its sending with it, and still receives",
		out: Buffers | Replays,
		run: responseUpgraded,
	}}
}

// respondWith returns a base whose responses have the body that body makes.
func respondWith(status int, body func(*http.Request) io.ReadCloser) *Base {
	return Script(Step{Respond: func(req *http.Request) (*http.Response, error) {
		resp := newResponse(req, status, "")
		resp.Body, resp.ContentLength = body(req), -1
		return resp, nil
	}})
}

// A matching is a writer that compares what is written with what it expects, and keeps nothing.
type matching struct {
	want   []byte // what has not been written yet
	differ bool
}

func (m *matching) Write(b []byte) (int, error) {
	m.differ = m.differ || !bytes.HasPrefix(m.want, b)
	m.want = m.want[min(len(b), len(m.want)):]
	return len(b), nil
}

func bodyBytes(p *probe) {
	data := make([]byte, 300_000)
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range data {
		data[i] = byte(rng.Uint32())
	}
	buf := make([]byte, 4<<10)
	for what, form := range map[string]struct {
		size   int
		source func([]byte) io.Reader
	}{
		"whole":             {300_000, func(b []byte) io.Reader { return bytes.NewReader(b) }},
		"uneven":            {300_000, func(b []byte) io.Reader { return &uneven{r: bytes.NewReader(b)} }},
		"end with the data": {100_000, func(b []byte) io.Reader { return &together{data: bytes.Clone(b), err: io.EOF} }},
		"byte by byte":      {5_000, func(b []byte) io.Reader { return iotest.OneByteReader(bytes.NewReader(b)) }},
	} {
		for _, status := range []int{200, 404} {
			want := data[:form.size]
			rt := p.layer(respondWith(status, func(*http.Request) io.ReadCloser { return NewBody(form.source(want)) }))
			resp := p.get(rt, p.request(context.Background(), "/bytes"))
			got := &matching{want: want}
			n, err := io.CopyBuffer(got, struct{ io.Reader }{resp.Body}, buf)
			if err != nil {
				p.errorf("%s, %d: reading the response body: %v", what, status, err)
			}
			if n != int64(len(want)) || got.differ {
				p.errorf("%s, %d: the caller read %d bytes, or other bytes, than the %d that were sent", what, status, n, len(want))
			}
			if err := resp.Body.Close(); err != nil {
				p.errorf("%s, %d: closing the response body: %v", what, status, err)
			}
			if n, err := resp.Body.Read(make([]byte, 1)); n != 0 || err == nil {
				p.errorf("%s, %d: a Read after Close returned %d bytes and error %v", what, status, n, err)
			}
		}
	}
}

func bodyLong(p *probe) {
	const size = 33<<20 + 1
	rt := p.layer(respondWith(200, func(*http.Request) io.ReadCloser { return NewBody(filler(size)) }))
	resp := p.get(rt, p.request(context.Background(), "/long"))
	n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{resp.Body}, make([]byte, 256<<10))
	if n != size || err != nil {
		p.errorf("the body ended after %d bytes with error %v; want %d", n, err, size)
	}
	_ = resp.Body.Close()
}

func bodyClosed(p *probe) {
	for what, use := range map[string]func(io.ReadCloser){
		"unread":             func(b io.ReadCloser) { _ = b.Close() },
		"read in part":       func(b io.ReadCloser) { _, _ = io.ReadFull(b, make([]byte, 3)); _ = b.Close() },
		"read to the end":    func(b io.ReadCloser) { _, _ = io.ReadAll(b); _ = b.Close() },
		"copied":             func(b io.ReadCloser) { _, _ = io.Copy(io.Discard, b); _ = b.Close() },
		"closed twice":       func(b io.ReadCloser) { _ = b.Close(); _ = b.Close() },
		"read, closed twice": func(b io.ReadCloser) { _, _ = io.ReadAll(b); _ = b.Close(); _ = b.Close() },
	} {
		for _, status := range []int{200, 404, 500} {
			base := Script(Step{Status: status, Body: "to be closed"})
			use(p.get(p.layer(base), p.request(context.Background(), "/closed")).Body)
			rest()
			calls := base.Calls()
			n, most := calls[len(calls)-1].ResponseBody.Usage().Closes, 1
			if strings.Contains(what, "twice") {
				most = 2
			}
			if n < 1 || n > most {
				p.errorf("%d, %s: the base's body was closed %d times; want at least once and at most as often as by the caller", status, what, n)
			}
		}
	}
}

func closeDuringRead(p *probe) {
	var body *Body
	rt := p.layer(respondWith(200, func(req *http.Request) io.ReadCloser {
		body = dripping(req.Context(), time.Hour, 1)
		return body
	}))
	resp := p.get(rt, p.request(context.Background(), "/blocked"))
	var all sync.WaitGroup
	start := time.Now()
	all.Go(func() {
		p.catch(func() {
			n, err := resp.Body.Read(make([]byte, 1))
			if took := time.Since(start); n != 0 || err == nil || took != time.Second {
				p.errorf("a Read with a Close after 1s returned %d bytes, error %v, after %v", n, err, took)
			}
		})
	})
	for range 8 {
		all.Go(func() {
			p.catch(func() {
				time.Sleep(time.Second)
				_ = resp.Body.Close()
			})
		})
	}
	all.Wait()
	if body.Usage().Closes == 0 {
		p.errorf("no Close reached the base's body")
	}
}

func bodyError(p *probe) {
	for _, broken := range []error{io.ErrUnexpectedEOF, errBase} {
		for _, status := range []int{200, 404} {
			rt := p.layer(respondWith(status, func(*http.Request) io.ReadCloser {
				return NewBody(&together{data: []byte("half of it"), err: broken})
			}))
			req, _ := p.post(context.Background(), http.MethodPost, "", false)
			resp, err := p.trip(rt, req)
			if err != nil {
				p.errorUnless(Buffers, "%d: RoundTrip failed with %v; want the response, and the error from its body", status, err)
				p.checkErr("a body that breaks off", err, broken)
				continue
			}
			got, err := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			if string(got) != "half of it" {
				p.errorf("%d: the caller read %q before the error; want %q", status, got, "half of it")
			}
			p.checkErr("a body that breaks off", err, broken)
		}
	}
}

func bodyLate(p *probe) {
	pause := time.Hour
	if p.may(TimesOut) {
		pause = time.Second
	}
	rt := p.layer(Script(Step{Body: "still there, all of it"}))
	resp := p.get(rt, p.request(context.Background(), "/late"))
	var got strings.Builder
	for {
		time.Sleep(pause)
		n, err := io.CopyN(&got, resp.Body, 8)
		if n < 8 {
			if !errors.Is(err, io.EOF) {
				hint := ""
				if !p.may(TimesOut) {
					hint = cure(TimesOut)
				}
				p.errorf("%v after RoundTrip, with %q read before: %v%s", pause, got.String(), err, hint)
			}
			break
		}
	}
	if got.String() != "still there, all of it" {
		p.errorf("the caller read %q", got.String())
	}
	_ = resp.Body.Close()
}

// A writerTo is a response body that has a WriteTo method.
type writerTo struct{ *Body }

func (w writerTo) WriteTo(dst io.Writer) (int64, error) {
	return io.Copy(dst, struct{ io.Reader }{w.Body})
}

func bodyWriterTo(p *probe) {
	const text = "first some by Read, then the rest by WriteTo"
	for _, before := range []int{0, 10} {
		var inner *Body
		rt := p.layer(respondWith(200, func(*http.Request) io.ReadCloser {
			inner = NewBody(strings.NewReader(text))
			return writerTo{inner}
		}))
		resp := p.get(rt, p.request(context.Background(), "/writer-to"))
		var got bytes.Buffer
		if _, err := io.CopyN(&got, struct{ io.Reader }{resp.Body}, int64(before)); err != nil {
			p.errorf("reading %d bytes: %v", before, err)
		}
		n, err := io.Copy(&got, resp.Body)
		if got.String() != text || err != nil || n != int64(len(text)-before) {
			p.errorf("after %d bytes by Read, io.Copy returned %d, error %v; in all %q; want %q", before, n, err, got.String(), text)
		}
		_ = resp.Body.Close()
		if inner.Usage().Closes == 0 {
			p.errorf("Close did not reach the body")
		}
	}
}

func responseTrailers(p *probe) {
	rt := p.layer(Script(Step{Respond: func(req *http.Request) (*http.Response, error) {
		resp := newResponse(req, 200, "")
		resp.Trailer = http.Header{"X-Sum": nil}
		trailer := resp.Trailer
		resp.Body = NewBody(&atEnd{r: strings.NewReader("four"), do: func() { trailer.Set("X-Sum", "4") }})
		resp.ContentLength = -1
		return resp, nil
	}}))
	resp := p.get(rt, p.request(context.Background(), "/trailers"))
	p.finishBody(resp)
	if got := resp.Trailer.Get("X-Sum"); got != "4" {
		p.errorf("after EOF the trailer reads %q; want %q", got, "4")
	}
}

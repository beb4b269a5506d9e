package roundtriptest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// The cases of this file count connections, or use one for a long time. wireCases lists them.

func connectionReused(p *probe) {
	var n atomic.Int64
	w := p.serve(func(rw http.ResponseWriter, req *http.Request) {
		_, _ = io.Copy(io.Discard, req.Body)
		if req.URL.Path == "/flaky" && n.Add(1)%3 != 0 {
			rw.WriteHeader(503)
		}
		_, _ = io.WriteString(rw, "a small body")
	})
	rt := p.layer(w)
	for _, path := range []string{"/steady", "/flaky"} {
		for range 6 {
			req, _ := p.post(context.Background(), http.MethodPut, "small", true)
			req.URL.Path = path
			p.finishBody(p.get(rt, req))
		}
	}
	if d := w.dials.Load(); d != 1 {
		p.errorf("12 successive calls opened %d connections; want 1", d)
	}
}

func manyCalls(p *probe) {
	w := p.serve(func(rw http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		time.Sleep(time.Second)
		_, _ = fmt.Fprintf(rw, "%s %s", req.URL.Path, body)
	})
	rt := p.layer(w)
	var all sync.WaitGroup
	for i := range 30 {
		all.Go(func() {
			p.catch(func() {
				req, _ := p.post(context.Background(), http.MethodPut, fmt.Sprint("body ", i), i%2 == 0)
				req.URL.Path = fmt.Sprint("/", i)
				want := fmt.Sprintf("/%d body %d", i, i)
				if got := p.finishBody(p.get(rt, req)); got != want {
					p.errorf("got %q; want %q", got, want)
				}
			})
		})
	}
	all.Wait()
}

func wireUpgrade(p *probe) {
	w := p.serve(func(rw http.ResponseWriter, _ *http.Request) {
		conn, buf, err := http.NewResponseController(rw).Hijack()
		if err != nil {
			return
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
		line, _ := buf.ReadString('\n')
		_, _ = io.WriteString(conn, "echo: "+line)
		_, _ = io.Copy(io.Discard, buf) // until the client closes
	})
	req := p.request(context.Background(), "/upgrade")
	req.Header.Set("Connection", "Upgrade")
	req.Header.Set("Upgrade", "echo")
	resp := p.get(p.layer(w), req)
	defer resp.Body.Close()
	conn, ok := resp.Body.(io.ReadWriteCloser)
	if resp.StatusCode != 101 || !ok {
		p.fatalf("status %d, body %T; want 101 and an io.ReadWriteCloser", resp.StatusCode, resp.Body)
	}
	if _, err := io.WriteString(conn, "hello\n"); err != nil {
		p.errorf("Write: %v", err)
	}
	if line, err := bufio.NewReader(conn).ReadString('\n'); line != "echo: hello\n" || err != nil {
		p.errorf("Read returned %q, %v", line, err)
	}
}

func cancelFreesConnection(p *probe) {
	var open atomic.Int64
	w := p.serve(func(rw http.ResponseWriter, req *http.Request) {
		open.Add(1)
		defer open.Add(-1)
		if req.URL.Path == "/body" {
			_, _ = io.WriteString(rw, "some")
			_ = http.NewResponseController(rw).Flush()
		}
		select {
		case <-req.Context().Done(): // the connection was closed
		case <-time.After(timersEnd):
		}
	})
	rt := p.layer(w)
	for _, path := range []string{"/headers", "/body"} {
		ctx, cancel := context.WithCancel(context.Background())
		time.AfterFunc(time.Second, cancel)
		start := time.Now()
		resp, err := p.trip(rt, p.request(ctx, path))
		if err == nil {
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
		}
		if took := time.Since(start); took != time.Second {
			p.errorf("%s: a cancel after 1s ended the call after %v", path, took)
		}
		rest()
		cancel()
	}
	_ = p.get(rt, p.request(context.Background(), "/body")).Body.Close() // unread
	rest()
	if n := open.Load(); n != 0 {
		p.errorf("%d connections are still open at the server", n)
	}
}

func largeUpload(p *probe) {
	w := p.serve(func(rw http.ResponseWriter, req *http.Request) {
		n, err := io.Copy(io.Discard, req.Body)
		_, _ = fmt.Fprint(rw, n, " ", req.ContentLength, " ", err)
	})
	const size = 3<<20 + 7
	for _, length := range []int64{size, -1} {
		req, _ := p.post(context.Background(), http.MethodPut, "", false)
		req.Body, req.ContentLength = NewBody(filler(size)), length
		if got, want := p.finishBody(p.get(p.layer(w), req)), fmt.Sprint(size, " ", length, " ", nil); got != want {
			p.errorf("the server saw %q; want %q", got, want)
		}
	}
}

package fault

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"strconv"
	"time"
)

// maxBody bounds the bytes of a body that are kept in memory.
const maxBody = 8 << 20

var errTooLarge = errors.New("fault: response body of more than 8 MiB, too large to be changed")

// buffered keeps the response of an inner handler so that it can be changed.
type buffered struct {
	header   http.Header
	status   int
	body     bytes.Buffer
	tooLarge bool
}

func (b *buffered) Header() http.Header { return b.header }

func (b *buffered) WriteHeader(status int) {
	if b.status == 0 && status >= 200 {
		b.status = status
	}
}

func (b *buffered) Write(p []byte) (int, error) {
	b.WriteHeader(http.StatusOK)
	if b.body.Len()+len(p) > maxBody {
		b.tooLarge = true
		return 0, errTooLarge
	}
	return b.body.Write(p)
}

// length returns the length of the body, or for HEAD the length that the handler declares.
func (b *buffered) length(method string) int {
	if method == http.MethodHead && b.body.Len() == 0 {
		if n, err := strconv.Atoi(b.header.Get("Content-Length")); err == nil {
			return n
		}
	}
	return b.body.Len()
}

// onWire injects the faults that need the connection itself.
func (in *Injector) onWire(w http.ResponseWriter, r *http.Request, f Fault) {
	var inner *buffered
	switch f.kind {
	case KindResetAfter, KindTruncate, KindLie, KindDrip:
		inner = &buffered{header: http.Header{}}
		in.next.ServeHTTP(inner, r)
		inner.WriteHeader(http.StatusOK)
		if inner.tooLarge {
			http.Error(w, errTooLarge.Error(), http.StatusInternalServerError)
			return
		}
	}
	if f.kind != KindReset {
		drain(r)
	}
	if f.kind == KindDrip {
		drip(w, r, f, inner)
		return
	}
	conn, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, fmt.Sprintf("fault: %s needs an HTTP/1 connection: %v", f.kind, err), http.StatusInternalServerError)
		return
	}
	defer conn.Close() // its error after a reset says only that the connection is closed
	// net/http may have left deadlines of its own on the connection.
	_ = conn.SetDeadline(time.Time{})
	switch f.kind {
	case KindReset:
		reset(conn)
	case KindEmpty:
	case KindRaw:
		_, _ = io.WriteString(conn, f.text)
	case KindUpgrade:
		upgrade(conn, rw, w, r)
	default:
		body := inner.body.Bytes()
		length, send := inner.length(r.Method), body
		switch f.kind {
		case KindResetAfter, KindTruncate:
			send = body[:min(f.n, len(body))]
		case KindLie:
			length = max(0, length+f.n)
		}
		recordStatus(w, inner.status)
		writeHead(rw.Writer, inner, length)
		if r.Method != http.MethodHead {
			_, _ = rw.Write(send)
		}
		_ = rw.Flush() // an error means that the client has disconnected
		if f.kind == KindResetAfter {
			reset(conn)
		}
	}
}

func writeHead(w *bufio.Writer, inner *buffered, length int) {
	h := inner.header.Clone()
	h.Set("Content-Length", strconv.Itoa(length))
	h.Del("Transfer-Encoding")
	if h.Get("Date") == "" {
		h.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	}
	fmt.Fprintf(w, "HTTP/1.1 %03d %s\r\n", inner.status, http.StatusText(inner.status))
	_ = h.Write(w)
	_, _ = w.WriteString("\r\n")
}

// drip writes through net/http: the response is correct and only slow.
func drip(w http.ResponseWriter, r *http.Request, f Fault, inner *buffered) {
	maps.Copy(w.Header(), inner.header)
	w.Header().Set("Content-Length", strconv.Itoa(inner.length(r.Method)))
	w.WriteHeader(inner.status)
	rc := http.NewResponseController(w)
	if rc.Flush() != nil || r.Method == http.MethodHead {
		return
	}
	for i, b := range inner.body.Bytes() {
		if i > 0 && !sleep(r.Context(), f.delay) {
			abort()
		}
		if _, err := w.Write([]byte{b}); err != nil {
			abort()
		}
		if rc.Flush() != nil {
			abort()
		}
	}
}

func upgrade(conn net.Conn, rw *bufio.ReadWriter, w http.ResponseWriter, r *http.Request) {
	proto := r.Header.Get("Upgrade")
	if proto == "" {
		proto = "echo"
	}
	recordStatus(w, http.StatusSwitchingProtocols)
	// net/http has already rejected header values with a line break.
	_, err := fmt.Fprintf(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: %s\r\n\r\n", proto)
	if err == nil {
		_, _ = io.Copy(conn, rw.Reader)
	}
}

// reset makes the kernel send an RST when the connection is closed, and closes it.
func reset(conn net.Conn) {
	if t, ok := conn.(interface{ NetConn() net.Conn }); ok {
		conn = t.NetConn() // TLS would send its close_notify first
	}
	if c, ok := conn.(interface{ SetLinger(int) error }); ok {
		_ = c.SetLinger(0)
	}
	_ = conn.Close()
}

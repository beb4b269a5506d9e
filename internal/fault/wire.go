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

// maxBody bounds what is kept of a body in memory.
const maxBody = 8 << 20

var errTooLarge = errors.New("fault: body too large to be tampered with")

// buffered keeps an inner handler's answer, so that it can be spoilt.
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

// length is the body's, or for HEAD what the handler says it would be.
func (b *buffered) length(method string) int {
	if method == http.MethodHead && b.body.Len() == 0 {
		if n, err := strconv.Atoi(b.header.Get("Content-Length")); err == nil {
			return n
		}
	}
	return b.body.Len()
}

// onWire plays the faults that need the connection itself.
func (in *Injector) onWire(w http.ResponseWriter, r *http.Request, f Fault) {
	var answer *buffered
	switch f.kind {
	case KindResetAfter, KindTruncate, KindLie, KindDrip:
		answer = &buffered{header: http.Header{}}
		in.next.ServeHTTP(answer, r)
		answer.WriteHeader(http.StatusOK)
		if answer.tooLarge {
			http.Error(w, errTooLarge.Error(), http.StatusInternalServerError)
			return
		}
	}
	if f.kind != KindReset {
		drain(r)
	}
	if f.kind == KindDrip {
		drip(w, r, f, answer)
		return
	}
	conn, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, fmt.Sprintf("fault: %s needs an HTTP/1 connection: %v", f.kind, err), http.StatusInternalServerError)
		return
	}
	defer conn.Close() // a second close after reset is an error nobody needs
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
		body := answer.body.Bytes()
		length, send := answer.length(r.Method), body
		switch f.kind {
		case KindResetAfter, KindTruncate:
			send = body[:min(f.n, len(body))]
		case KindLie:
			length = max(0, length+f.n)
		}
		noteStatus(w, answer.status)
		writeHead(rw.Writer, answer, length)
		if r.Method != http.MethodHead {
			_, _ = rw.Write(send)
		}
		_ = rw.Flush() // fails when the client is gone, as does what follows
		if f.kind == KindResetAfter {
			reset(conn)
		}
	}
}

func writeHead(w *bufio.Writer, answer *buffered, length int) {
	h := answer.header.Clone()
	h.Set("Content-Length", strconv.Itoa(length))
	h.Del("Transfer-Encoding")
	if h.Get("Date") == "" {
		h.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	}
	fmt.Fprintf(w, "HTTP/1.1 %03d %s\r\n", answer.status, http.StatusText(answer.status))
	_ = h.Write(w)
	_, _ = w.WriteString("\r\n")
}

// drip goes through net/http's own writer: the bytes are honest, only late.
func drip(w http.ResponseWriter, r *http.Request, f Fault, answer *buffered) {
	maps.Copy(w.Header(), answer.header)
	w.Header().Set("Content-Length", strconv.Itoa(answer.length(r.Method)))
	w.WriteHeader(answer.status)
	rc := http.NewResponseController(w)
	if rc.Flush() != nil || r.Method == http.MethodHead {
		return
	}
	for i, b := range answer.body.Bytes() {
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
	noteStatus(w, http.StatusSwitchingProtocols)
	// net/http has refused header values with a line break in them already.
	_, err := fmt.Fprintf(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: %s\r\n\r\n", proto)
	if err == nil {
		_, _ = io.Copy(conn, rw.Reader)
	}
}

// reset makes the close that follows an RST.
func reset(conn net.Conn) {
	if t, ok := conn.(interface{ NetConn() net.Conn }); ok {
		conn = t.NetConn() // TLS would say goodbye first
	}
	if c, ok := conn.(interface{ SetLinger(int) error }); ok {
		_ = c.SetLinger(0)
	}
	_ = conn.Close()
}

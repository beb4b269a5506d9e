package e2e

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// An h2Server speaks HTTP/2 over TLS by hand, frame by frame, so that a test decides when it
// rejects a stream, goes away or breaks off.
type h2Server struct {
	*httptest.Server

	script func(*h2Stream) // runs for each request, once its headers are there
	busy   sync.WaitGroup

	mu    sync.Mutex // mu guards the fields below.
	seen  int        // requests
	done  []string   // the work that was done, by method and body
	conns []*h2Conn
}

// An h2Conn is one connection.
type h2Conn struct {
	server *h2Server
	number int // from 1
	inner  *tls.Conn
	frames *http2.Framer // only serve reads
	write  sync.Mutex    // write guards writing by frames, and header and block.
	header *hpack.Encoder
	block  bytes.Buffer
}

// An h2Stream is one request.
type h2Stream struct {
	*h2Conn

	id     uint32
	seen   int // how many requests the server had seen by then, with this one
	method string
	ended  chan struct{} // closed when the body is complete or has broken off
	body   []byte        // valid once ended is closed
}

// newH2Server starts a server that runs script for each request.
func newH2Server(script func(*h2Stream)) *h2Server {
	s := &h2Server{script: script}
	s.Server = httptest.NewUnstartedServer(http.NotFoundHandler())
	s.TLS = &tls.Config{NextProtos: []string{"h2"}, MinVersion: tls.VersionTLS12}
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.Config.TLSNextProto = map[string]func(*http.Server, *tls.Conn, http.Handler){
		"h2": func(_ *http.Server, c *tls.Conn, _ http.Handler) { s.serve(c) },
	}
	s.StartTLS()
	return s
}

// stop ends the server and its connections. After a stream was reset, the client closes its
// connection only once the server has.
func (s *h2Server) stop() {
	s.mu.Lock()
	for _, c := range s.conns {
		_ = c.inner.Close()
	}
	s.mu.Unlock()
	s.busy.Wait()
	s.Close()
}

// base returns a transport that trusts the server.
func (s *h2Server) base(t *testing.T) *http.Transport {
	t.Helper()
	base, ok := s.Client().Transport.(*http.Transport)
	if !ok {
		t.Fatal("the transport of the test server is not an *http.Transport")
	}
	base = base.Clone()
	base.ForceAttemptHTTP2 = true
	t.Cleanup(base.CloseIdleConnections)
	return base
}

// work returns the work that the server has done.
func (s *h2Server) work() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.done)
}

// connections returns how many connections the server has had.
func (s *h2Server) connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns)
}

// serve reads the frames of a connection until it ends.
func (s *h2Server) serve(inner *tls.Conn) {
	s.busy.Add(1)
	defer s.busy.Done()
	defer inner.Close()
	c := &h2Conn{server: s, inner: inner, frames: http2.NewFramer(inner, inner)}
	c.frames.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	c.header = hpack.NewEncoder(&c.block)
	s.mu.Lock()
	s.conns = append(s.conns, c)
	c.number = len(s.conns)
	s.mu.Unlock()
	if _, err := io.ReadFull(inner, make([]byte, len(http2.ClientPreface))); err != nil {
		return
	}
	c.do(func() error { return c.frames.WriteSettings() })
	streams := make(map[uint32]*h2Stream)
	defer func() {
		for _, st := range streams {
			close(st.ended)
		}
	}()
	for {
		f, err := c.frames.ReadFrame()
		if err != nil {
			return
		}
		id, ended := f.Header().StreamID, false
		switch f := f.(type) {
		case *http2.MetaHeadersFrame:
			st := &h2Stream{h2Conn: c, id: id, method: f.PseudoValue("method"), ended: make(chan struct{})}
			s.mu.Lock()
			s.seen++
			st.seen = s.seen
			s.mu.Unlock()
			streams[id], ended = st, f.StreamEnded()
			s.busy.Go(func() { s.script(st) })
		case *http2.DataFrame:
			if st := streams[id]; st != nil {
				st.body, ended = append(st.body, f.Data()...), f.StreamEnded()
			}
		case *http2.RSTStreamFrame:
			ended = streams[id] != nil
		case *http2.SettingsFrame:
			if !f.IsAck() {
				c.do(c.frames.WriteSettingsAck)
			}
		case *http2.PingFrame:
			if !f.IsAck() {
				c.do(func() error { return c.frames.WritePing(true, f.Data) })
			}
		}
		if ended {
			close(streams[id].ended)
			delete(streams, id)
		}
	}
}

// do writes a frame. It ignores the error, because serve notices that a client has gone.
func (c *h2Conn) do(frame func() error) {
	c.write.Lock()
	defer c.write.Unlock()
	_ = frame()
}

// works does the work of the request, which the server must do once for each call. It
// waits for the whole request.
func (s *h2Stream) works() {
	<-s.ended
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	s.server.done = append(s.server.done, fmt.Sprintf("%s %s", s.method, s.body))
}

// responds sends the headers of a response of 200.
func (s *h2Stream) responds() {
	s.do(func() error {
		s.block.Reset()
		_ = s.header.WriteField(hpack.HeaderField{Name: ":status", Value: "200"})
		return s.frames.WriteHeaders(http2.HeadersFrameParam{StreamID: s.id, BlockFragment: s.block.Bytes(), EndHeaders: true})
	})
}

// sends sends a part of the body, and ends the stream if end is set.
func (s *h2Stream) sends(text string, end bool) {
	s.do(func() error { return s.frames.WriteData(s.id, end, []byte(text)) })
}

// serves does the work and responds.
func (s *h2Stream) serves() {
	s.works()
	s.responds()
	s.sends("done", true)
}

// resets ends the stream with a code.
func (s *h2Stream) resets(code http2.ErrCode) {
	s.do(func() error { return s.frames.WriteRSTStream(s.id, code) })
}

// goesAway names the last stream of the connection that the server processes.
func (c *h2Conn) goesAway(last uint32, code http2.ErrCode) {
	c.do(func() error { return c.frames.WriteGoAway(last, code, nil) })
}

package harness

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/fault"
)

// A Server is the service of an SDK behind faults, which counts what arrives.
type Server struct {
	URL string

	sdk     *SDK
	service http.Handler
	late    bool // the end of a body arrives later than its last byte

	mu     sync.Mutex // mu guards the fields below.
	seen   []Request
	fault  Fault
	always bool
	most   int    // cancel is called after that many requests; 0 means never
	cancel func() // ends the call
	latch  *latch // held by the following streams
}

// A Request is one that arrived.
type Request struct {
	Method, Target string
	Header         http.Header
	Chunked        bool
	Length         int64 // as announced, -1 without
	Size           int64 // as far as it was read
	Hash           [sha256.Size]byte
	Body           []byte // the first 32 MiB
	Err            error  // of reading the body
	At             time.Time
}

// startServer starts the service of an SDK, which ends with the test.
func startServer(t *testing.T, sdk *SDK) *Server {
	t.Helper()
	s := &Server{sdk: sdk, service: sdk.Serve()}
	server, err := fault.Start(s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	s.URL = server.URL
	return s
}

// inject makes the next requests fail, only the first or all. If most is above 0, cancel ends the
// call after that many.
func (s *Server) inject(f Fault, always bool, most int, cancel func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen, s.fault, s.always, s.most, s.cancel = nil, f, always, most, cancel
}

// hold makes the following streams wait for a latch.
func (s *Server) hold(g *latch) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.latch = g
}

// requests returns the requests since the last inject.
func (s *Server) requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.seen...)
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.sdk.Noise != nil && s.sdk.Noise(r) {
		s.service.ServeHTTP(w, r)
		return
	}
	f, g := s.next()
	r = r.WithContext(context.WithValue(r.Context(), latchKey{}, g))
	got := Request{
		Method: r.Method, Target: r.RequestURI, Header: r.Header.Clone(), Chunked: r.ContentLength < 0,
		Length: r.ContentLength, At: time.Now(),
	}
	var body io.Reader = r.Body
	if f.Half {
		_ = http.NewResponseController(w).EnableFullDuplex()
		body = io.LimitReader(r.Body, max(1, r.ContentLength/2))
	}
	var kept bytes.Buffer
	hash := sha256.New()
	if got.Size, got.Err = io.Copy(io.MultiWriter(hash, &keep{&kept, 32 << 20}), body); got.Err == nil {
		hash.Sum(got.Hash[:0])
	}
	got.Body = kept.Bytes()
	s.note(got)
	switch {
	case f.Name != "":
		f.respond(w, r, s.sdk.Sorry)
	case got.Err != nil:
		panic(http.ErrAbortHandler)
	default:
		r.Body = io.NopCloser(bytes.NewReader(got.Body))
		if s.late {
			late := &lateEnd{ResponseWriter: w}
			s.service.ServeHTTP(late, r)
			late.end(r)
			return
		}
		s.service.ServeHTTP(w, r)
	}
}

// next returns the fault of the request that has arrived, and the latch of its stream.
func (s *Server) next() (Fault, *latch) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.fault
	if !s.always {
		s.fault = Fault{}
	}
	return f, s.latch
}

func (s *Server) note(r Request) {
	s.mu.Lock()
	s.seen = append(s.seen, r)
	n, most, cancel := len(s.seen), s.most, s.cancel
	s.mu.Unlock()
	if n == most {
		cancel()
	}
}

// keep is a buffer with a limit.
type keep struct {
	*bytes.Buffer
	room int
}

// Write implements io.Writer.
func (k *keep) Write(p []byte) (int, error) {
	_, _ = k.Buffer.Write(p[:min(len(p), k.room)])
	k.room -= min(len(p), k.room)
	return len(p), nil
}

// lateEnd sends bodies in chunks. The last chunk follows a moment after the last byte.
type lateEnd struct{ http.ResponseWriter }

// WriteHeader implements http.ResponseWriter.
func (l *lateEnd) WriteHeader(status int) {
	l.Header().Del("Content-Length")
	l.ResponseWriter.WriteHeader(status)
}

// Unwrap is for http.ResponseController.
func (l *lateEnd) Unwrap() http.ResponseWriter { return l.ResponseWriter }

// Flush implements http.Flusher.
func (l *lateEnd) Flush() { _ = http.NewResponseController(l.ResponseWriter).Flush() }

// end flushes and waits a moment before the end.
func (l *lateEnd) end(r *http.Request) {
	l.Header().Del("Content-Length")
	l.Flush()
	timer := time.NewTimer(5 * time.Millisecond)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
	}
}

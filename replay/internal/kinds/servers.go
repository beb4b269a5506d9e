package kinds

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
)

// servers are the servers of the kinds, for HTTP/1.1 and HTTP/2.
type servers struct {
	one, two *httptest.Server

	mu    sync.Mutex // mu guards count
	count map[string]int
}

func start(t *testing.T, list []Kind) *servers {
	t.Helper()
	s := &servers{count: make(map[string]int)}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i := slices.IndexFunc(list, func(k Kind) bool { return k.Path() == r.URL.Path })
		if i < 0 {
			t.Errorf("%s %s is no kind", r.Method, r.URL)
			return
		}
		s.mu.Lock()
		s.count[r.URL.Path]++
		n := s.count[r.URL.Path]
		s.mu.Unlock()
		w.Header().Set("Date", "Sat, 28 Nov 2026 10:00:00 GMT") // a constant, so that two responses are equal
		list[i].serve(w, r, n)
	})
	s.one, s.two = httptest.NewServer(handler), httptest.NewUnstartedServer(handler)
	s.two.EnableHTTP2 = true
	s.two.StartTLS()
	t.Cleanup(s.close)
	return s
}

func (s *servers) close() {
	s.one.Close()
	s.two.Close()
}

// again makes the servers count from 1 again.
func (s *servers) again() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.count)
}

// ask makes the requests of a kind through the round tripper that wrap returns for a new transport.
func (s *servers) ask(t *testing.T, k Kind, wrap func(http.RoundTripper) http.RoundTripper) (views []view) {
	t.Helper()
	server := s.one
	if k.http2 {
		server = s.two
	}
	base := server.Client().Transport.(*http.Transport).Clone() //nolint:forcetypeassert // httptest says so
	defer base.CloseIdleConnections()
	if k.transport != nil {
		k.transport(base)
	}
	client := &http.Client{Transport: wrap(base)}
	if k.unfollowed {
		client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	}
	for range max(k.Times, 1) {
		resp, err := client.Do(k.Request(t, server.URL))
		views = append(views, viewOf(resp, err, k.halfway))
	}
	return views
}

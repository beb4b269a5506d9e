package collector

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// A sent is a request as the server saw it, with the status of the response, or 0 if there was
// none.
type sent struct {
	method, path string
	traceparent  string
	around       string // tracestate and baggage, which come from the caller of the program
	status       int
}

// An api is a server that responds by a script.
type api struct {
	*httptest.Server

	mu   sync.Mutex // mu guards seen
	seen []sent
}

func newAPI(t *testing.T) *api {
	t.Helper()
	a := &api{}
	a.Server = httptest.NewServer(a)
	t.Cleanup(a.Close)
	return a
}

// script returns the statuses of the responses to a path, in order. The last one is repeated, and 0
// stands for no response.
func script(path string) []int {
	switch first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/"); first {
	case "pokemon":
		return []int{503, 503, 200}
	case "down":
		return []int{503}
	case "paused":
		return []int{429, 200}
	case "missing":
		return []int{404}
	case "moved":
		return []int{302}
	case "hang":
		return []int{0}
	}
	return []int{200}
}

// ServeHTTP responds by the script of the path.
func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	n := 0
	for _, s := range a.seen {
		if s.path == r.URL.Path {
			n++
		}
	}
	statuses := script(r.URL.Path)
	status := statuses[min(n, len(statuses)-1)]
	if r.Method == http.MethodPost {
		status = http.StatusCreated
	}
	a.seen = append(a.seen, sent{r.Method, r.URL.Path, r.Header.Get("Traceparent"), r.Header.Get("Tracestate") + " " + r.Header.Get("Baggage"), status})
	a.mu.Unlock()
	_, _ = io.Copy(io.Discard, r.Body)
	switch {
	case status == 0:
		<-r.Context().Done()
		return
	case status == http.StatusTooManyRequests:
		w.Header().Set("Retry-After-Ms", "30")
	case status == http.StatusFound:
		w.Header().Set("Location", "/items/1")
	case strings.HasPrefix(r.URL.Path, "/slow/"):
		time.Sleep(15 * time.Millisecond) // so that the duration is in another bucket
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, "body")
}

// requests returns the requests so far.
func (a *api) requests() []sent {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.seen)
}

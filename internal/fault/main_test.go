package fault

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"testing"
)

// serve starts a server and returns it with a client without keep-alive, so that
// net/http has no reused connection on which it would retry. The end of the test
// closes both.
func serve(t *testing.T, h http.Handler) (*Server, *http.Client) {
	t.Helper()
	s, err := Start(h)
	if err != nil {
		t.Fatal(err)
	}
	return s, client(t, s.Close)
}

func client(t *testing.T, closers ...func() error) *http.Client {
	t.Helper()
	tr := &http.Transport{DisableKeepAlives: true}
	t.Cleanup(func() {
		for _, c := range closers {
			if err := c(); err != nil {
				t.Error(err)
			}
		}
		tr.CloseIdleConnections()
	})
	return &http.Client{Transport: tr}
}

func TestMain(m *testing.M) {
	code := m.Run()
	if left := goroutinesLeft(); code == 0 && len(left) > 0 {
		fmt.Printf("goroutines left by the tests:\n%s\n", strings.Join(left, "\n\n"))
		code = 1
	}
	os.Exit(code)
}

// goroutinesLeft returns the goroutines that servers have left behind. It looks more than once,
// because a goroutine runs a few more instructions after its last signal.
func goroutinesLeft() []string {
	var left []string
	for range 2000 {
		if left = serverGoroutines(); len(left) == 0 {
			return nil
		}
		runtime.Gosched()
	}
	return left
}

func serverGoroutines() []string {
	buf := make([]byte, 1<<20)
	var found []string
	for g := range strings.SplitSeq(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
		if strings.Contains(g, "net/http.(*conn).serve") || strings.Contains(g, "net/http.(*Server)") ||
			strings.Contains(g, "fault.(*Injector)") {
			found = append(found, g)
		}
	}
	return found
}

// text returns a handler that responds with s.
func text(s string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Inner", "yes")
		_, _ = io.WriteString(w, s)
	})
}

// always returns a handler that injects f into every request.
func always(f Fault, next http.Handler) *Injector {
	return Handler(next, Plan{Scripts: []Script{{Faults: []Fault{f}, Repeat: true}}})
}

func request(h http.Handler, method, target string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, target, nil))
	return w
}

// fetch returns the response, the body as far as it could be read, and the error of the call or of
// the body.
func fetch(c *http.Client, url string) (*http.Response, string, error) {
	resp, err := c.Get(url)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return resp, string(b), err
}

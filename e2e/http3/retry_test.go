package http3

import (
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/timeout"
	"github.com/gracy-go/gracy/transport/verdict"
)

// A fault is what becomes of a request.
type fault struct {
	before func(*server, *testing.T)             // after a first request, nil for nothing
	serve  func(*testing.T, http.ResponseWriter) // in place of the first two responses, nil for nothing
	post   verdict.Verdict                       // of the first attempt of a POST
}

// abort resets the stream of a request that has arrived.
func abort(t *testing.T, _ http.ResponseWriter) {
	t.Helper()
	panic(http.ErrAbortHandler)
}

// A GET succeeds after each fault, and a POST where the server has done nothing. No work is done
// twice.
func TestWhatIsSentAgain(t *testing.T) {
	for name, f := range map[string]fault{
		"the stream is rejected, and that of the base's own attempt": {
			serve: reject, post: verdict.Retryable,
		},
		"the stream is reset": {
			serve: abort, post: verdict.Ambiguous,
		},
		"the server has left": {
			before: (*server).leave, post: verdict.OK,
		},
		"the server knows the connection no more": {
			before: (*server).restart, post: verdict.Ambiguous,
		},
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			t.Run(name+", "+method, func(t *testing.T) {
				var worked, arrived atomic.Int64
				s := serve(t, func(w http.ResponseWriter, r *http.Request) {
					b, _ := io.ReadAll(r.Body)
					if r.URL.Path == "/first" {
						return
					}
					if n := arrived.Add(1); f.serve != nil && n <= 2 {
						f.serve(t, w)
						return
					}
					worked.Add(1)
					_, _ = w.Write(b)
				})
				rt := gracy.Around(s.base, retry.New(retry.Policy{Delay: retry.NoDelay}), timeout.PerAttempt(0))
				if _, _, err := do(t, t.Context(), rt, http.MethodGet, s.url+"/first", nil); err != nil {
					t.Fatal(err)
				}
				if f.before != nil {
					f.before(s, t)
				}
				var body io.Reader
				if method == http.MethodPost {
					body = strings.NewReader("data")
				}
				got, call, err := do(t, t.Context(), rt, method, s.url, body)
				first := call.Attempt()
				for a := range call.Attempts() {
					first = a
					break
				}
				switch {
				case method == http.MethodGet:
					if err != nil || worked.Load() != 1 {
						t.Errorf("%v, the work was done %d times\n%s", err, worked.Load(), call)
					}
				case first.Verdict() != f.post:
					t.Errorf("the first attempt is %v, want %v\n%s", first.Verdict(), f.post, call)
				case f.post == verdict.Ambiguous:
					if err == nil || call.Count() != 1 || arrived.Load() > 1 {
						t.Errorf("%v, want no further attempt\n%s", err, call)
					}
				case err != nil || got != "data" || worked.Load() != 1 || strings.Contains(call.String(), "sent 2 times"):
					t.Errorf("%q, %v, the work was done %d times\n%s", got, err, worked.Load(), call)
				}
			})
		}
	}
}

// A request that was never sent may be sent again, whatever its method. What cannot be sent is not
// tried again.
func TestWhatIsNotSent(t *testing.T) {
	for name, c := range map[string]struct {
		url      func(s *server) string
		edit     func(*http.Request)
		attempts int
		verdict  verdict.Verdict
	}{
		"nobody is there": {func(s *server) string {
			s.kill()
			s.base.QUICConfig.HandshakeIdleTimeout = 100 * time.Millisecond
			return s.url
		}, nil, 3, verdict.Retryable},
		"an untrusted certificate": {func(s *server) string {
			s.base.TLSClientConfig.RootCAs = nil
			return s.url
		}, nil, 1, verdict.Permanent},
		"another scheme": {func(s *server) string { return "http" + strings.TrimPrefix(s.url, "https") }, nil, 1, verdict.Permanent},
		"a bad header":   {func(s *server) string { return s.url }, func(r *http.Request) { r.Header["bad name"] = []string{"x"} }, 1, verdict.Permanent},
		"a bad value":    {func(s *server) string { return s.url }, func(r *http.Request) { r.Header.Set("X-A", "a\nb") }, 1, verdict.Permanent},
		"a bad method":   {func(s *server) string { return s.url }, func(r *http.Request) { r.Method = "G T" }, 1, verdict.Permanent},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("the request arrived") })
			rt := gracy.Around(s.base, gracy.Func(func(next http.RoundTripper) http.RoundTripper {
				return edits{next, c.edit}
			}), retry.New(retry.Policy{Delay: retry.NoDelay}), timeout.PerAttempt(0))
			_, call, err := do(t, t.Context(), rt, http.MethodPost, c.url(s), strings.NewReader("data"))
			if err == nil || call.Count() != c.attempts || call.Attempt().Verdict() != c.verdict {
				t.Errorf("%v, want %d attempts that are %v\n%s", err, c.attempts, c.verdict, call)
			}
		})
	}
}

type edits struct {
	http.RoundTripper
	edit func(*http.Request)
}

func (e edits) RoundTrip(req *http.Request) (*http.Response, error) {
	if req = req.Clone(req.Context()); e.edit != nil {
		e.edit(req)
	}
	return e.RoundTripper.RoundTrip(req)
}

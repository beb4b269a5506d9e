package timeout_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/timeout"
	"github.com/gracy-go/gracy/transport"
)

// While a body is being received, the connection refers to the context of a limit. It must not
// thereby keep a body alive that is watched because it holds a slot.
func TestALeakedBodyIsFoundUnderALimit(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "begin")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}))
	defer server.Close()
	defer server.CloseClientConnections()
	// No body is closed: that is what it is about.
	for name, around := range map[string][]transport.Layer{
		"none, the control": nil,
		"total and idle":    {timeout.New(timeout.Config{})},
		"idle":              {timeout.New(timeout.Config{Total: timeout.NoTimeout, Idle: time.Hour})},
		"total":             {timeout.New(timeout.Config{Idle: timeout.NoTimeout})},
		"attempt":           {timeout.PerAttempt(0)},
		"with retries":      {timeout.New(timeout.Config{}), rttest.Retry(3)},
	} {
		t.Run(name, func(t *testing.T) {
			base := &http.Transport{}
			defer base.CloseIdleConnections()
			ended := make(chan struct{})
			watch := &rttest.Layer{Name: "watch", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
				resp, err := next.RoundTrip(req)
				if err != nil {
					return nil, err
				}
				c.Attempt().Own(resp, closer(ended))
				return c.Attempt().WatchLeak(resp), nil
			}}
			rt := rttest.Stack(base, append(around, watch)...)
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := rt.RoundTrip(req); err != nil {
				t.Fatal(err)
			}
			for end := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
				runtime.GC()
				select {
				case <-ended:
					return
				default:
				}
				if time.Now().After(end) {
					t.Fatal("the body is held")
				}
			}
		})
	}
}

// closer is closed when the body ends.
type closer chan struct{}

func (c closer) BodyEnd(*layer.Attempt) { close(c) }

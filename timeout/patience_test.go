package timeout

import (
	"context"
	"io"
	"math"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

// quietBody has one byte after a silence.
type quietBody struct {
	silence time.Duration
	ended   chan struct{}
}

func (b quietBody) Read(p []byte) (int, error) {
	select {
	case <-time.After(b.silence):
		return copy(p, "x"), io.EOF
	case <-b.ended:
		return 0, http.ErrBodyReadAfterClose
	}
}

func (b quietBody) Close() error { close(b.ended); return nil }

// A heartbeat of 45 s: a stream with a limit of its own survives it, another body does not, and the
// connection stays open for as long.
func TestAStreamMayBeSilentForLonger(t *testing.T) {
	for name, tc := range map[string]struct {
		config   Config
		url      string
		whole    bool
		patience time.Duration
	}{
		"a stream":           {Config{StreamIdle: 5 * time.Minute}, "http://a.test/pods?watch=true", true, 5 * time.Minute},
		"a declared stream":  {Config{StreamIdle: NoTimeout}, "http://a.test/logs", true, math.MaxInt64},
		"control: no stream": {Config{StreamIdle: 5 * time.Minute}, "http://a.test/pods", false, quiet},
		"control: no limit":  {Config{}, "http://a.test/pods?watch=true", false, quiet},
		"no limit at all":    {Config{Total: NoTimeout, Idle: NoTimeout}, "http://a.test/pods", true, math.MaxInt64},
		"a long idle":        {Config{Idle: time.Minute}, "http://a.test/pods?watch=true", true, time.Minute},
	} {
		synctest.Test(t, func(t *testing.T) {
			var got time.Duration
			probe := &rttest.Layer{Name: "probe", Trip: func(_ *layer.Call, req *http.Request, _ http.RoundTripper) (*http.Response, error) {
				got = patienceOf(req.Context())
				resp := rttest.Response(req, http.StatusOK, "")
				resp.Body = quietBody{45 * time.Second, make(chan struct{})}
				return resp, nil
			}}
			rt := rttest.Stack(rttest.Respond(200, ""), transport.Streams("/logs"), New(tc.config), PerAttempt(0), probe)
			req, _ := http.NewRequestWithContext(context.Background(), http.MethodGet, tc.url, nil)
			resp, err := rt.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			b, err := io.ReadAll(resp.Body)
			if whole := string(b) == "x" && err == nil; whole != tc.whole || got != tc.patience {
				t.Errorf("%s: body %q, %v, patience %s; want whole %v, %s", name, b, err, got, tc.whole, tc.patience)
			}
		})
	}
}

func TestTheLimitOfStreamsIsShown(t *testing.T) {
	if got := New(Config{StreamIdle: NoTimeout}).String(); !strings.HasSuffix(got, "idle 30s, streams off") {
		t.Errorf("got %q", got)
	}
}

// If the request did not say whether it is for a stream, the response decides: an MCP client
// accepts both JSON and events with each call.
func TestAResponseOfEventsIsAStream(t *testing.T) {
	const both, events = "application/json, text/event-stream", "text/event-stream; charset=utf-8"
	five := Config{StreamIdle: 5 * time.Minute}
	for name, tc := range map[string]struct {
		config        Config
		accept, media string
		whole         bool
		patience      time.Duration
	}{
		"both, events came":          {five, both, events, true, 5 * time.Minute},
		"both, JSON came":            {five, both, "application/json", false, 5 * time.Minute},
		"both, no limit of streams":  {Config{StreamIdle: NoTimeout}, both, events, true, math.MaxInt64},
		"both, a shorter limit":      {Config{Idle: time.Minute, StreamIdle: 20 * time.Second}, both, events, false, time.Minute},
		"both, a shorter limit JSON": {Config{Idle: time.Minute, StreamIdle: 20 * time.Second}, both, "application/json", true, time.Minute},
		"not asked for":              {five, "", events, true, quiet},
		"control: one limit for all": {Config{}, both, events, false, quiet},
	} {
		synctest.Test(t, func(t *testing.T) {
			var got time.Duration
			probe := &rttest.Layer{Name: "probe", Trip: func(_ *layer.Call, req *http.Request, _ http.RoundTripper) (*http.Response, error) {
				got = patienceOf(req.Context())
				resp := rttest.Response(req, http.StatusOK, "")
				resp.Header.Set("Content-Type", tc.media)
				resp.Body = quietBody{45 * time.Second, make(chan struct{})}
				return resp, nil
			}}
			rt := rttest.Stack(rttest.Respond(200, ""), New(tc.config), PerAttempt(0), probe)
			req, _ := http.NewRequestWithContext(context.Background(), http.MethodPost, "http://a.test/mcp", nil)
			if tc.accept != "" {
				req.Header.Set("Accept", tc.accept)
			}
			resp, err := rt.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			b, err := io.ReadAll(resp.Body)
			if whole := string(b) == "x" && err == nil; whole != tc.whole || got != tc.patience {
				t.Errorf("%s: body %q, %v, patience %s; want whole %v, %s", name, b, err, got, tc.whole, tc.patience)
			}
		})
	}
}

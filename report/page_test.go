package report

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/metrics"
)

func get(t *testing.T, h http.Handler, method, target string) *http.Response {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, target, nil))
	return w.Result()
}

func text(t *testing.T, resp *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestThePageUnderAnyPrefix(t *testing.T) {
	page := Handler(page10k(20))
	defer page.Close()
	mux := http.NewServeMux()
	mux.Handle("/gracy/", page)
	mux.Handle("/deep/er/", http.StripPrefix("/deep/er", page))
	mux.Handle("/bare", http.StripPrefix("/bare", page))
	for target, want := range map[string]string{
		"/gracy/": `data-live="events"`, "/deep/er/": `<link rel="stylesheet" href="page.css">`,
		"/gracy/page.js": "EventSource", "/deep/er/page.css": ":root", "/gracy/uPlot.iife.min.js": "uPlot", "/gracy/uPlot.min.css": ".uplot",
		"/gracy/frame.json": `"figures":"\u003cp class`,
	} {
		resp := get(t, mux, http.MethodGet, target)
		if s := text(t, resp); resp.StatusCode != http.StatusOK || !strings.Contains(s, want) || strings.Contains(s, "Content-Security-Policy") {
			t.Errorf("%s: %d, and no %s", target, resp.StatusCode, want)
		}
		for name, want := range map[string]string{"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "Access-Control-Allow-Origin": ""} {
			if got := resp.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", target, name, got, want)
			}
		}
		if head := get(t, mux, http.MethodHead, target); head.StatusCode != http.StatusOK || text(t, head) != "" {
			t.Errorf("HEAD %s: %d", target, head.StatusCode)
		}
		if post := get(t, mux, http.MethodPost, target); post.StatusCode != http.StatusMethodNotAllowed || post.Header.Get("Allow") != "GET, HEAD" {
			t.Errorf("POST %s: %d", target, post.StatusCode)
		}
	}
	if resp := get(t, mux, http.MethodGet, "/bare"); resp.StatusCode != http.StatusMovedPermanently || resp.Header.Get("Location") != "/bare/" {
		t.Errorf("a prefix without a slash: %d to %s", resp.StatusCode, resp.Header.Get("Location"))
	}
	if resp := get(t, mux, http.MethodGet, "/gracy/secret.txt"); resp.StatusCode != http.StatusNotFound {
		t.Errorf("a file that is not there: %d", resp.StatusCode)
	}
	if resp := get(t, mux, http.MethodHead, "/gracy/events"); resp.StatusCode != http.StatusOK {
		t.Errorf("HEAD of the stream: %d", resp.StatusCode)
	}
}

// Over a connection, a frame comes at once, and Close lets the server shut down.
func TestTheStreamOverAConnection(t *testing.T) {
	stats := metrics.New("pokeapi")
	page := Handler(stats)
	if stats.Timeline().Most != metrics.DefaultCalls {
		t.Error("no calls are kept for the page")
	}
	server := httptest.NewServer(page)
	defer server.Close()
	server.Config.RegisterOnShutdown(page.Close)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := server.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if kind := resp.Header.Get("Content-Type"); kind != "text/event-stream" {
		t.Errorf("the stream is %s", kind)
	}
	lines := bufio.NewReader(resp.Body)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if text, ok := strings.CutPrefix(line, "data: "); ok {
			var frame struct {
				Figures string
				Data    struct{ Gracy int }
			}
			if err := json.Unmarshal([]byte(text), &frame); err != nil || !strings.Contains(frame.Figures, "no calls were made") || frame.Data.Gracy != schema {
				t.Errorf("the frame is %s, %v", text, err)
			}
			break
		}
	}
	if err := server.Config.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
	rest, _ := io.ReadAll(lines)
	if !strings.Contains(string(rest), "event: end") {
		t.Errorf("at the end there is %q", rest)
	}
}

func TestAKeptNumberIsLeftAlone(t *testing.T) {
	stats := metrics.New("x")
	stats.KeepCalls(5)
	Handler(stats, nil).Close()
	if n := stats.Timeline().Most; n != 5 {
		t.Errorf("%d calls are kept, want 5", n)
	}
}

// The time limits of a server for requests and responses do not cut off the stream.
func TestTimeLimitsOfTheServerSpareTheStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		page := Handler(metrics.New("pokeapi"))
		defer page.Close()
		client, conn := net.Pipe()
		server := &http.Server{Handler: page, ReadTimeout: 200 * time.Millisecond, WriteTimeout: 200 * time.Millisecond}
		accepts := make(oneConn, 1)
		accepts <- conn
		go func() { _ = server.Serve(accepts) }()
		defer server.Close()
		base := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return client, nil }}
		defer base.CloseIdleConnections()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://page.test/events", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := base.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		time.AfterFunc(time.Minute, page.Close)
		if got := text(t, resp); !strings.HasSuffix(got, "event: end\ndata:\n\n") {
			t.Errorf("the stream ends with %q", got[max(len(got)-100, 0):])
		}
	})
}

// oneConn is a listener that accepts what was put into it.
type oneConn chan net.Conn

func (l oneConn) Accept() (net.Conn, error) {
	if c, ok := <-l; ok {
		return c, nil
	}
	return nil, net.ErrClosed
}

func (l oneConn) Close() error {
	close(l)
	return nil
}

func (oneConn) Addr() net.Addr { return &net.TCPAddr{} }

package replaytest_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/replaytest"
	"github.com/gracy-go/gracy/replay/store"
)

// A client may compare the origin of a link with its own, as package page does. The server of a
// test has another port in each replay, so the links get that port too.
func TestLinksOfARecordingHaveThePortOfTheServerThatIsThere(t *testing.T) {
	for name, tc := range map[string]struct {
		hosts func(srv *httptest.Server) map[string]string
		moved bool
	}{
		"no name":  {func(*httptest.Server) map[string]string { return nil }, true},
		"one name": {func(s *httptest.Server) map[string]string { return map[string]string{s.URL: "api.test"} }, true},
		"two names": {func(s *httptest.Server) map[string]string {
			return map[string]string{s.URL: "api.test", "127.0.0.1:1": "b.test"}
		}, false},
	} {
		record(t)
		var was string
		for _, mode := range []string{"record", "replay"} {
			t.Setenv("GRACY_TAPE", mode)
			srv := linking()
			if mode == "record" {
				was = srv.URL
			}
			want := was
			if tc.moved {
				want = srv.URL
			}
			f := run("TestLinks", func(tb *fake) {
				c := &http.Client{Transport: replaytest.Open(tb, replaytest.Config{Hosts: tc.hosts(srv)}).Wrap(nil)}
				resp, err := c.Get(srv.URL + "/list")
				if err != nil {
					t.Fatal(err)
				}
				b, err := io.ReadAll(resp.Body)
				_ = resp.Body.Close()
				if err != nil || int64(len(b)) != resp.ContentLength || string(b) != page(want) {
					t.Errorf("%s, %s: %q of %d bytes, %v, want %q", name, mode, b, resp.ContentLength, err, page(want))
				}
				if got := resp.Header.Get("Link"); got != "<"+want+"/list?page=2>; rel=next" {
					t.Errorf("%s, %s: link %s, want that of %s", name, mode, got, want)
				}
				if got := packed(t, c, srv.URL); got != was {
					t.Errorf("%s, %s: packed %s, want %s, as it was recorded", name, mode, got, was)
				}
			})
			srv.Close()
			if f.failed {
				t.Errorf("%s, %s: %s", name, mode, f.text())
			}
		}
	}
}

// packed returns a response body that the client unpacks itself.
func packed(t *testing.T, c *http.Client, server string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server+"/packed", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept-Encoding", "gzip")
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	z, err := gzip.NewReader(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// page returns a body with links to a server and to others.
func page(server string) string {
	return `{"next":"` + server + `/list?page=2","self":"` + strings.ReplaceAll(server, "/", `\/`) + `\/list","other":"http://10.0.0.1:80/","no":"127.0.0.1:80"}`
}

// linking is a server that links to itself.
func linking() *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		server := "http://" + r.Host
		if r.URL.Path == "/packed" {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			_, _ = io.WriteString(z, server)
			_ = z.Close()
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Link", "<"+server+"/list?page=2>; rel=next")
		_, _ = io.WriteString(w, page(server))
	}))
}

// A hook of the user sees the links already moved. The new port may have fewer digits than the old
// one.
func TestLinksOfATapeWrittenByHandAreMovedToo(t *testing.T) {
	record(t)
	t.Setenv("GRACY_TAPE", "replay")
	const text = `{"tape": "gracy tape", "schema": 2, "exchanges": [{"request": {"url": "http://localhost/a"}, "response": {"status": "200 OK", "text": "http://localhost:1/a http://[::1]:65000/"}}]}`
	if err := os.WriteFile("hand.json", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	f := run("TestHand", func(tb *fake) {
		var seen string
		o := replay.Options{BeforeReplay: func(_ *http.Request, x *store.Exchange) { seen = string(x.Response.Body) }}
		c := &http.Client{Transport: replaytest.Open(tb, replaytest.Config{Path: "hand.json", Options: o}).Wrap(nil)}
		if got, want := get(c, "http://localhost:8080/a"), "http://localhost:8080/a http://[::1]:8080/"; got != want || seen != want {
			t.Errorf("%q, the hook saw %q, want %q", got, seen, want)
		}
	})
	if f.failed {
		t.Error(f.text())
	}
}

package auth_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/gracy-go/gracy/auth"
	"github.com/gracy-go/gracy/transport"
)

// world is servers on 127.0.0.1 that redirect to where ?to= says and write down
// which credentials they got.
type world struct {
	mu  sync.Mutex
	got []string
}

func (w *world) serve(t *testing.T, name string, secure bool) *httptest.Server {
	t.Helper()
	h := http.HandlerFunc(func(rw http.ResponseWriter, req *http.Request) {
		w.mu.Lock()
		w.got = append(w.got, name+":"+req.Header.Get("Authorization")+req.Header.Get("X-Api-Key"))
		w.mu.Unlock()
		if to := req.URL.Query()["to"]; len(to) > 0 {
			next := to[0]
			if len(to) > 1 {
				next += "?to=" + strings.Join(to[1:], "&to=")
			}
			http.Redirect(rw, req, next, http.StatusTemporaryRedirect)
			return
		}
		if req.Header.Get("Authorization") == "Bearer token-1" { // expired
			rw.WriteHeader(http.StatusUnauthorized)
		}
		fmt.Fprint(rw, "fine")
	})
	s := httptest.NewUnstartedServer(h)
	if secure {
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(s.Close)
	return s
}

func TestRedirectsOfAClient(t *testing.T) {
	w := new(world)
	a, b, plain := w.serve(t, "a", true), w.serve(t, "b", true), w.serve(t, "plain", false)
	pool := a.Client().Transport // both certificates are the same
	for name, c := range map[string]struct {
		auth *auth.Auth
		path []string
		want []string
	}{
		"same origin":   {auth.Header("X-Api-Key", "key", a.URL), []string{a.URL + "/1", a.URL + "/2"}, []string{"a:key", "a:key", "a:key"}},
		"other origin":  {auth.Header("X-Api-Key", "key", a.URL), []string{b.URL}, []string{"a:key", "b:"}},
		"and back":      {auth.Header("X-Api-Key", "key", a.URL), []string{b.URL, a.URL}, []string{"a:key", "b:", "a:"}},
		"downgrade":     {auth.Header("X-Api-Key", "key", a.URL, plain.URL), []string{plain.URL}, []string{"a:key", "plain:"}},
		"both named":    {auth.Header("X-Api-Key", "key", a.URL, b.URL), []string{b.URL}, []string{"a:key", "b:key"}},
		"any":           {auth.Header("X-Api-Key", "key", auth.AnyOrigin), []string{b.URL}, []string{"a:key", "b:"}},
		"source":        {auth.Bearer(new(issuer), a.URL), []string{a.URL}, []string{"a:Bearer token-1", "a:Bearer token-1", "a:Bearer token-2"}},
		"source, other": {auth.Bearer(new(issuer), a.URL), []string{b.URL}, []string{"a:Bearer token-1", "b:"}},
	} {
		t.Run(name, func(t *testing.T) {
			w.got = nil
			client := &http.Client{Transport: stack(pool, c.auth)}
			req := request(t.Context(), t, http.MethodPut, a.URL+"/?to="+strings.Join(c.path, "&to="), strings.NewReader("payload"))
			resp, err := client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			if got := read(t, resp); got != "fine" || resp.StatusCode != 200 {
				t.Errorf("%d %q", resp.StatusCode, got)
			}
			if !slices.Equal(w.got, c.want) {
				t.Errorf("the servers got %q, want %q", w.got, c.want)
			}
			for call := transport.CallOf(resp); call != nil; call = call.Previous() {
				if h := call.Request().Header; h.Get("X-Api-Key")+h.Get("Authorization") != "" {
					t.Errorf("the call shows %v", h)
				}
			}
		})
	}

	// The control: a header of the client follows.
	w.got = nil
	client := &http.Client{Transport: pool}
	req := request(t.Context(), t, http.MethodGet, a.URL+"/?to="+b.URL, nil)
	req.Header.Set("X-Api-Key", "key")
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	read(t, resp)
	if want := []string{"a:key", "b:key"}; !slices.Equal(w.got, want) {
		t.Errorf("without the layer the servers got %q, want %q", w.got, want)
	}
}

// The answer that is thrown away is drained, so that one connection serves both.
func TestOneConnectionForBoth(t *testing.T) {
	w := new(world)
	a := w.serve(t, "a", false)
	var conns atomic.Int64
	pool := &http.Transport{DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		conns.Add(1)
		return new(net.Dialer).DialContext(ctx, network, addr)
	}}
	defer pool.CloseIdleConnections()
	client := &http.Client{Transport: stack(pool, auth.Bearer(new(issuer), a.URL))}
	resp, err := client.Do(request(t.Context(), t, http.MethodGet, a.URL, nil))
	if err != nil || resp.StatusCode != 200 {
		t.Fatal(resp, err)
	}
	read(t, resp)
	if n := conns.Load(); n != 1 || len(w.got) != 2 {
		t.Errorf("%d connections for %d requests", n, len(w.got))
	}
}

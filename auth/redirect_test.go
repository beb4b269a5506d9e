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
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/transport"
)

// servers are servers on 127.0.0.1 that redirect to the URL in ?to= and record the
// credentials that they receive.
type servers struct {
	mu  sync.Mutex // mu guards got
	got []string
}

func (s *servers) start(t *testing.T, name string, secure bool) *httptest.Server {
	t.Helper()
	h := http.HandlerFunc(func(rw http.ResponseWriter, req *http.Request) {
		s.mu.Lock()
		s.got = append(s.got, name+":"+req.Header.Get("Authorization")+req.Header.Get("X-Api-Key"))
		s.mu.Unlock()
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
	srv := httptest.NewUnstartedServer(h)
	if secure {
		srv.StartTLS()
	} else {
		srv.Start()
	}
	t.Cleanup(srv.Close)
	return srv
}

func TestACredentialFollowsARedirectOnlyWithinItsOrigins(t *testing.T) {
	s := new(servers)
	a, b, plain := s.start(t, "a", true), s.start(t, "b", true), s.start(t, "plain", false)
	pool := a.Client().Transport // both servers have the same certificate
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
			s.got = nil
			client := &http.Client{Transport: rttest.Stack(pool, c.auth)}
			req := request(t.Context(), t, http.MethodPut, a.URL+"/?to="+strings.Join(c.path, "&to="), strings.NewReader("payload"))
			resp, err := client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			if got := rttest.Read(t, resp); got != "fine" || resp.StatusCode != 200 {
				t.Errorf("%d %q", resp.StatusCode, got)
			}
			if !slices.Equal(s.got, c.want) {
				t.Errorf("the servers got %q, want %q", s.got, c.want)
			}
			for call := transport.CallOf(resp); call != nil; call = call.Previous() {
				if h := call.Request().Header; h.Get("X-Api-Key")+h.Get("Authorization") != "" {
					t.Errorf("the call shows %v", h)
				}
			}
		})
	}

	// The control: a header that the client sets itself follows every redirect.
	s.got = nil
	client := &http.Client{Transport: pool}
	req := request(t.Context(), t, http.MethodGet, a.URL+"/?to="+b.URL, nil)
	req.Header.Set("X-Api-Key", "key")
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	rttest.Read(t, resp)
	if want := []string{"a:key", "b:key"}; !slices.Equal(s.got, want) {
		t.Errorf("without the layer the servers got %q, want %q", s.got, want)
	}
}

// The 401 is drained, so that its connection can be used again.
func TestBothAttemptsUseOneConnection(t *testing.T) {
	s := new(servers)
	a := s.start(t, "a", false)
	var conns atomic.Int64
	pool := &http.Transport{DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		conns.Add(1)
		return new(net.Dialer).DialContext(ctx, network, addr)
	}}
	defer pool.CloseIdleConnections()
	client := &http.Client{Transport: rttest.Stack(pool, auth.Bearer(new(issuer), a.URL))}
	resp, err := client.Do(request(t.Context(), t, http.MethodGet, a.URL, nil))
	if err != nil || resp.StatusCode != 200 {
		t.Fatal(resp, err)
	}
	rttest.Read(t, resp)
	if n := conns.Load(); n != 1 || len(s.got) != 2 {
		t.Errorf("%d connections for %d requests", n, len(s.got))
	}
}

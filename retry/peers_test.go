package retry_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/retry"
)

// Situations in which other retry packages fail, with a real server.

// The server is down, then broken, then fine: every kind of body arrives complete.
func TestEveryKindOfBodyArrivesWholeAfterAnOutage(t *testing.T) {
	file, err := os.CreateTemp(t.TempDir(), "body")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.WriteString("data"); err != nil {
		t.Fatal(err)
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		body io.Reader
		want string
	}{
		"nil":            {nil, ""},
		"NoBody":         {http.NoBody, ""},
		"strings.Reader": {strings.NewReader("data"), "data"},
		"bytes.Reader":   {bytes.NewReader([]byte("data")), "data"},
		"bytes.Buffer":   {bytes.NewBufferString("data"), "data"},
		"file":           {file, "data"},
		"stream":         {stream("data"), "data"},
	} {
		var got []string
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			b, _ := io.ReadAll(r.Body)
			if got = append(got, string(b)); len(got) == 1 {
				w.WriteHeader(http.StatusInternalServerError)
			}
		}))
		dials := 0
		base := &http.Transport{DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			if dials++; dials == 1 {
				return nil, &net.OpError{Op: "dial", Err: rttest.ErrBoom}
			}
			return new(net.Dialer).DialContext(ctx, network, addr)
		}}
		client := &http.Client{Transport: retry.New(retry.Policy{Delay: retry.NoDelay}).Wrap(base)}
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodPut, server.URL, c.body)
		resp, err := client.Do(req)
		if err != nil || resp.StatusCode != 200 || len(got) != 2 || got[0] != c.want || got[1] != c.want {
			t.Errorf("%s: %v, the server got %q, want %q twice", name, err, got, c.want)
		}
		finish(resp)
		base.CloseIdleConnections()
		server.Close()
	}
}

// There is one url.Error, that of the client, around whatever happened below.
func TestErrorIsNotWrappedTwice(t *testing.T) {
	closed := httptest.NewServer(nil)
	closed.Close()
	client := &http.Client{Transport: retry.New(retry.Policy{Delay: retry.NoDelay}).Wrap(nil)}
	_, err := client.Get(closed.URL + "/?key=hunter2")
	outer, ok := errors.AsType[*url.Error](err)
	if !ok {
		t.Fatalf("%T", err)
	}
	if inner, twice := errors.AsType[*url.Error](outer.Err); twice {
		t.Errorf("%v in %v", inner, outer)
	}
	if e, ok := errors.AsType[*net.OpError](err); !ok || e.Op != "dial" || !errors.Is(err, retry.ErrExhausted) {
		t.Errorf("%v hides what happened", err)
	}
	if strings.Contains(outer.Err.Error(), "hunter2") {
		t.Errorf("%v shows a secret", outer.Err)
	}
}

// Sixteen callers of a server that stays down open sixteen connections.
func TestOutageOpensNoMoreConnectionsThanCallers(t *testing.T) {
	// net/http closes a connection that it could reuse if it takes long to learn that all was written. In
	// a bubble that time never passes, because the clock stands still while a goroutine reads a socket.
	synctest.Test(t, func(t *testing.T) {
		const callers = 16
		var opened, requests atomic.Int64
		all := make(chan struct{})
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			// All are in use at the same time, so that later no request dials because no connection is
			// idle.
			switch n := requests.Add(1); {
			case n < callers:
				<-all
			case n == callers:
				close(all)
			}
			http.Error(w, "later", http.StatusServiceUnavailable)
		}))
		server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
			if s == http.StateNew {
				opened.Add(1)
			}
		}
		server.Start()
		defer server.Close()
		base := &http.Transport{MaxIdleConnsPerHost: callers}
		defer base.CloseIdleConnections()
		client := &http.Client{Transport: retry.New(retry.Policy{Delay: retry.NoDelay, Budget: retry.NoBudget(), Repeats: retry.IgnoreRepeats}).Wrap(base)}
		var wg sync.WaitGroup
		for range callers {
			wg.Go(func() {
				for range 10 {
					resp, err := client.Get(server.URL)
					if err != nil {
						t.Error(err)
						return
					}
					rttest.Read(t, resp)
				}
			})
		}
		wg.Wait()
		if opened.Load() != callers || requests.Load() != callers*10*3 {
			t.Errorf("%d requests over %d connections, want %d over %d", requests.Load(), opened.Load(), callers*30, callers)
		}
	})
}

// A user's function that panics leaves no response open.
func TestAPanicInBackoffLeavesNoResponseOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := &script{steps: []step{{status: 503, body: "later"}}}
		rt := retry.New(retry.Policy{Backoff: func(time.Duration, time.Duration, int, *http.Response) time.Duration { panic("backoff") }}).Wrap(base)
		func() {
			defer func() {
				if v := recover(); v != "backoff" {
					t.Errorf("recovered %v", v)
				}
			}()
			_, _ = rt.RoundTrip(request(t, t.Context(), http.MethodGet, nil))
		}()
		if base.open != 0 {
			t.Errorf("%d responses are left open", base.open)
		}
	})
}

// Canceling during an upload ends the call: there is no further attempt, and the body is closed.
func TestCancelWhileUploading(t *testing.T) {
	var requests atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		_, _ = io.Copy(io.Discard, r.Body)
	}))
	defer server.Close()
	ctx, cancel := context.WithCancel(t.Context())
	body := &upload{cancel: cancel, closed: make(chan struct{})}
	base := &http.Transport{}
	defer base.CloseIdleConnections()
	req, _ := http.NewRequestWithContext(ctx, http.MethodPut, server.URL, body)
	_, err := (&http.Client{Transport: retry.New(retry.Policy{}).Wrap(base)}).Do(req)
	if !errors.Is(err, context.Canceled) || errors.Is(err, retry.ErrExhausted) {
		t.Errorf("%v, want the cancel, of one attempt", err)
	}
	<-body.closed
	if requests.Load() > 1 {
		t.Errorf("sent %d times", requests.Load())
	}
}

// upload is an endless body that cancels its request.
type upload struct {
	cancel context.CancelFunc
	closed chan struct{}
	once   sync.Once
	read   int
}

func (u *upload) Read(p []byte) (int, error) {
	if u.read += len(p); u.read > 256<<10 {
		u.cancel()
	}
	return len(p), nil
}

func (u *upload) Close() error {
	u.once.Do(func() { close(u.closed) })
	return nil
}

package retry_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/transport"
)

const mib = 1 << 20

// pattern is an endless text in which no two places near each other are equal.
type pattern struct {
	of []byte
	at int
}

func newPattern() *pattern {
	of := make([]byte, 65521)
	for i := range of {
		of[i] = byte(i * 31 >> 3)
	}
	return &pattern{of: of}
}

// from returns the pattern from its start.
func (r *pattern) from() *pattern { return &pattern{of: r.of} }

func (r *pattern) Read(p []byte) (int, error) {
	for n := 0; n < len(p); {
		c := copy(p[n:], r.of[r.at:])
		n += c
		r.at = (r.at + c) % len(r.of)
	}
	return len(p), nil
}

// arrived reads a body as a base does. It reports whether it is a complete part.
func (r *pattern) arrived(body io.ReadCloser, size int) bool {
	defer body.Close()
	want, got, buf := r.from(), make([]byte, 32<<10), make([]byte, 32<<10)
	read := 0
	for {
		n, err := body.Read(got)
		_, _ = want.Read(buf[:n])
		if read += n; !bytes.Equal(got[:n], buf[:n]) {
			return false
		}
		if err != nil {
			return err == io.EOF && read == size
		}
	}
}

// heap returns the number of reachable bytes.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc) //nolint:gosec // bytes
}

// parts sends n parts at the same time, each from a reader that cannot seek. Each gets a 503 after
// all have been read. It returns how many arrived complete a second time, how many bytes were kept
// while all waited, and how far the heap grew by then.
func parts(t *testing.T, n, size int, p retry.Policy) (whole int, kept, grew int64) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex // guards times, bad and whole
		times, bad := map[string]int{}, 0
		wait, data := make(chan struct{}), newPattern()
		r := retry.New(p)
		rt := r.Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
			ok := data.arrived(req.Body, size)
			mu.Lock()
			times[req.URL.Path]++
			first := times[req.URL.Path] == 1
			switch {
			case !ok || req.ContentLength != int64(size):
				bad++
			case !first:
				whole++
			}
			mu.Unlock()
			if first {
				<-wait
				return rttest.Response(req, 503, "later"), nil
			}
			return rttest.Response(req, 200, ""), nil
		}))
		before := heap()
		var group sync.WaitGroup
		for i := range n {
			group.Go(func() {
				ctx, trace := transport.WithTrace(t.Context())
				req := request(t, ctx, http.MethodPut, io.LimitReader(data.from(), int64(size)))
				req.URL.Path, req.ContentLength = "/"+strconv.Itoa(i), int64(size)
				resp, err := rt.RoundTrip(req)
				if err != nil {
					t.Error(err)
					return
				}
				if text := rttest.Read(t, resp); resp.StatusCode == 503 {
					said := trace.Calls()[0].Attempt().Notes()
					if text != "later" || !strings.Contains(said, "set GetBody or") {
						t.Errorf("a part that was sent once: response %q, notes %q", text, said)
					}
				}
			})
		}
		synctest.Wait()
		kept, grew = r.Buffered(), heap()-before
		close(wait)
		group.Wait()
		if bad > 0 || r.Buffered() != 0 {
			t.Errorf("%d parts did not arrive whole; %d bytes are kept in the end", bad, r.Buffered())
		}
	})
	t.Logf("%d parts of %d bytes at once: %d came whole again, %.1f MiB kept, the heap grew by %.1f MiB", n, size, whole, float64(kept)/mib, float64(grew)/mib)
	return whole, kept, grew
}

// Parts of an upload to S3 come from a reader that cannot seek. What is kept of all parts is
// bounded. Parts within the bound are sent again complete. The others are sent once, and the ledger
// says so.
func TestPartsAreKeptWithinTheBound(t *testing.T) {
	const bound = 68 * mib
	policy := retry.Policy{Delay: retry.NoDelay, Budget: retry.NoBudget()}
	for _, test := range []struct{ n, size, whole int }{
		{100, 5 * mib, 13}, {13, 5 * mib, 13}, {4, 16*mib + 24<<10, 4}, {6, 16*mib + 24<<10, 4}, {1, 17*mib + 1, 0},
	} {
		if !long.Wanted() && test.n > 13 || testing.Short() && test.n > 6 {
			continue
		}
		whole, kept, grew := parts(t, test.n, test.size, policy)
		if whole != test.whole || kept > bound || grew > bound+int64(test.n)*128<<10+mib {
			t.Errorf("%d of %d bytes: %d came whole again, want %d; %d bytes were kept, the heap grew by %d", test.n, test.size, whole, test.whole, kept, grew)
		}
	}
	// The control: another bound.
	policy.BufferTotal = 500 * mib
	n := 15
	if long.Wanted() {
		n = 100
	}
	if whole, kept, grew := parts(t, n, 5*mib, policy); whole != n || kept != int64(n)*5*mib || grew < kept {
		t.Errorf("with a bound of 500 MiB %d of %d came whole again; %d bytes were kept, the heap grew by %d", whole, n, kept, grew)
	}
}

// A body of any length that asks the server first is sent again, since a body that the server did
// not want was not read. The control does not ask, and its body is lost when the server responds
// before reading all of it.
func TestABodyThatAsksFirstIsSentAgain(t *testing.T) {
	const size = 40 * mib
	for _, expect := range []string{"100-continue", ""} {
		var calls, read int64
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			if calls++; calls == 1 {
				if expect == "" {
					_, _ = io.CopyN(io.Discard, req.Body, 2*mib)
				}
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			read, _ = io.Copy(io.Discard, req.Body)
		}))
		base := srv.Client().Transport.(*http.Transport)
		base.ExpectContinueTimeout = time.Hour // the server responds, however busy the machine is
		rt := retry.New(retry.Policy{Delay: retry.NoDelay}).Wrap(base)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, srv.URL, struct{ io.Reader }{io.LimitReader(newPattern(), size)})
		if err != nil {
			t.Fatal(err)
		}
		req.ContentLength = size
		if expect != "" {
			req.Header.Set("Expect", expect)
		}
		resp, err := rt.RoundTrip(req)
		status := 0
		if err == nil {
			status = resp.StatusCode
			_ = resp.Body.Close()
		}
		if want := expect != ""; (status == 200 && read == size && calls == 2) != want {
			t.Errorf("Expect %q: %d, %v; %d calls, %d bytes read", expect, status, err, calls, read)
		}
		srv.Close()
	}
}

package replay_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/transport"
)

// codes answers with the given statuses, then with 200.
func codes(list ...int) *script {
	return &script{fn: func(n int, req *http.Request) (*http.Response, error) {
		code := 200
		if n <= len(list) {
			code = list[n-1]
		}
		return answer(req, code, strconv.Itoa(n)), nil
	}}
}

func TestSequenceEnds(t *testing.T) {
	for _, c := range []struct {
		end  replay.End
		want string
	}{
		{replay.RepeatLast, "1 2 3 3 3"},
		{replay.Strict, "1 2 3 consumed consumed"},
		{replay.Cycle, "1 2 3 1 2"},
	} {
		t.Run(c.end.String(), func(t *testing.T) {
			for _, name := range stores() {
				t.Run(name, func(t *testing.T) {
					path := filepath.Join(t.TempDir(), name)
					tape := open(t, path, replay.Options{Mode: replay.Record})
					rt := tape.Wrap(codes(503, 503))
					for i := range 3 {
						want(t, rt, api+"/a", []int{503, 503, 200}[i], strconv.Itoa(i+1))
					}
					closeTape(t, tape)

					tape = open(t, path, replay.Options{Mode: replay.Replay, End: c.end})
					rt = tape.Wrap(noNetwork(t))
					var got []string
					for range 5 {
						resp, err := rt.RoundTrip(request(t, "GET", api+"/a", ""))
						var miss *replay.MissError
						switch {
						case errors.As(err, &miss):
							got = append(got, string(miss.Reason))
						case err != nil:
							t.Fatal(err)
						default:
							b := make([]byte, 1)
							_, _ = resp.Body.Read(b)
							got = append(got, string(b))
						}
					}
					if s := strings.Join(got, " "); s != c.want {
						t.Errorf("got %s, want %s", s, c.want)
					}
					tape.Rewind()
					want(t, rt, api+"/a", 503, "1")
				})
			}
		})
	}
}

// Smart may not answer its own 503 to the retry that follows it.
func TestSmartGoesOnLiveAfterAFailure(t *testing.T) {
	for _, name := range stores() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			tape := open(t, path, replay.Options{})
			base := codes(503, 429)
			rt := tape.Wrap(base)
			want(t, rt, api+"/a", 503, "1")
			want(t, rt, api+"/a", 429, "2")
			want(t, rt, api+"/a", 200, "3")
			want(t, rt, api+"/a", 200, "3")
			if n := base.sent.Load(); n != 3 {
				t.Errorf("%d sent, want 3", n)
			}
			closeTape(t, tape)

			tape = open(t, path, replay.Options{})
			rt = tape.Wrap(noNetwork(t))
			want(t, rt, api+"/a", 503, "1")
			want(t, rt, api+"/a", 429, "2")
			want(t, rt, api+"/a", 200, "3")
			want(t, rt, api+"/a", 200, "3")
		})
	}
}

// Answers that come in another order than their requests are replayed in the
// order of the requests.
func TestOrderIsThatOfRequests(t *testing.T) {
	for _, name := range stores() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			tape := open(t, path, replay.Options{Mode: replay.Record})
			rt := tape.Wrap(codes())
			var open []*http.Response
			for range 3 {
				resp, err := rt.RoundTrip(request(t, "GET", api+"/a", ""))
				if err != nil {
					t.Fatal(err)
				}
				open = append(open, resp)
			}
			for _, i := range []int{2, 0, 1} {
				b := make([]byte, 9)
				for {
					if _, err := open[i].Body.Read(b); err != nil {
						break
					}
				}
				_ = open[i].Body.Close()
			}
			closeTape(t, tape)
			tape = openReplay(t, path)
			rt = tape.Wrap(noNetwork(t))
			for i := range 3 {
				want(t, rt, api+"/a", 200, strconv.Itoa(i+1))
			}
		})
	}
}

func openReplay(t *testing.T, path string) *replay.Tape {
	t.Helper()
	return open(t, path, replay.Options{Mode: replay.Replay})
}

// Of 200 exchanges of one request, 200 concurrent calls get one each.
func TestConcurrentReplayGivesEachOnce(t *testing.T) {
	for _, name := range stores() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			const n = 200
			tape := open(t, path, replay.Options{Mode: replay.Record})
			rt := tape.Wrap(codes())
			for i := range n {
				want(t, rt, api+"/a", 200, strconv.Itoa(i+1))
			}
			closeTape(t, tape)
			tape = open(t, path, replay.Options{Mode: replay.Replay, End: replay.Strict})
			rt = tape.Wrap(noNetwork(t))
			var mu sync.Mutex
			seen := make(map[string]int)
			var wg sync.WaitGroup
			for range n {
				wg.Go(func() {
					_, b := get(t, rt, api+"/a")
					mu.Lock()
					seen[b]++
					mu.Unlock()
				})
			}
			wg.Wait()
			if len(seen) != n {
				t.Errorf("%d different answers, want %d", len(seen), n)
			}
			if unused, err := tape.Unused(); err != nil || len(unused) != 0 {
				t.Errorf("unused %d, %v", len(unused), err)
			}
		})
	}
}

// Concurrent recording of many keys loses nothing.
func TestConcurrentRecordingLosesNothing(t *testing.T) {
	for _, name := range stores() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			const n = 300
			echo := &script{fn: func(_ int, req *http.Request) (*http.Response, error) {
				return answer(req, 200, req.URL.Path), nil
			}}
			tape := open(t, path, replay.Options{})
			rt := tape.Wrap(echo)
			var wg sync.WaitGroup
			for i := range n {
				wg.Go(func() {
					path := fmt.Sprintf("/x/%d", i)
					want(t, rt, api+path, 200, path)
					want(t, rt, api+path, 200, path) // from the queue or the store
				})
			}
			wg.Wait()
			if sent := echo.sent.Load(); sent != n {
				t.Errorf("%d sent, want %d", sent, n)
			}
			closeTape(t, tape)
			if s := tape.Stats(); s.Recorded != n || s.Replayed != n || s.Failed != 0 {
				t.Errorf("%+v", s)
			}
			tape = openReplay(t, path)
			rt = tape.Wrap(noNetwork(t))
			for i := range n {
				path := fmt.Sprintf("/x/%d", i)
				want(t, rt, api+path, 200, path)
			}
		})
	}
}

func TestAgeAndDiscard(t *testing.T) {
	for _, name := range stores() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			// A bubble for the clock.
			synctest.Test(t, func(t *testing.T) {
				tape := open(t, path, replay.Options{})
				rt := tape.Wrap(codes(200, 500))
				want(t, rt, api+"/old", 200, "1")
				time.Sleep(2 * time.Hour)
				want(t, rt, api+"/bad", 500, "2")
				want(t, rt, api+"/new", 200, "3")
				closeTape(t, tape)

				reason := func(opts replay.Options, url string) string {
					t.Helper()
					opts.Mode = replay.Replay
					tape := open(t, path, opts)
					defer closeTape(t, tape)
					resp, err := tape.Wrap(noNetwork(t)).RoundTrip(request(t, "GET", url, ""))
					if miss, ok := errors.AsType[*replay.MissError](err); ok {
						return string(miss.Reason)
					}
					if err != nil {
						return err.Error()
					}
					return resp.Status
				}
				for _, c := range []struct {
					name string
					opts replay.Options
					url  string
					want string
				}{
					{"no filter", replay.Options{}, "/old", "OK"},
					{"young enough", replay.Options{MaxAge: 3 * time.Hour}, "/old", "OK"},
					{"too old", replay.Options{MaxAge: time.Hour}, "/old", "expired"},
					{"new", replay.Options{MaxAge: time.Hour}, "/new", "OK"},
					{"since", replay.Options{Since: time.Now().Add(-time.Minute)}, "/old", "expired"},
					{"since, elsewhere", replay.Options{Since: time.Now().Add(-time.Minute).In(time.FixedZone("x", 9*3600))}, "/new", "OK"},
					{"bad", replay.Options{DiscardBad: true}, "/bad", "filtered"},
					{"bad allowed", replay.Options{}, "/bad", "Internal Server Error"},
					{"function", replay.Options{Discard: func(r *http.Response) bool { return r.StatusCode == 200 }}, "/new", "filtered"},
					{"unknown", replay.Options{MaxAge: time.Hour}, "/nothing", "unknown"},
				} {
					if got := reason(c.opts, api+c.url); got != c.want {
						t.Errorf("%s: %q, want %q", c.name, got, c.want)
					}
				}

				// In smart mode the expired and the filtered are asked for anew.
				tape = open(t, path, replay.Options{MaxAge: time.Hour, DiscardBad: true})
				rt = tape.Wrap(codes(201, 502, 202))
				want(t, rt, api+"/old", 201, "1")
				want(t, rt, api+"/bad", 502, "2") // not recorded
				want(t, rt, api+"/bad", 202, "3")
				want(t, rt, api+"/bad", 202, "3")
				want(t, rt, api+"/old", 201, "1")
				closeTape(t, tape)
				// And what was expired has been replaced.
				tape = open(t, path, replay.Options{Mode: replay.Replay})
				want(t, tape.Wrap(noNetwork(t)), api+"/old", 201, "1")
				closeTape(t, tape)
			})
		})
	}
}

func TestPruneAndUnused(t *testing.T) {
	for _, name := range stores() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			synctest.Test(t, func(t *testing.T) {
				tape := open(t, path, replay.Options{})
				rt := tape.Wrap(codes())
				want(t, rt, api+"/a", 200, "1")
				want(t, rt, api+"/b", 200, "2")
				time.Sleep(time.Hour)
				want(t, rt, api+"/c", 200, "3")
				if n, err := tape.Prune(time.Now().Add(-time.Minute)); n != 2 || err != nil {
					t.Errorf("Prune = %d, %v, want 2", n, err)
				}
				closeTape(t, tape)
				tape = openReplay(t, path)
				rt = tape.Wrap(noNetwork(t))
				if _, err := rt.RoundTrip(request(t, "GET", api+"/a", "")); !errors.Is(err, replay.ErrMiss) {
					t.Errorf("pruned one: %v", err)
				}
				unused, err := tape.Unused()
				if err != nil || len(unused) != 1 || unused[0].Request.URL != api+"/c" {
					t.Errorf("unused %v, %v", unused, err)
				}
				want(t, rt, api+"/c", 200, "3")
				if unused, _ := tape.Unused(); len(unused) != 0 {
					t.Errorf("%d unused after use", len(unused))
				}
				closeTape(t, tape)
			})
		})
	}
}

func TestOfflineAndEvents(t *testing.T) {
	tape := open(t, t.TempDir()+"/t", replay.Options{})
	heard := &ear{}
	rt := heard.Wrap(tape.Wrap(numbered()))
	want(t, rt, api+"/a", 200, "1")
	resp, err := rt.RoundTrip(request(t, "GET", api+"/a", ""))
	if err != nil {
		t.Fatal(err)
	}
	c := layer.CallOf(resp)
	if c == nil || !c.Offline() || !c.Attempt().Replayed() || c.Attempt().Sent() {
		t.Errorf("the ledger does not know of the recording: %v", c)
	}
	if heard.kinds != layer.Recorded|layer.Replayed {
		t.Errorf("heard %b", heard.kinds)
	}
}

type ear struct{ kinds layer.Kind }

func (e *ear) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("ear", e, next, func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		return next.RoundTrip(req)
	})
}
func (e *ear) Wants() layer.Kind     { return layer.Recorded | layer.Replayed }
func (e *ear) Observe(v layer.Event) { e.kinds |= v.Kind }

func TestCanceledReplay(t *testing.T) {
	tape := open(t, t.TempDir()+"/t.json", replay.Options{})
	want(t, tape.Wrap(numbered()), api+"/a", 200, "1")
	ctx, cancel := context.WithCancel(transport.With(t.Context(), replay.Replay))
	cancel()
	_, err := tape.Wrap(noNetwork(t)).RoundTrip(request(t, "GET", api+"/a", "").WithContext(ctx))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

package replay_test

import (
	"net/http"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"github.com/gracy-go/gracy/replay"
)

// ModeSmart must not replay the 503 that it has just recorded to the retry that follows.
func TestSmartGoesOnLiveAfterAFailure(t *testing.T) {
	for _, name := range stores() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			tape := open(t, path, replay.Options{Reuse: true})
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

// Responses that end in another order than their requests began are replayed in the order of the
// requests.
func TestOrderIsThatOfRequests(t *testing.T) {
	for _, name := range stores() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			tape := open(t, path, replay.Options{Mode: replay.ModeRecord})
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

// If a request has 200 exchanges, 200 concurrent calls get one each.
func TestConcurrentReplayGivesEachOnce(t *testing.T) {
	for _, name := range stores() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			const n = 200
			tape := open(t, path, replay.Options{Mode: replay.ModeRecord})
			rt := tape.Wrap(codes())
			for i := range n {
				want(t, rt, api+"/a", 200, strconv.Itoa(i+1))
			}
			closeTape(t, tape)
			tape = open(t, path, replay.Options{Mode: replay.ModeReplay, End: replay.EndMiss})
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
				t.Errorf("%d different responses, want %d", len(seen), n)
			}
			if unused, err := tape.Unused(); err != nil || len(unused) != 0 {
				t.Errorf("unused %d, %v", len(unused), err)
			}
		})
	}
}

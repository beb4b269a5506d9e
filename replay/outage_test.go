package replay_test

import (
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/replay"
)

// While a storage stalls, ModeSmart sends its requests, and only the first ones wait for the storage.
// When it responds again, so does the tape.
func TestAStalledStorageDelaysFewRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex // mu guards reported
		var reported []error
		tape, s := openStalled(t, replay.Options{OnError: func(err error) {
			mu.Lock()
			defer mu.Unlock()
			reported = append(reported, err)
		}})
		rt := tape.Wrap(&script{fn: func(_ int, req *http.Request) (*http.Response, error) { return respond(req, 200, "sent"), nil }})
		took := func(path, want string) time.Duration {
			start := time.Now()
			if code, text := get(t, rt, api+path); code != 200 || text != want {
				t.Errorf("%s: %d %q, want %q", path, code, text, want)
			}
			return time.Since(start)
		}
		s.stall.Store(true)
		var wg sync.WaitGroup
		for range 3 { // the second and the third wait for the first
			wg.Go(func() {
				if d := took("/a", "sent"); d != storeTimeout {
					t.Errorf("a request took %v, want the minute of the storage", d)
				}
			})
		}
		wg.Wait()
		for _, path := range []string{"/a", "/c", "/d", "/e", "/f"} {
			if d := took(path, "sent"); d != 0 {
				t.Errorf("%s took %v", path, d)
			}
		}
		if n := len(reported); n != 8 || !errors.Is(reported[n-1], errStalled) {
			t.Errorf("the tape has reported %v", reported)
		}
		time.Sleep(storeTimeout)
		if d := took("/c", "sent"); d != storeTimeout {
			t.Errorf("a minute later the storage was asked for %v", d)
		}
		s.stall.Store(false)
		time.Sleep(storeTimeout)
		if d := took("/b", "/b"); d != 0 {
			t.Errorf("then a request took %v", d)
		}
	})
}

// ModeReplay has nothing else to respond with, so each of its requests asks the storage.
func TestModeReplayAsksAStalledStorage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tape, s := openStalled(t, replay.Options{Mode: replay.ModeReplay})
		rt := tape.Wrap(noNetwork(t))
		s.stall.Store(true)
		if _, err := rt.RoundTrip(request(t, "GET", api+"/a", "")); !errors.Is(err, errStalled) {
			t.Errorf("the error is %v", err)
		}
		s.stall.Store(false)
		if code, text := get(t, rt, api+"/a"); code != 200 || text != "/a" {
			t.Errorf("then %d %q", code, text)
		}
	})
}

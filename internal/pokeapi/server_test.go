package pokeapi

import (
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/fault"
)

func start(t *testing.T, o Options) (*Server, *http.Client) {
	t.Helper()
	s, err := Start(o)
	if err != nil {
		t.Fatal(err)
	}
	tr := &http.Transport{}
	t.Cleanup(func() {
		tr.CloseIdleConnections()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, &http.Client{Transport: tr}
}

func TestAServerRespondsOnLoopback(t *testing.T) {
	s, client := start(t, Options{})
	resp, err := client.Get(s.Base() + "pokemon/mew/")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != 200 || resp.ContentLength != int64(len(b)) {
		t.Fatalf("%v %d, length %d of %d", err, resp.StatusCode, resp.ContentLength, len(b))
	}
	if c := s.Counts(); c.Total != 1 || c.Statuses["GET /api/v2/pokemon/{name}"][200] != 1 {
		t.Errorf("%+v", c)
	}
}

// A seed injects the same faults into the same requests, in whatever order they arrive.
func TestSeededFaultsDoNotDependOnTheOrderOfArrival(t *testing.T) {
	run := func(seed uint64, parallel int) map[string]string {
		s, client := start(t, Options{Faults: fault.Plan{
			Seed: seed,
			Mix:  []fault.Chance{{P: 0.2, Fault: fault.Status(503)}, {P: 0.1, Fault: fault.RateLimited(time.Second)}},
		}})
		var (
			wg   sync.WaitGroup
			mu   sync.Mutex
			seen = map[string]string{}
			slot = make(chan struct{}, parallel)
		)
		for id := range 151 {
			wg.Go(func() {
				slot <- struct{}{}
				defer func() { <-slot }()
				path := fmt.Sprintf("pokemon/%d", id+1)
				for range 3 {
					resp, err := client.Get(s.Base() + path)
					if err != nil {
						t.Error(err)
						return
					}
					_, _ = io.Copy(io.Discard, resp.Body)
					resp.Body.Close()
					mu.Lock()
					seen[path] += fmt.Sprint(resp.StatusCode, " ")
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		c := s.Counts()
		if c.Total != 453 || c.Peak > parallel {
			t.Errorf("total %d, peak %d of %d", c.Total, c.Peak, parallel)
		}
		by := c.Statuses["GET /api/v2/pokemon/{name}"]
		if by[503] < 50 || by[503] > 135 || by[429] < 15 || by[429] > 80 || by[200]+by[429]+by[503] != 453 {
			t.Errorf("statuses far from the mix: %v", by)
		}
		return seen
	}
	one, many, other := run(7, 1), run(7, 16), run(8, 16)
	same := 0
	for path, want := range one {
		if many[path] != want {
			t.Errorf("%s: alone %s, in parallel %s", path, want, many[path])
		}
		if other[path] == want {
			same++
		}
	}
	if same == len(one) {
		t.Error("another seed gave the same faults")
	}
}

func TestThePeakIsTheMostRequestsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := New(Options{Latency: time.Second})
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				// The first five overlap; the last three come one by one.
				time.Sleep(time.Duration(max(0, i-4)) * 2 * time.Second)
				request(a, "GET", "/api/v2/berry/1")
			})
		}
		wg.Wait()
		if p := a.Counts().Peak; p != 5 {
			t.Errorf("peak %d: want 5", p)
		}
	})
}

package fault

import (
	"fmt"
	"math"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"testing"
)

func picks(p *picker, method, target string, n int) []string {
	var got []string
	for range n {
		got = append(got, p.pick(httptest.NewRequest(method, target, nil)).String())
	}
	return got
}

func TestTheFirstScriptThatMatchesDecides(t *testing.T) {
	p := newPicker(Plan{
		Scripts: []Script{
			{Route: "GET /a/{x}", Faults: []Fault{Status(500), Pass(), Reset()}},
			{Route: "POST /a/{x}", Faults: []Fault{Status(501), Status(502)}, Repeat: true},
			{Route: "/each/{x}", Faults: []Fault{Status(503)}, Each: true},
			{Route: "/never"},
			{Faults: []Fault{Empty()}},
		},
		Mix: []Chance{{P: 1, Fault: Hang()}},
	})
	for _, c := range []struct {
		method, target string
		want           []string
	}{
		{"POST", "/a/1", []string{"status 501", "status 502", "status 501"}},
		{"GET", "/a/1", []string{"status 500", "pass"}},
		{"HEAD", "/a/2", []string{"reset"}},        // a pattern of GET matches HEAD too
		{"GET", "/a/3", []string{"empty", "hang"}}, // the script has run out: the next one decides, then the mix
		{"GET", "/each/1", []string{"status 503", "hang"}},
		{"GET", "/each/2", []string{"status 503", "hang"}},
		{"GET", "/never", []string{"hang"}},
	} {
		if got := picks(p, c.method, c.target, len(c.want)); !slices.Equal(got, c.want) {
			t.Errorf("%s %s: %v: want %v", c.method, c.target, got, c.want)
		}
	}
}

func TestAMixHasItsProbabilities(t *testing.T) {
	const n = 40_000
	p := newPicker(Plan{Seed: 3, Mix: []Chance{{0.25, Reset()}, {0, Empty()}, {0.05, Hang()}}})
	got := map[Kind]int{}
	for i := range n {
		got[p.pick(httptest.NewRequest("GET", fmt.Sprintf("/%d", i/4), nil)).Kind()]++
	}
	for k, want := range map[Kind]float64{KindReset: 0.25, KindEmpty: 0, KindHang: 0.05, KindPass: 0.7} {
		// Five standard deviations.
		if off := math.Abs(float64(got[k])/n - want); off > 5*math.Sqrt(want*(1-want)/n) {
			t.Errorf("%v: %d of %d: want a share of %v", k, got[k], n, want)
		}
	}
}

// The order of arrival only numbers the requests of one key.
func TestAMixDoesNotDependOnTheOrderOfKeys(t *testing.T) {
	const keys, times = 200, 5
	run := func(seed uint64, shuffle func(int) int, parallel bool) map[string][]string {
		p := newPicker(Plan{Seed: seed, Mix: []Chance{{0.3, Reset()}, {0.3, Empty()}}})
		got, mu, wg := map[string][]string{}, sync.Mutex{}, sync.WaitGroup{}
		for i := range keys {
			target := fmt.Sprintf("/%d?q=%d", shuffle(i), shuffle(i))
			one := func() {
				g := picks(p, "GET", target, times)
				mu.Lock()
				defer mu.Unlock()
				got[target] = g
			}
			if parallel {
				wg.Go(one)
			} else {
				one()
			}
		}
		wg.Wait()
		return got
	}
	forward := func(i int) int { return i }
	want := run(1, forward, false)
	backward := run(1, func(i int) int { return keys - 1 - i }, true)
	control := run(2, forward, false)
	differ, again := 0, 0
	for target, w := range want {
		if !slices.Equal(backward[target], w) {
			t.Errorf("%s: %v, in another order %v", target, w, backward[target])
		}
		if !slices.Equal(control[target], w) {
			differ++
		}
		if !slices.Equal(w, slices.Repeat(w[:1], times)) {
			again++
		}
	}
	if differ < keys/2 {
		t.Errorf("another seed differs for %d of %d keys only", differ, keys)
	}
	if again < keys/2 {
		t.Errorf("occurrences differ for %d of %d keys only", again, keys)
	}
}

func TestKeysOverTheBoundPass(t *testing.T) {
	p := newPicker(Plan{MaxKeys: 2, Mix: []Chance{{1, Reset()}}})
	for i, want := range []string{"reset", "reset", "pass"} {
		if got := picks(p, "GET", fmt.Sprintf("/%d", i), 1); got[0] != want {
			t.Errorf("key %d: %v: want %s", i+1, got, want)
		}
	}
	if got := picks(p, "GET", "/0", 1); got[0] != "reset" || len(p.mixed) != 2 {
		t.Errorf("a known key: %v, %d keys kept", got, len(p.mixed))
	}
}

func TestDrawIsUniform(t *testing.T) {
	var tenths [10]int
	const n = 20_000
	for i := range n {
		u := Draw(9, strconv.Itoa(i%100), i/100)
		if u < 0 || u >= 1 {
			t.Fatalf("Draw: %v", u)
		}
		tenths[int(u*10)]++
	}
	for i, got := range tenths {
		if got < n/10-225 || got > n/10+225 { // five standard deviations
			t.Errorf("tenth %d: %d of %d", i, got, n)
		}
	}
}

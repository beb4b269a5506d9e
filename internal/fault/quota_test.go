package fault

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// Random arrivals are compared with the definition.
func TestAQuotaAdmitsWhatTheDefinitionDoes(t *testing.T) {
	for _, forgiving := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			const n, per = 5, 10 * time.Second
			q := NewQuota(Limit{N: n, Per: per, Forgiving: forgiving})
			rng := rand.New(rand.NewPCG(1, 2))
			var log []time.Time
			violations := 0
			for i := range 3000 {
				// Whole seconds, so that some arrivals are exactly Per apart.
				time.Sleep(time.Duration(rng.IntN(5)) * time.Second)
				now, held := time.Now(), 0
				for _, at := range log {
					if now.Sub(at) < per {
						held++
					}
				}
				wait, ok := q.Arrive()
				if ok != (held < n) {
					t.Fatalf("arrival %d: ok %v with %d in the window", i, ok, held)
				}
				if !ok {
					violations++
				}
				if ok || !forgiving {
					log = append(log, now)
				}
				if !ok {
					// The time until the window has room again, if nothing arrives.
					want := per - now.Sub(log[len(log)-n])
					if wait != want || wait <= 0 {
						t.Fatalf("arrival %d: wait %v: want %v", i, wait, want)
					}
				}
			}
			c := q.Counts()
			if c.Arrivals != 3000 || c.Violations != violations || c.Admitted+c.Violations != c.Arrivals {
				t.Errorf("%+v: want %d violations", c, violations)
			}
			if violations < 100 || c.Admitted < 100 {
				t.Errorf("%+v: too few arrivals of one kind", c)
			}
			if cap(q.log) > 2*n {
				t.Errorf("log of %d for %d", cap(q.log), n)
			}
		})
	}
}

func TestTheHintOfAQuotaIsExact(t *testing.T) {
	for early, want := range map[time.Duration]bool{0: true, 1: false} {
		synctest.Test(t, func(t *testing.T) {
			q := NewQuota(Limit{N: 2, Per: time.Minute, Forgiving: true})
			q.Arrive()
			time.Sleep(7 * time.Second)
			q.Arrive()
			wait, ok := q.Arrive()
			if ok || wait != 53*time.Second {
				t.Fatalf("third: %v %v", ok, wait)
			}
			time.Sleep(wait - early)
			if _, ok := q.Arrive(); ok != want {
				t.Errorf("%v before the hint: %v", early, ok)
			}
		})
	}
}

func TestArrivalsOverTheLimitCountUnlessForgiving(t *testing.T) {
	for forgiving, want := range map[bool]int{false: 1, true: 10} {
		synctest.Test(t, func(t *testing.T) {
			q := NewQuota(Limit{N: 1, Per: 10 * time.Second, Forgiving: forgiving})
			for range 100 {
				q.Arrive()
				time.Sleep(time.Second)
			}
			if got := q.Counts().Admitted; got != want {
				t.Errorf("forgiving %v: %d admitted: want %d", forgiving, got, want)
			}
		})
	}
}

func TestAQuotaRespondsWith429AndHints(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := NewQuota(Limit{N: 1, Per: 2500 * time.Millisecond, Route: "GET /counted/", Millis: true, Forgiving: true})
		h := q.Wrap(text("in"))
		for range 3 {
			if w := request(h, "GET", "/free"); w.Code != 200 {
				t.Errorf("another route: %d", w.Code)
			}
		}
		if w := request(h, "GET", "/counted/1"); w.Code != 200 || w.Header().Get("Retry-After") != "" {
			t.Errorf("first: %d %v", w.Code, w.Header())
		}
		time.Sleep(300*time.Millisecond + 1)
		w := request(h, "GET", "/counted/2")
		if w.Code != 429 || w.Header().Get("Retry-After") != "3" || w.Header().Get("Retry-After-Ms") != "2200" {
			t.Errorf("second: %d %v", w.Code, w.Header())
		}
		if c := q.Counts(); c != (QuotaCounts{Arrivals: 2, Admitted: 1, Violations: 1}) {
			t.Errorf("%+v", c)
		}
	})
}

func TestAQuotaAdmitsNoMoreThanNAtOnce(t *testing.T) {
	q := NewQuota(Limit{N: 7, Per: time.Hour})
	s, c := serve(t, q.Wrap(text("in")))
	var wg sync.WaitGroup
	for range 40 {
		wg.Go(func() {
			resp, _, err := fetch(c, s.URL)
			if err != nil {
				t.Error(err)
				return
			}
			after, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
			if resp.StatusCode == http.StatusTooManyRequests && (after < 3500 || after > 3600) {
				t.Errorf("Retry-After %d", after)
			}
		})
	}
	wg.Wait()
	if c := q.Counts(); c != (QuotaCounts{Arrivals: 40, Admitted: 7, Violations: 33}) {
		t.Errorf("%+v", c)
	}
}

package throttle

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/layer/bodies"
	"github.com/gracy-go/gracy/transport/verdict"
)

// tokens returns a rule whose cost is the number in the path.
func tokens(mode Mode) Rule {
	return Rule{Limit: 100, Per: time.Minute, Mode: mode, Margin: NoMargin, Cost: func(r *http.Request) int {
		n, _ := strconv.Atoi(strings.Trim(r.URL.Path, "/"))
		return n
	}}
}

func TestReport(t *testing.T) {
	for _, tt := range []struct {
		name    string
		actual  []int
		path    string        // of the next one
		want    time.Duration // when it goes, from the first send on
		another time.Duration // and one more of 10
	}{
		{"not, the control", nil, "/90", time.Minute, time.Minute},
		{"as estimated", []int{80}, "/90", time.Minute, time.Minute},
		{"over-estimated", []int{10}, "/90", time.Second, time.Minute},
		{"nothing", []int{0}, "/90", time.Second, time.Second},
		{"below nothing", []int{math.MinInt / 2}, "/90", time.Second, time.Second},
		{"below nothing, then something", []int{-50, 20}, "/80", time.Second, 61 * time.Second},
		{"under-estimated", []int{150}, "/40", 61 * time.Second, 61 * time.Second},
		{"debt beyond all bounds", []int{math.MaxInt / 2}, "/20", 61 * time.Second, 61 * time.Second},
		{"at first too much, then too little", []int{10, 150}, "/40", 61 * time.Second, 61 * time.Second},
		{"at first too little, then too much", []int{150, 10}, "/90", time.Second, time.Minute},
		{"twice", []int{20, 10}, "/90", time.Second, time.Minute},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &server{}
				l := New(tokens(Window))
				rt := l.Wrap(s)
				ctx, spent := WithUsage(t.Context())
				if spent.Report(5) {
					t.Error("adjusted before there was anything")
				}
				start := time.Now()
				if _, err := get(ctx, rt, "/80"); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Second)
				for _, n := range tt.actual {
					if !spent.Report(n) {
						t.Error("not adjusted")
					}
				}
				flood(t, rt, tt.path, 1)
				if d := time.Since(start); d != tt.want {
					t.Errorf("the next after %s, want %s", d, tt.want)
				}
				flood(t, rt, "/10", 1)
				if d := time.Since(start); d != tt.another {
					t.Errorf("another after %s, want %s", d, tt.another)
				}
				quiet(t, l)
			})
		})
	}
}

// The reported cost of a call also takes time of a Paced rule.
func TestReportMovesThePacer(t *testing.T) {
	for _, tt := range []struct {
		name   string
		actual []int
		want   time.Duration // when one more of 1 goes, from the first send on
	}{
		{"not, the control", nil, 10 * time.Second},
		{"as estimated", []int{10}, 10 * time.Second},
		{"under-estimated", []int{25}, 25 * time.Second},
		{"twice", []int{25, 30}, 30 * time.Second},
		{"at first too much", []int{25, 10}, 10 * time.Second},
		{"less than at first", []int{50, 15}, 15 * time.Second},
		{"over-estimated", []int{4}, 4 * time.Second},
		{"first debt, then less than estimated", []int{25, 4}, 4 * time.Second},
		{"nothing", []int{0}, time.Second},
		{"debt beyond all bounds", []int{math.MaxInt / 2}, 70 * time.Second}, // a window's worth
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := tokens(Paced)
				r.Limit = 60 // one each second
				l := New(r)
				rt := l.Wrap(&server{})
				start := time.Now()
				ctx, spent := WithUsage(t.Context())
				if _, err := get(ctx, rt, "/10"); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Second)
				var waits sync.WaitGroup
				waits.Go(func() { // one that waits already goes by it too
					flood(t, rt, "/1", 1)
					if d := time.Since(start); d != tt.want {
						t.Errorf("one more after %s, want %s", d, tt.want)
					}
				})
				synctest.Wait()
				for _, n := range tt.actual {
					spent.Report(n)
				}
				waits.Wait()
				flood(t, rt, "/1", 1)
				if d := time.Since(start); d != tt.want+time.Second {
					t.Errorf("another after %s, want %s", d, tt.want+time.Second)
				}
				quiet(t, l)
			})
		})
	}
}

// A rule until the response counts an estimate from the response on, and debt from the report on.
func TestReportWithUntilResponse(t *testing.T) {
	for _, tt := range []struct {
		name   string
		actual []int
		want   time.Duration // when one more of 40 goes, from the first send on
	}{
		{"not, the control", nil, 63 * time.Second},
		{"under-estimated", []int{90}, 63 * time.Second}, // 10 stay for a second more
		{"debt", []int{150}, 64 * time.Second},
		{"debt taken back", []int{150, 80}, 63 * time.Second},
		{"over-estimated", []int{60}, 4 * time.Second},
		{"debt, then over-estimated", []int{150, 60}, 4 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &server{latency: func(*http.Request) time.Duration { return 3 * time.Second }}
				l := New(tokens(UntilResponse))
				rt := l.Wrap(s)
				start := time.Now()
				ctx, spent := WithUsage(t.Context())
				if _, err := get(ctx, rt, "/80"); err != nil {
					t.Fatal(err)
				}
				s.latency = nil
				time.Sleep(time.Second)
				for _, n := range tt.actual {
					if !spent.Report(n) {
						t.Error("not adjusted")
					}
				}
				flood(t, rt, "/40", 1)
				if d := time.Since(start); d != tt.want {
					t.Errorf("one more after %s, want %s", d, tt.want)
				}
				quiet(t, l)
			})
		})
	}
}

func TestReportFreesRequestsThatWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, mode := range []Mode{Window, UntilResponse} {
			l := New(tokens(mode))
			rt := l.Wrap(&server{})
			ctx, spent := WithUsage(t.Context())
			_, _ = get(ctx, rt, "/80")
			start := time.Now()
			var wg sync.WaitGroup
			for range 3 {
				wg.Go(func() { flood(t, rt, "/30", 1) })
			}
			synctest.Wait()
			spent.Report(10)
			wg.Wait()
			if d := time.Since(start); d != 0 {
				t.Errorf("%s: three waited %s", mode, d)
			}
			quiet(t, l)
		}
	})
}

func TestReportTakesNothingFromOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(tokens(Window))
		rt := l.Wrap(&server{})
		ctx, spent := WithUsage(t.Context())
		_, _ = get(ctx, rt, "/10")
		flood(t, rt, "/40", 1) // at the same instant
		for range 5 {
			spent.Report(50)
			spent.Report(0)
		}
		if live := counts(l, 0).Counted; live != 40 {
			t.Errorf("%d counted, want the 40 of the other", live)
		}
	})
}

func TestReportConcernsTheLastAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sent := 0
		s := &server{respond: func(req *http.Request) (*http.Response, error) {
			if sent++; sent == 1 {
				return reply(req, 503), nil
			}
			return reply(req, 200), nil
		}}
		l := New(tokens(Window), Rule{Limit: 5, Per: time.Minute})
		again := &testLayer{"again", func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			a := c.Attempt()
			resp, err := next.RoundTrip(req)
			if a.End(resp, err) != verdict.Retryable {
				return resp, err
			}
			a.Own(resp)
			bodies.Drain(resp)
			c.NextAttempt(layer.Retry)
			return next.RoundTrip(req)
		}}
		for _, rt := range []http.RoundTripper{
			again.Wrap(l.Wrap(s)),
			again.Wrap(l.Wrap(concurrency.New(concurrency.Limit{Max: 1}).Wrap(s))),
		} {
			sent = 0
			time.Sleep(time.Hour)
			ctx, spent := WithUsage(t.Context())
			if _, err := get(ctx, rt, "/40"); err != nil {
				t.Fatal(err)
			}
			spent.Report(5)
			if live := counts(l, 0).Counted; live != 45 {
				t.Errorf("%d units counted, want 40 of the first and 5 of the second", live)
			}
			if live := counts(l, 1).Counted; live != 2 {
				t.Errorf("%d requests counted by the rule without weight, want 2", live)
			}
		}
	})
}

// The limiters are around each other, so both are in the stack of one call.
func TestReportReachesEachLimiter(t *testing.T) {
	for name, order := range map[string][2]int{"the outer one first": {0, 1}, "the inner one first": {1, 0}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				both := [2]*Limiter{New(tokens(Window)), New(tokens(UntilResponse))}
				rt := both[order[0]].Wrap(both[order[1]].Wrap(&server{}))
				ctx, spent := WithUsage(t.Context())
				if _, err := get(ctx, rt, "/40"); err != nil {
					t.Fatal(err)
				}
				for _, actual := range []int{5, 60} {
					if !spent.Report(actual) {
						t.Error("Report found no call")
					}
					for i, l := range both {
						if live := counts(l, 0).Counted; live != actual {
							t.Errorf("limiter %d counts %d, want %d", i, live, actual)
						}
					}
				}
			})
		})
	}
}

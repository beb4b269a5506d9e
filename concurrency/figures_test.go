package concurrency

import (
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/figure"
)

func TestFiguresAreThoseOfNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Limit{Max: 5}, Limit{Max: 9})
		check := func(used int64) {
			t.Helper()
			limits := l.Limits()
			want := []figure.Figure{
				{Kind: figure.SlotsInUse, Rule: limits[0].String(), Value: used},
				{Kind: figure.Slots, Rule: limits[0].String(), Value: 5},
				{Kind: figure.SlotsInUse, Rule: limits[1].String(), Value: used},
				{Kind: figure.Slots, Rule: limits[1].String(), Value: 9},
			}
			if got := l.Figures(); !slices.Equal(got, want) {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
		}
		check(0)
		rt := l.Wrap(&server{latency: time.Second})
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if err := get(t.Context(), rt, url); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		check(3)
		wg.Wait()
		check(0)
	})
}

// The slots of a limit are those of all keys that it knows, as many as each has now.
func TestFiguresAddUpTheKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Limit{Max: 100, Adaptive: &Adaptive{Start: 5}})
		rt := l.Wrap(&server{latency: time.Second})
		var wg sync.WaitGroup
		for _, host := range []string{"a.test", "b.test", "b.test"} {
			wg.Go(func() {
				if err := get(t.Context(), rt, "http://"+host+"/"); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		if f := l.Figures(); f[0].Value != 3 || f[1].Value != 10 {
			t.Errorf("%d slots of %d, want 3 of 10", f[0].Value, f[1].Value)
		}
		wg.Wait()
	})
}

package throttle

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestFiguresCountThePauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLimiter(Config{})
		check := func(want int64) {
			t.Helper()
			if f := l.Figures(); len(f) != 1 || f[0].Value != want {
				t.Errorf("got %+v, want %d pauses", f, want)
			}
		}
		check(0)
		rt := l.Wrap(&server{respond: throttled(1, 429, "Retry-After", "7")})
		if _, err := get(t.Context(), rt, "/"); err != nil {
			t.Fatal(err)
		}
		check(1)
		time.Sleep(10 * time.Minute)
		check(0)
	})
}

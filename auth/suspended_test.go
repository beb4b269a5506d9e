package auth

import (
	"errors"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
)

// While a machine sleeps its monotonic clock stands still, and its wall clock may be set at any time.
// A token has expired if either clock says so.
func TestATokenExpiresByEitherClock(t *testing.T) {
	const life = time.Hour
	fetched := time.Now()
	for _, test := range []struct {
		name         string
		expiry       time.Time
		passed, step time.Duration // the time since the fetch, and by how much the wall clock was set
		valid        bool
	}{
		{"used at once", fetched.Add(life), 0, 0, true},
		{"used at once, expiry without a monotonic reading", fetched.Add(life).Round(0), 0, 0, true},
		{"used late", fetched.Add(life), 2 * life, 0, false},
		{"the machine slept", fetched.Add(life), time.Second, 8 * time.Hour, false},
		{"the machine slept, expiry without a monotonic reading", fetched.Add(life).Round(0), time.Second, 8 * time.Hour, false},
		{"the clock was set back", fetched.Add(life), 2 * life, -8 * time.Hour, false},
		{"the clock was set back, expiry without a monotonic reading", fetched.Add(life).Round(0), 2 * life, -8 * time.Hour, false},
	} {
		tokens := &tokens{leeway: defaultLeeway}
		c, err := tokens.credentialOf(Token{Value: "secret", Expiry: test.expiry}, fetched)
		if err != nil {
			t.Fatal(err)
		}
		now := rttest.Stepped(t, fetched.Add(test.passed), test.step)
		if v, f, l := c.valid(now), c.fresh(now), c.lasts(now); v != test.valid || f != test.valid || l != test.valid {
			t.Errorf("%s: valid %v, fresh %v, lasts %v, want %v", test.name, v, f, l, test.valid)
		}
	}
}

// A source may keep a token while the machine sleeps, or its clock is set.
func TestATokenThatASourceHasKeptExpiresByEitherClock(t *testing.T) {
	const life = time.Hour
	made := time.Now()
	for step, want := range map[time.Duration]time.Duration{0: life, 8 * time.Hour: 0, life / 2: life / 2, -8 * time.Hour: life} {
		now := rttest.Stepped(t, made, step)
		c, err := (&tokens{}).credentialOf(Token{Value: "secret", Expiry: made.Add(life)}, now)
		if _, expired := errors.AsType[*expiredError](err); expired != (want == 0) {
			t.Errorf("set by %v: %v", step, err)
		}
		if err == nil && (!c.valid(now.Add(want-time.Second)) || c.valid(now.Add(want))) {
			t.Errorf("set by %v: it expires in %v, want %v", step, c.expiry.Sub(now), want)
		}
	}
}

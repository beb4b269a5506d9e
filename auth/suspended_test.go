package auth

import (
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

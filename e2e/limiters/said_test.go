package limiters

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A saying reads the most precise statement of a limiter about when it accepts again. It is chosen
// for each limiter by hand, because it must not share a fault with the code under test.
type saying func(response) (time.Duration, bool)

// nothing is the saying of a limiter that says nothing.
func nothing(response) (time.Duration, bool) { return 0, false }

// delay reads a number of seconds.
func delay(field string) saying {
	return func(r response) (time.Duration, bool) {
		v := r.header.Values(field)
		if len(v) != 1 {
			return 0, false
		}
		n, err := strconv.ParseFloat(v[0], 64)
		return time.Duration(n * float64(time.Second)), err == nil
	}
}

// instant reads a Unix time in seconds, which may have a fraction, or a date.
func instant(field string) saying {
	return func(r response) (time.Duration, bool) {
		v := r.header.Get(field)
		if n, err := strconv.ParseFloat(v, 64); err == nil {
			return time.UnixMicro(int64(n * 1e6)).Sub(r.at), true
		}
		at, err := http.ParseTime(strings.Replace(v, "UTC", "GMT", 1))
		return at.Sub(r.at), err == nil
	}
}

func TestASayingIsWhatTheFieldSays(t *testing.T) {
	at := time.Unix(1_800_000_000, 250_000_000)
	date := time.Unix(1_800_000_002, 0).UTC().Format(time.RFC1123)
	for _, test := range []struct {
		say   saying
		value string
		want  time.Duration
		ok    bool
	}{
		{delay("F"), "3", 3 * time.Second, true},
		{delay("F"), "1.5", 1500 * time.Millisecond, true},
		{delay("F"), "soon", 0, false},
		{instant("F"), "1800000002", 1750 * time.Millisecond, true},
		{instant("F"), "1800000001.500000", 1250 * time.Millisecond, true},
		{instant("F"), date, 1750 * time.Millisecond, true},
		{nothing, "3", 0, false},
	} {
		got, ok := test.say(response{at: at, header: http.Header{"F": {test.value}}})
		if ok != test.ok || ok && (got-test.want).Abs() > time.Microsecond {
			t.Errorf("%q: %s, %v; want %s, %v", test.value, got, ok, test.want, test.ok)
		}
	}
}

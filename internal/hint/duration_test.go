package hint

import (
	"math/rand/v2"
	"testing"
	"time"
)

func TestADurationIsReadWithinItsBounds(t *testing.T) {
	for v, want := range map[string]time.Duration{
		"6m0s":                            6 * time.Minute,
		"12ms":                            12 * time.Millisecond,
		"+1.5h":                           90 * time.Minute,
		".5s":                             500 * time.Millisecond,
		"1.s":                             time.Second,
		"0s":                              0,
		"99999h":                          Max,
		"3000000h":                        Max, // 342 years, more than a time.Duration holds
		"+3000000h0.5s":                   Max,
		"9223372036854775808ns":           Max,
		"99999999999999999999999999h1m1s": Max,
		"0.0000000001ns":                  1,
		"0h0.0001µs":                      1,
		"0.0001μs":                        1,
		"0.0s0h":                          0,
	} {
		if got, ok := duration(v); !ok || got != want {
			t.Errorf("duration(%q) = %v, %v; want %v", v, got, ok, want)
		}
	}
	for _, v := range []string{
		"", "+", "-", "s", "h5", ".h", "5", "-6m", "-0s", "-3000000h", "++3000000h", "+-0s", "3000000", "3000000H", "3000000h ",
		"3000000h5", "3000000h-5s", "3000000.0.0h", "3000000d", "tomorrow", "2026-03-01T12:00:00Z", "1e9h", "0x10h",
	} {
		if got, ok := duration(v); ok {
			t.Errorf("duration(%q) = %v, want none", v, got)
		}
	}
}

// Within its range, a duration is read as time.ParseDuration reads it.
func TestADurationAgreesWithParseDuration(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	const alphabet = "0159.+-nuµmsh"
	read := 0
	for range 200_000 {
		var v string
		for range 1 + rng.IntN(6) {
			v += string([]rune(alphabet)[rng.IntN(13)])
		}
		want, err := time.ParseDuration(v)
		got, ok := duration(v)
		switch {
		case v == "0" || v == "+0": // a plain number, which reset reads before
		case err != nil && ok && got != Max, err == nil && (v[0] != '-') != ok, ok && want != 0 && got != min(want, Max), ok && got < 0:
			t.Fatalf("duration(%q) = %v, %v; ParseDuration: %v, %v", v, got, ok, want, err)
		}
		if ok {
			read++
		}
	}
	if read < 1000 {
		t.Errorf("only %d of the values were durations", read)
	}
}

package meter

import (
	"testing"
	"time"
)

// While a store fails only the window counts. A request that was granted then and leaves has no
// token to leave behind.
func TestATokenThatWasNotTakenIsNotGivenBack(t *testing.T) {
	s := &StoreTokens{local: true, failures: 1, blocked: 100}
	if s.Next(50, 1) != 50 || s.MustAsk(50, 1) || s.Spend(50, 1) != (Receipt{}) {
		t.Error("a token where the store fails")
	}
	s = &StoreTokens{tokens: 1, expires: Never}
	if s.Spend(50, 1) != (Receipt{Never, 1}) || s.tokens != 0 {
		t.Error("no token where there is one")
	}
}

// Our clock is hours ahead of that of the store, so every reset that the store names is past. The
// store is asked some times in a window, and not a thousand times a second. If our clock is only
// slightly ahead, the request is not much too late.
func TestAStoreWhoseClockIsBehindIsNotAskedWithoutEnd(t *testing.T) {
	const per = time.Hour
	for _, test := range []struct {
		ahead time.Duration
		opens time.Duration // after the first question
		most  int           // questions
		late  time.Duration // at most
	}{
		{2 * per, per, 100, per / 50},
		{2 * time.Millisecond, 2 * time.Millisecond, 4, 2 * time.Millisecond},
		{0, per, 3, time.Millisecond},
	} {
		s, now, asked := NewStoreTokens(false), int64(0), 0
		for {
			if now = s.Next(now, 1); !s.MustAsk(now, 1) {
				break
			}
			asked++
			left := test.opens - time.Duration(now)
			s.Record(now, now, Reply{OK: left <= 0, Wait: left - test.ahead}, per)
			if asked > 10*test.most {
				break
			}
		}
		if late := time.Duration(now) - test.opens; asked > test.most || late < 0 || late > test.late {
			t.Errorf("%v ahead: asked %d times, the last time %v after the store had a token; want at most %d and %v", test.ahead, asked, late, test.most, test.late)
		}
	}
}

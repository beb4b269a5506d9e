package tapetest

import (
	"errors"
	"slices"
	"testing"
)

func TestAttempt(t *testing.T) {
	got := Attempt(t, func(tb testing.TB) {
		tb.Helper()
		tb.Errorf("the %s", "first")
		tb.Error("the second")
		Must(tb, errors.New("the third"))
		tb.Error("behind the end")
	})
	if want := []string{"the first", "the second", "the third"}; !slices.Equal(got, want) {
		t.Errorf("it failed by %q, want %q", got, want)
	}
	if got := Attempt(t, func(tb testing.TB) { tb.Helper(); tb.Fatalf("%d", 1) }); !slices.Equal(got, []string{"1"}) {
		t.Errorf("it failed by %q, want 1", got)
	}
	got = Attempt(t, func(tb testing.TB) {
		tb.Helper()
		for !tb.Failed() {
			tb.Fail()
		}
		tb.FailNow()
		tb.Error("behind the end")
	})
	if len(got) != 2 || t.Failed() {
		t.Errorf("it failed by %q, want two failures without a text, and none of t", got)
	}
	if got := Attempt(t, func(tb testing.TB) { tb.Helper(); Must(tb, nil) }); len(got) != 0 {
		t.Errorf("what passes failed by %q", got)
	}
}

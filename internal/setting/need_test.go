package setting

import (
	"context"
	"slices"
	"testing"
)

type (
	policy int
	limit  int
	other  int
)

// holder is a call with settings.
type holder struct {
	list *List
	cut  bool
}

func (h holder) Settings() (*List, bool) { return h.list, h.cut }

func TestUntaken(t *testing.T) {
	none := func(string) bool { return false }
	bare := With(context.Background(), other(1))
	retry := WithNeed(bare, policy(1), "retry")
	off := WithNeed(retry, policy(0), "")
	both := WithNeed(retry, limit(1), "timeout")
	twice := WithNeed(both, policy(2), "retry")
	inside := With(context.WithValue(both, Key{}, holder{ListOf(both), false}), other(2))
	for _, tt := range []struct {
		name  string
		list  *List
		end   *List
		cut   bool
		takes func(string) bool
		want  []string
	}{
		{name: "nothing", takes: none},
		{"no need", ListOf(bare), nil, false, none, nil},
		{"one", ListOf(retry), nil, false, none, []string{"retry"}},
		{"taken", ListOf(retry), nil, false, func(n string) bool { return n == "retry" }, nil},
		{"off after it", ListOf(off), nil, false, none, nil},
		{"two", ListOf(both), nil, false, none, []string{"timeout", "retry"}},
		{"one of two", ListOf(both), nil, false, func(n string) bool { return n == "retry" }, []string{"timeout"}},
		{"once", ListOf(twice), nil, false, none, []string{"retry", "timeout"}},
		{"up to an end", ListOf(both), ListOf(retry), false, none, []string{"timeout"}},
		{"inside a call", ListOf(inside), nil, false, none, []string{"timeout", "retry"}},
		{"cut off", ListOf(inside), nil, true, none, nil},
	} {
		if got := tt.list.Untaken(tt.end, tt.cut, tt.takes); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	if ListOf(bare).Needy() || !ListOf(inside).Needy() {
		t.Error("Needy is wrong")
	}
}

// For values that need no layer, nothing is searched.
func TestNoNeedCostsNothing(t *testing.T) {
	l := ListOf(With(With(context.Background(), other(1)), limit(1)))
	taken := func(string) bool { return true }
	if n := testing.AllocsPerRun(100, func() { l.Untaken(nil, false, taken) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

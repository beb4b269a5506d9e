package rows_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/rows"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

func entry(id, replace store.ID, path string) store.Entry {
	return store.Entry{Exchange: tapetest.Exchange(id, "GET", "http://a.test/"+path, path), Replace: replace}
}

func TestWhatABatchReplacesOfItself(t *testing.T) {
	b := rows.Prepare([]store.Entry{entry(1, 0, "a"), entry(2, 0, "b"), entry(3, 3, "a"), entry(4, 2, "a"), entry(5, 0, "a")})
	tapetest.Must(t, b.Own())
	var got []int64
	for _, r := range b.List {
		got = append(got, r.ID)
	}
	if want := []int64{2, 3, 4, 5}; !slices.Equal(got, want) {
		t.Errorf("%v are stored, want %v", got, want)
	}
	if len(b.Replaces) != 1 || b.Replaces[0].Below != 3 {
		t.Errorf("it replaces %+v, want one request below 3", b.Replaces)
	}
}

func TestIDsAscendAndAreNotTaken(t *testing.T) {
	b := rows.Prepare([]store.Entry{entry(1, 0, "a"), entry(2, 0, "b"), entry(2, 0, "c"), entry(9, 0, "d")})
	tapetest.Must(t, b.Own())
	ids := func() string {
		var list []int64
		for _, r := range b.List {
			list = append(list, r.ID)
		}
		return fmt.Sprint(list)
	}
	if got := ids(); got != "[1 2 3 9]" {
		t.Errorf("own IDs are %s", got)
	}
	if unknown := b.Assign(1, map[int64]bool{1: true, 2: true, 3: false, 9: true}); fmt.Sprint(unknown) != "[4 10]" || ids() != "[1 3 4 10]" {
		t.Errorf("they become %s, of which %v are unknown", ids(), unknown)
	}
	if err := rows.Prepare([]store.Entry{entry(1<<63, 0, "a")}).Own(); err == nil {
		t.Error("an ID beyond an int64 is no error")
	}
}

// Exchanges that are moved behind all others keep the order of their batch, even if a larger ID is
// known to be free.
func TestBehind(t *testing.T) {
	long := entry(7, 0, "long")
	long.Response.Body = nil
	long.SetMissingBody(1 << 20)
	b := rows.Prepare([]store.Entry{entry(1, 0, "a"), entry(2, 0, "b"), long, entry(100, 0, "c")})
	tapetest.Must(t, b.Own())
	b.Behind(0, 50, map[int64]bool{1: false, 100: false})
	var got []int64
	for _, r := range b.List {
		got = append(got, r.ID)
	}
	if want := []int64{1, 101, 7, 102}; !slices.Equal(got, want) {
		t.Errorf("the IDs are %v, want %v", got, want)
	}
}

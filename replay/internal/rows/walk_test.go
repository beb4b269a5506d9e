package rows_test

import (
	"errors"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/rows"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

func TestScanGoesOnWhileThereIsMore(t *testing.T) {
	var asked []int
	page := func(after store.ID, n int) (list []*store.Exchange, more bool, err error) {
		asked = append(asked, n)
		for id := after + 1; id <= 100 && len(list) < min(n, 20); id++ {
			list = append(list, tapetest.Exchange(id, "GET", "http://api.test/a", "x"))
		}
		return list, len(list) == 20, nil
	}
	n := store.ID(0)
	for x, err := range rows.Scan(0, page) {
		tapetest.Must(t, err)
		if n++; x.ID != n {
			t.Fatalf("ID %d, want %d", x.ID, n)
		}
	}
	if n != 100 || asked[0] != 1 || asked[1] != 8 {
		t.Errorf("%d exchanges by pages of %v, want 100, the first page of one", n, asked)
	}
}

func TestTheErrorOfAPageEndsAWalk(t *testing.T) {
	broken := errors.New("broken")
	n := 0
	for _, err := range rows.Scan(0, func(store.ID, int) ([]*store.Exchange, bool, error) { return nil, true, broken }) {
		if n++; !errors.Is(err, broken) || n > 1 {
			t.Fatalf("error %v, number %d", err, n)
		}
	}
	key := tapetest.Exchange(1, "GET", "http://api.test/a", "x").Key
	if _, err := rows.Near(key, 3, func(string, rows.Place) (*rows.Found, error) { return nil, broken }); !errors.Is(err, broken) {
		t.Errorf("Near returns %v", err)
	}
}

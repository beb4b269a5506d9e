package bolt

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

// A read during or after Close returns what is on the tape, or ErrClosed.
func TestReadsWhileAStoreIsClosed(t *testing.T) {
	path := tapeFile(t, 50)
	for range 20 {
		s, err := OpenReadOnly(path)
		tapetest.Must(t, err)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for i := 0; ; i = (i + 1) % 50 {
					x, err := s.Find(tapetest.Exchange(1, "GET", fmt.Sprintf("http://h/%d", i), "").Key, 0)
					switch {
					case errors.Is(err, store.ErrClosed):
						return
					case err != nil || x == nil || x.ID != store.ID(i+1): //nolint:gosec // small
						t.Errorf("%d: %v, %v", i, x, err)
						return
					}
				}
			})
		}
		runtime.Gosched()
		tapetest.Must(t, s.Close())
		wg.Wait()
	}
}

package storetest_test

import (
	"path/filepath"
	"testing"

	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/replay/store/bolt"
	"github.com/gracy-go/gracy/replay/storetest"
)

func ExampleRun() {
	_ = func(t *testing.T) { // the TestStore of a storage
		t.Helper()
		storetest.Run(t, func(dir string) (store.Store, error) {
			return bolt.Open(filepath.Join(dir, "tape"))
		})
	}
	// Output:
}

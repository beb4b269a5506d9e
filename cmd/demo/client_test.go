package main

import (
	"errors"
	"testing"
)

func TestNotFoundErrorMatchesErrNotFound(t *testing.T) {
	err := error(&NotFoundError{"berry", "pear"})
	if !errors.Is(err, ErrNotFound) || err.Error() != `demo: no berry "pear"` {
		t.Error(err)
	}
}

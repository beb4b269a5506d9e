package ctxerr_test

import (
	"context"
	"fmt"
	"io"
	"testing"

	"github.com/gracy-go/gracy/internal/ctxerr"
)

// list is an error that cannot be compared, and wrapped one that seems as if it can.
type (
	list    []string
	wrapped struct{ error }
)

func (list) Error() string { return "list" }

func TestIsComparesWhatCanBeCompared(t *testing.T) {
	for _, c := range []struct {
		err, target error
		want        bool
	}{
		{fmt.Errorf("read: %w", io.EOF), io.EOF, true},
		{wrapped{io.EOF}, wrapped{io.EOF}, true},
		{wrapped{list{"a"}}, wrapped{io.EOF}, false},
		{wrapped{io.EOF}, wrapped{list{"a"}}, false},
		{wrapped{list{"a"}}, wrapped{list{"a"}}, false},
		{list{"a"}, list{"a"}, false},
		{context.Canceled, io.EOF, false},
		{io.EOF, nil, false},
		{nil, io.EOF, false},
		{nil, nil, true},
	} {
		if got := ctxerr.Is(c.err, c.target); got != c.want {
			t.Errorf("%#v is %#v: %v, want %v", c.err, c.target, got, c.want)
		}
	}
}

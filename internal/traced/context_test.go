package traced_test

import (
	"context"
	"errors"
	"net/http/httptrace"
	"testing"

	"github.com/gracy-go/gracy/internal/traced"
)

type key struct{}

func TestAContextDiffersByItsTraceAlone(t *testing.T) {
	gone := errors.New("gone")
	parent, cancel := context.WithCancelCause(context.WithValue(t.Context(), key{}, "value"))
	var c counter
	var ctx traced.Context
	ctx.Begin(parent, traced.Key(), &c)
	if ctx.Value(key{}) != "value" || ctx.Done() != parent.Done() || c.made != 0 {
		t.Errorf("value %v, %d traces before one was asked for", ctx.Value(key{}), c.made)
	}
	httptrace.ContextClientTrace(&ctx).GetConn("a.test:80")
	if c.asked != 1 {
		t.Errorf("the trace was called %d times, want once", c.asked)
	}
	derived, stop := context.WithCancel(&ctx)
	defer stop()
	cancel(gone)
	if err := context.Cause(derived); !errors.Is(err, gone) {
		t.Errorf("what is derived ended with %v, want the cause of the parent", err)
	}
}

// foreign is a third-party context that happens to have a method of the same name.
type foreign struct{ context.Context }

func (f foreign) Bare() context.Context { return f.Context }

func TestAContextOfOthersIsNotLookedThrough(t *testing.T) {
	var ctx traced.Context
	parent := foreign{t.Context()}
	ctx.Begin(parent, traced.Key(), new(counter))
	if got := ctx.Bare().Context; got != context.Context(parent) {
		t.Errorf("bare of it is %v, want the context of others", got)
	}
}

package hook_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/hook"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/transport/verdict"
)

type timeout struct{ error }

func (timeout) Timeout() bool { return true }

func TestErrorsForwardTimeout(t *testing.T) {
	for _, c := range []struct {
		err  interface{ Timeout() bool }
		want bool
	}{
		{&hook.VetoError{Err: timeout{rttest.ErrBoom}}, true},
		{&hook.VetoError{Err: rttest.ErrBoom}, false},
		{&hook.Error{Err: timeout{rttest.ErrBoom}}, true},
		{&hook.Error{Err: rttest.ErrBoom, Outcome: timeout{rttest.ErrBoom}}, true},
		{&hook.Error{Err: rttest.ErrBoom}, false},
	} {
		if got := c.err.Timeout(); got != c.want {
			t.Errorf("%v: Timeout is %v", c.err, got)
		}
	}
}

func TestErrorsMatchWhatTheySayAndNothingElse(t *testing.T) {
	for name, c := range map[string]struct {
		err      error
		rejected bool
		text     string
	}{
		"veto":           {&hook.VetoError{Err: rttest.ErrBoom}, true, "hook: vetoed: boom"},
		"after":          {&hook.Error{Err: rttest.ErrBoom}, false, "hook: after: boom"},
		"after, failure": {&hook.Error{Err: rttest.ErrBoom, Outcome: io.ErrUnexpectedEOF}, false, "hook: after: boom (the call failed: unexpected EOF)"},
	} {
		if !errors.Is(c.err, rttest.ErrBoom) || errors.Is(c.err, verdict.ErrRejected) != c.rejected || errors.Is(c.err, context.Canceled) {
			t.Errorf("%s matches another error, or not its own", name)
		}
		if got := c.err.Error(); got != c.text {
			t.Errorf("%s: %q, want %q", name, got, c.text)
		}
	}
}

func TestErrorsShowNoSecret(t *testing.T) {
	leak := errors.New(`Get "https://api.test/x?api_key=hunter2": no`)
	for _, err := range []error{&hook.VetoError{Err: leak}, &hook.Error{Err: leak, Outcome: leak}} {
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%v", err)
		}
	}
}

package hook_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/hook"
	"github.com/gracy-go/gracy/internal/rttest"
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

func TestErrorsShowNoSecret(t *testing.T) {
	leak := errors.New(`Get "https://api.test/x?api_key=hunter2": no`)
	for _, err := range []error{&hook.VetoError{Err: leak}, &hook.Error{Err: leak, Outcome: leak}} {
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%v", err)
		}
	}
}

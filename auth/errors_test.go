package auth_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/auth"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/transport/verdict"
)

func TestErrorsShowNoSecret(t *testing.T) {
	leak := errors.New(`Post "https://id.test/token?client_secret=hunter2": no`)
	for _, unauthorized := range []bool{false, true} {
		if text := (&auth.Error{Err: leak, Unauthorized: unauthorized}).Error(); strings.Contains(text, "hunter2") || unauthorized != strings.Contains(text, "401") {
			t.Errorf("%s", text)
		}
	}
}

func TestAnErrorMatchesWhatItSaysAndNothingElse(t *testing.T) {
	err := &auth.Error{Err: rttest.ErrBoom}
	if !errors.Is(err, auth.ErrNoToken) || !errors.Is(err, verdict.ErrRejected) || !errors.Is(err, rttest.ErrBoom) {
		t.Errorf("%v does not match its own", err)
	}
	if errors.Is(err, context.DeadlineExceeded) || err.Timeout() {
		t.Errorf("%v is taken for a timeout", err)
	}
}

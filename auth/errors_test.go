package auth_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/auth"
)

func TestErrorsShowNoSecret(t *testing.T) {
	leak := errors.New(`Post "https://id.test/token?client_secret=hunter2": no`)
	for _, unauthorized := range []bool{false, true} {
		if text := (&auth.Error{Err: leak, Unauthorized: unauthorized}).Error(); strings.Contains(text, "hunter2") || unauthorized != strings.Contains(text, "401") {
			t.Errorf("%s", text)
		}
	}
}

package page_test

import (
	"fmt"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/page"
)

type timeout struct{}

func (timeout) Error() string { return "late" }
func (timeout) Timeout() bool { return true }

func TestAnErrorForwardsTimeout(t *testing.T) {
	if !(&page.Error{Err: fmt.Errorf("x: %w", timeout{})}).Timeout() {
		t.Error("Timeout of the cause is lost")
	}
	if (&page.Error{Err: rttest.ErrBoom}).Timeout() {
		t.Error("boom is no timeout")
	}
}

func TestAnErrorNamesThePackageOnce(t *testing.T) {
	for _, tt := range []struct {
		cause error
		want  string
	}{
		{page.ErrCursor, "page: page 2: the cursor was not issued by this pager"},
		{&page.OriginError{Origin: "https://evil.test"}, "page: page 2: the next page is at https://evil.test: another origin, or with user information"},
		{rttest.ErrBoom, "page: page 2: boom"},
	} {
		if got := (&page.Error{Cursor: "x", Page: 2, Err: tt.cause}).Error(); got != tt.want {
			t.Errorf("text %q, want %q", got, tt.want)
		}
	}
}

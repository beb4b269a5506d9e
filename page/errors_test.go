package page_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
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
		{&page.OriginError{Origin: "https://evil.test"}, "page: page 2: the next page is at https://evil.test, which is another origin or has user information"},
		{rttest.ErrBoom, "page: page 2: boom"},
	} {
		if got := (&page.Error{Cursor: "x", Page: 2, Err: tt.cause}).Error(); got != tt.want {
			t.Errorf("text %q, want %q", got, tt.want)
		}
	}
}

// The error of http.Client has the whole URL of the page, which is the cursor.
func TestAnErrorDoesNotShowTheCursor(t *testing.T) {
	client := &http.Client{Transport: rttest.Func(func(*http.Request) (*http.Response, error) { return nil, rttest.ErrBoom })}
	p := page.Next("https://api.test/list?after=HUNTER2#HUNTER2", func(ctx context.Context, url string) (page.Slice[int], error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return page.Slice[int]{}, err
		}
		resp, err := client.Do(req)
		if err == nil {
			err = resp.Body.Close()
		}
		return page.Slice[int]{}, err
	})
	_, err := p.Collect(t.Context(), 0)
	if err == nil || strings.Contains(err.Error(), "HUNTER2") || !strings.Contains(err.Error(), `Get "https://api.test/list": boom`) || !errors.Is(err, rttest.ErrBoom) {
		t.Errorf("text %q", err)
	}
}

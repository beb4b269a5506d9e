package page_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/page"
)

const secret = "SECRET-cursor"

func isOriginError(err error) bool {
	_, ok := errors.AsType[*page.OriginError](err)
	return ok
}

func TestNextStaysOnTheAllowedOrigins(t *testing.T) {
	const first = "https://api.test/items"
	tests := []struct {
		next string
		want string // the URL fetched, "" if nothing must be fetched
	}{
		{"https://api.test/items?page=2", "https://api.test/items?page=2"},
		{"https://API.test:443/items?page=2", "https://API.test:443/items?page=2"},
		{"?page=2", "https://api.test/items?page=2"},
		{"/other", "https://api.test/other"},
		{"../x#frag", "https://api.test/x"},
		{"https://cdn.test/items", "https://cdn.test/items"}, // allowed by the caller
		{"http://api.test/items?page=2", ""},                 // downgrade
		{"https://api.test:8443/items", ""},
		{"https://api.test.evil.test/", ""},
		{"https://evil.test/?" + secret, ""},
		{"//evil.test/", ""},
		{"https://user:pw@api.test/", ""},
		{`https://api.test\@evil.test/`, ""},
		{"javascript:alert(1)", ""},
		{"file:///etc/passwd", ""},
	}
	for _, tt := range tests {
		t.Run(tt.next, func(t *testing.T) {
			var fetched []string
			p := page.Next(first, func(_ context.Context, url string) (page.Slice[int], error) {
				fetched = append(fetched, url)
				if len(fetched) == 1 {
					return page.Slice[int]{Items: []int{1}, Next: tt.next}, nil
				}
				return page.Slice[int]{Items: []int{2}}, nil
			}, "https://cdn.test")
			got, err := p.Collect(t.Context(), 0)
			if tt.want == "" {
				if err == nil || len(fetched) != 1 || len(got) != 1 {
					t.Fatalf("fetched %q, items %v, %v", fetched, got, err)
				}
				if !isOriginError(err) && !errors.Is(err, page.ErrCursor) {
					t.Errorf("error %v", err)
				}
				if strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "pw") {
					t.Errorf("text holds a secret: %v", err)
				}
				return
			}
			if err != nil || !slices.Equal(fetched, []string{first, tt.want}) {
				t.Errorf("fetched %q, %v, want %q", fetched, err, tt.want)
			}
		})
	}
}

func TestTheURLOfFromMustHaveAnAllowedOrigin(t *testing.T) {
	p := page.Next("https://api.test/", func(context.Context, string) (page.Slice[int], error) {
		t.Error("fetched")
		return page.Slice[int]{}, nil
	})
	_, err := p.From("https://evil.test/").Collect(t.Context(), 0)
	oe, ok := errors.AsType[*page.OriginError](err)
	if !ok || oe.Origin != "https://evil.test" {
		t.Errorf("%v", err)
	}
}

// A server need not repeat the user information that its client has sent.
func TestANextURLMayLackTheUserInformationOfTheFirst(t *testing.T) {
	var fetched []string
	p := page.Next("https://me:pw@api.test/a", func(_ context.Context, url string) (page.Slice[int], error) {
		if fetched = append(fetched, url); len(fetched) == 1 {
			return page.Slice[int]{Next: "https://api.test/b"}, nil
		}
		return page.Slice[int]{}, nil
	})
	if _, err := p.Collect(t.Context(), 0); err != nil || len(fetched) != 2 || fetched[1] != "https://api.test/b" {
		t.Errorf("fetched %q, %v", fetched, err)
	}
}

func TestNextKeepsTheUserInformationOfTheFirstURL(t *testing.T) {
	n := 0
	p := page.Next("https://me:pw@api.test/a", func(_ context.Context, url string) (page.Slice[int], error) {
		if n++; n == 1 {
			return page.Slice[int]{Next: "/b"}, nil
		}
		return page.Slice[int]{Items: []int{len(url)}}, nil
	})
	got, err := p.Collect(t.Context(), 0)
	if want := []int{len("https://me:pw@api.test/b")}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
}

func TestANextURLThatRepeatsIsErrRepeated(t *testing.T) {
	p := page.Next("https://api.test/a", func(context.Context, string) (page.Slice[int], error) {
		return page.Slice[int]{Items: []int{1}, Next: "/a"}, nil
	})
	if got, err := p.Collect(t.Context(), 0); !errors.Is(err, page.ErrRepeated) || len(got) != 1 {
		t.Errorf("%v, %v", got, err)
	}
}

// The Next of the last page is "". Continuing from it must not lead to a list of another origin.
func TestACursorThatIsNoAbsoluteURLIsErrCursor(t *testing.T) {
	for _, cursor := range []string{"", "/list?page=2", "//api.test/list", "?page=2", "api.test/list"} {
		fetches := 0
		p := page.Next("https://api.test/list", func(context.Context, string) (page.Slice[int], error) {
			fetches++
			return page.Slice[int]{}, nil
		})
		if _, err := p.From(cursor).First(t.Context()); !errors.Is(err, page.ErrCursor) || fetches != 0 {
			t.Errorf("From(%q): %v after %d fetches", cursor, err, fetches)
		}
	}
}

package stack_test

import (
	"net/http"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/internal/stack"
	"github.com/gracy-go/gracy/layer"
)

type (
	open   struct{ Base http.RoundTripper }
	unseen struct{ rt http.RoundTripper }
	bare   struct{}
	pair   struct{ A, B http.RoundTripper }
)

func (*open) RoundTrip(*http.Request) (*http.Response, error)  { return nil, rttest.ErrBoom }
func (unseen) RoundTrip(*http.Request) (*http.Response, error) { return nil, rttest.ErrBoom }
func (bare) RoundTrip(*http.Request) (*http.Response, error)   { return nil, rttest.ErrBoom }
func (pair) RoundTrip(*http.Request) (*http.Response, error)   { return nil, rttest.ErrBoom }

func TestTakes(t *testing.T) {
	retry := func(next http.RoundTripper) http.RoundTripper { return rttest.Retry(2).Wrap(next) }
	off := func(next http.RoundTripper) http.RoundTripper { return layer.Wrap("retry", nil, next, nil) }
	itself := &open{}
	itself.Base = itself
	for _, tt := range []struct {
		name         string
		rt           http.RoundTripper
		takes, known bool
	}{
		{"nil", nil, false, true},
		{"http.Transport", &http.Transport{}, false, true},
		{"a layer", retry(&http.Transport{}), true, true},
		{"a layer over a function", retry(rttest.Respond(200, "")), true, true},
		{"a layer that is off", off(&http.Transport{}), false, true},
		{"off around on", off(retry(&http.Transport{})), true, true},
		{"a plain base", bare{}, false, true},
		{"a function", rttest.Respond(200, ""), false, false},
		{"through a field", &open{retry(&http.Transport{})}, true, true},
		{"a field", &open{&http.Transport{}}, false, true},
		{"a nil field", &open{}, false, true},
		{"a nil struct", (*open)(nil), false, true},
		{"a field that hides", &open{unseen{}}, false, false},
		{"hidden", unseen{retry(&http.Transport{})}, false, false},
		{"a layer around what hides", retry(unseen{}), true, true},
		{"two fields", pair{}, false, false},
		{"itself", itself, false, false},
	} {
		if takes, known := stack.Takes(tt.rt, "retry"); takes != tt.takes || known != tt.known {
			t.Errorf("%s: %v, %v, want %v, %v", tt.name, takes, known, tt.takes, tt.known)
		}
	}
}

package stack

import (
	"net/http"
	"reflect"
	"sync"
	"testing"
)

type base struct{ Base http.RoundTripper }

func TestClosed(t *testing.T) {
	for _, tt := range []struct {
		value any
		want  bool
	}{
		{struct{ n int }{}, true},
		{&struct {
			mu   sync.Mutex
			seen []*http.Request
			next *int
			h    http.Handler
		}{}, true},
		{struct{ now func() int }{}, true},
		{struct {
			do func(*http.Request) (*http.Response, error)
		}{}, false},
		{struct{ pick func() http.RoundTripper }{}, false},
		{struct{ anything any }{}, false},
		{struct{ client http.Client }{}, false},
		{struct{ rt http.RoundTripper }{}, false},
		{struct{ inner []map[string]*http.Client }{}, false},
		{func() {}, true},
	} {
		if got := closed(reflect.TypeOf(tt.value), ""); got != tt.want {
			t.Errorf("closed(%T) = %v, want %v", tt.value, got, tt.want)
		}
	}
	if !closed(reflect.TypeFor[base](), "Base") {
		t.Error("the field that is left out counts")
	}
}

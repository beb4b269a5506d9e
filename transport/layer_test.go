package transport_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/transport"
)

func TestFindAndLayersLookThroughAForeignLayer(t *testing.T) {
	inner := &http.Transport{}
	want := rttest.Pass("b")
	rt := rttest.Stack(inner, rttest.Pass("a"), transport.Func(func(next http.RoundTripper) http.RoundTripper {
		return rttest.Func(next.RoundTrip)
	}), want)
	var names []string
	for name := range transport.Layers(rt) {
		names = append(names, name)
	}
	if got := []string{"a", "rttest.Func", "b", "*http.Transport"}; !slices.Equal(names, got) {
		t.Errorf("Layers = %v, want %v", names, got)
	}
	if l, ok := transport.Find[*rttest.Layer](rt); !ok || l.Name != "a" {
		t.Errorf("Find[*rttest.Layer] = %v, %v, want the outermost", l, ok)
	}
	if b, ok := transport.Find[*http.Transport](rt); !ok || b != inner {
		t.Error("Find does not reach the base")
	}
	if _, ok := transport.Find[interface{ Nothing() }](rt); ok {
		t.Error("Find found what is not there")
	}
}

func TestFuncPanicsOnNil(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	transport.Func(func(http.RoundTripper) http.RoundTripper { return nil }).Wrap(nil)
}

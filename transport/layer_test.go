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
	rt := rttest.Stack(inner, rttest.Pass("a"), transport.Func(func(next http.RoundTripper) http.RoundTripper {
		return rttest.Func(next.RoundTrip)
	}), rttest.Pass("b"))
	var names []string
	for name := range transport.Layers(rt) {
		names = append(names, name)
	}
	if want := []string{"a", "rttest.Func", "b", "*http.Transport"}; !slices.Equal(names, want) {
		t.Errorf("Layers yields %v, want %v", names, want)
	}
	if l, ok := transport.Find[*rttest.Layer](rt); !ok || l.Name != "a" {
		t.Errorf("Find[*rttest.Layer] returns %v, %v, want the outermost layer", l, ok)
	}
	if b, ok := transport.Find[*http.Transport](rt); !ok || b != inner {
		t.Error("Find does not reach the base")
	}
	if _, ok := transport.Find[interface{ Nothing() }](rt); ok {
		t.Error("Find returns what is not in the stack")
	}
}

func TestFuncPanicsOnNil(t *testing.T) {
	none := transport.Func(func(http.RoundTripper) http.RoundTripper { return nil })
	if got := rttest.PanicOf(func() { none.Wrap(nil) }); got == nil {
		t.Error("Wrap does not panic, though the function returns nil")
	}
}

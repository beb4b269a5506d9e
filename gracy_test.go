package gracy_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/retry"
)

// tag is a layer that writes down when it is passed.
func tag(name string, log *[]string) gracy.Layer {
	return gracy.Func(func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(req *http.Request) (*http.Response, error) {
			*log = append(*log, name+" in")
			defer func() { *log = append(*log, name+" out") }()
			return next.RoundTrip(req)
		})
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// server responds as a server would, without one.
func server(status int, text string) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return &http.Response{
			StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{},
			Body: io.NopCloser(strings.NewReader(text)), ContentLength: int64(len(text)), Request: req,
		}, nil
	})
}

func TestTheFirstListedMeetsTheRequestFirst(t *testing.T) {
	var log []string
	rt := gracy.Around(server(200, ""), tag("a", &log), tag("b", &log))
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://api.test/", nil)
	resp, err := rt.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if want := []string{"a in", "b in", "b out", "a out"}; !slices.Equal(log, want) {
		t.Errorf("got %v, want %v", log, want)
	}
}

func TestEmptyChainIsTheBase(t *testing.T) {
	if rt := gracy.Chain(); rt != http.DefaultTransport {
		t.Errorf("Chain() = %T", rt)
	}
	base := &http.Transport{}
	if rt := gracy.Around(base); rt != http.RoundTripper(base) {
		t.Errorf("Around(base) = %T", rt)
	}
}

func TestChainDoesNotKeepItsArguments(t *testing.T) {
	var log []string
	layers := []gracy.Layer{tag("a", &log)}
	rt := gracy.Around(server(200, ""), layers...)
	layers[0] = tag("z", &log)
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://api.test/", nil)
	if _, err := rt.RoundTrip(req); err != nil {
		t.Fatal(err)
	}
	if log[0] != "a in" {
		t.Errorf("log = %v", log)
	}
}

// a nil *offLayer is off, a nil *valueLayer and a nil *onLayer are mistakes.
type (
	offLayer   struct{ on bool }
	valueLayer struct{}
	onLayer    struct{}
)

func (*offLayer) Wrap(next http.RoundTripper) http.RoundTripper  { return next }
func (o *offLayer) IsOff() bool                                  { return o == nil || !o.on }
func (valueLayer) Wrap(next http.RoundTripper) http.RoundTripper { return next }
func (valueLayer) IsOff() bool                                   { return true }
func (*onLayer) Wrap(next http.RoundTripper) http.RoundTripper   { return next }
func (*onLayer) IsOff() bool                                     { return false }

func TestANilLayerThatIsOffIsOff(t *testing.T) {
	base := &http.Transport{}
	if rt := gracy.Around(base, (*offLayer)(nil)); rt != http.RoundTripper(base) {
		t.Errorf("Around(base, nil) = %T", rt)
	}
}

type nilLayer struct{}

func (nilLayer) Wrap(http.RoundTripper) http.RoundTripper { return nil }

func TestNonsensePanics(t *testing.T) {
	for name, layers := range map[string][]gracy.Layer{
		"gracy: layer 1 (<nil>) is nil":                                    {tag("a", new([]string)), nil},
		"gracy: layer 1 (*retry.Retry) is nil":                             {tag("a", new([]string)), (*retry.Retry)(nil), tag("b", new([]string))},
		"gracy: layer 0 (transport.Func) is nil":                           {gracy.Func(nil)},
		"gracy: layer 0 (*gracy_test.valueLayer) is nil":                   {(*valueLayer)(nil)},
		"gracy: layer 0 (*gracy_test.onLayer) is nil":                      {(*onLayer)(nil)},
		"gracy: layer 0 (gracy_test.nilLayer) returned a nil RoundTripper": {nilLayer{}},
	} {
		func() {
			defer func() {
				if r := recover(); r != name {
					t.Errorf("panic %v, want %q", r, name)
				}
			}()
			gracy.Chain(layers...)
		}()
	}
}

func ExampleFunc() {
	agent := gracy.Func(func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(req *http.Request) (*http.Response, error) {
			req = layer.Edit(req)
			req.Header.Set("User-Agent", "example/1.0")
			return next.RoundTrip(req)
		})
	})
	echo := roundTripper(func(req *http.Request) (*http.Response, error) {
		return nil, errors.New("sent by " + req.UserAgent())
	})
	client := &http.Client{Transport: gracy.Around(echo, agent)}
	_, err := client.Get("http://api.test/")
	fmt.Println(err)
	// Output: Get "http://api.test/": sent by example/1.0
}

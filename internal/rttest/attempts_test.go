package rttest_test

import (
	"net/http"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport/verdict"
)

// failures counts the errors of a test.
type failures struct {
	testing.TB
	n int
}

func (f *failures) Helper()               {}
func (f *failures) Errorf(string, ...any) { f.n++ }

func TestWantAttempts(t *testing.T) {
	sent := layer.CallOf(rttest.Get(t.Context(), t, rttest.Stack(rttest.Respond(200, ""), rttest.Pass("one"))))
	unsent := layer.CallOf(rttest.Get(t.Context(), t, rttest.Stack(nil, rttest.Pass("one"), responds())))
	for _, c := range []struct {
		call *layer.Call
		want []verdict.Verdict
		n    int
	}{
		{sent, []verdict.Verdict{verdict.OK}, 0},
		{sent, []verdict.Verdict{verdict.Retryable}, 1},
		{sent, []verdict.Verdict{verdict.OK, verdict.OK}, 1},
		{unsent, []verdict.Verdict{verdict.OK}, 1},
	} {
		f := &failures{TB: t}
		if rttest.WantAttempts(f, c.call, c.want...); f.n != c.n {
			t.Errorf("%v: %d failures, want %d\n%s", c.want, f.n, c.n, c.call)
		}
	}
}

// responds is a layer that sends nothing.
func responds() *rttest.Layer {
	return &rttest.Layer{Name: "responds", Trip: func(_ *layer.Call, req *http.Request, _ http.RoundTripper) (*http.Response, error) {
		return rttest.Response(req, 200, ""), nil
	}}
}

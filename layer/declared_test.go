package layer_test

import (
	"net/http"
	"testing"

	"github.com/gracy-go/gracy/internal/declare"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
)

// declares is a layer that declares all requests safe.
type declares struct{}

func (d declares) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("declares", d, next, nil)
}

func (declares) Declares() declare.Rule { return declare.Safe{Rule: anyRequest{}} }

type anyRequest struct{}

func (anyRequest) About(*http.Request, declare.Router) bool { return true }

// Every layer of the stack sees the same declarations, wherever the declaring layer is. A call of
// another stack inside the call does not.
func TestADeclarationHoldsForTheWholeStack(t *testing.T) {
	var got []bool
	ask := &rttest.Layer{Name: "ask", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		got = append(got, declare.IsSafe(req))
		return next.RoundTrip(req)
	}}
	other := rttest.Stack(rttest.Respond(200, ""), ask)
	asksAnother := &rttest.Layer{Name: "another", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		resp, err := other.RoundTrip(req.Clone(req.Context()))
		if err != nil {
			return nil, err
		}
		_ = resp.Body.Close()
		return next.RoundTrip(req)
	}}
	for name, tc := range map[string]struct {
		rt   http.RoundTripper
		want []bool
	}{
		"outermost":     {rttest.Stack(rttest.Respond(200, ""), declares{}, ask, ask), []bool{true, true}},
		"between":       {rttest.Stack(rttest.Respond(200, ""), ask, declares{}, ask), []bool{true, true}},
		"innermost":     {rttest.Stack(rttest.Respond(200, ""), ask, ask, declares{}), []bool{true, true}},
		"alone":         {rttest.Stack(rttest.Respond(200, ""), declares{}), nil},
		"none":          {rttest.Stack(rttest.Respond(200, ""), ask), []bool{false}},
		"another stack": {rttest.Stack(rttest.Respond(200, ""), declares{}, asksAnother), []bool{false}},
	} {
		got = nil
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://a.test/", nil)
		resp, err := tc.rt.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if len(got) != len(tc.want) {
			t.Fatalf("%s: asked %d times, want %d", name, len(got), len(tc.want))
		}
		for i := range got {
			if got[i] != tc.want[i] {
				t.Errorf("%s: layer %d: %v, want %v", name, i, got[i], tc.want[i])
			}
		}
	}
}

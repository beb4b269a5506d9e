package transport_test

import (
	"net/http"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

func TestArg(t *testing.T) {
	for _, tt := range []struct{ route, url, name, want string }{
		{"/pokemon/{name}", "http://api.test/api/v2/pokemon/pikachu", "name", "pikachu"},
		{"/pokemon/{name}", "http://api.test/pokemon/a%2Fb%20c?name=x", "name", "a/b c"},
		{"/pokemon/{name}", "http://api.test/pokemon/a?limit=7&limit=8", "limit", "7"},
		{"/pokemon/{name}", "http://api.test/pokemon/a", "other", ""},
		{"/pokemon/{name}", "http://api.test/berry/a", "name", ""},
		{"", "http://api.test/things/42", "id", "42"},
		{"/{bot}/x", "http://api.test/bot123456:s3cr3tTOKENs3cr3tTOKEN42/x", "bot", "botREDACTED"},
		{"/a", "http://api.test/a?api_key=hush", "api_key", "REDACTED"},
	} {
		var got string
		rt := layer.Wrap("inside", nil, rttest.Respond(200, ""), func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			got = transport.CallFrom(req.Context()).Arg(tt.name)
			return next.RoundTrip(req)
		})
		ctx := t.Context()
		if tt.route != "" {
			ctx = transport.WithRoute(ctx, tt.route)
		}
		req, _ := http.NewRequestWithContext(ctx, http.MethodGet, tt.url, nil)
		resp, err := rt.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if got != tt.want {
			t.Errorf("Arg(%q) of %s as %s is %q, want %q", tt.name, tt.url, tt.route, got, tt.want)
		}
	}
	if got := transport.CallOf(nil).Arg("name"); got != "" {
		t.Errorf("Arg of no call is %q", got)
	}
}

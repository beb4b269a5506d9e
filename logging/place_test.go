package logging_test

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/logging"
	"github.com/gracy-go/gracy/transport"
)

func TestTheBasePathIsBelowTheHost(t *testing.T) {
	for _, tt := range []struct{ route, url, want string }{
		{"/pokemon/{name}", "https://api.test/api/v2/pokemon/pikachu?q=1", "https://api.test/api/v2/pokemon/{name} /pokemon/pikachu name=pikachu"},
		{"/pokemon/{name}", "https://api.test/pokemon/a%2Fb", "https://api.test/pokemon/{name} /pokemon/a%2Fb name=a/b"},
		{"/berry/{name}", "https://api.test/pokemon/pikachu", "https://api.test/berry/{name} /pokemon/pikachu"},
		{"/{bot}/x", "https://api.test/v1/bot123456:s3cr3tTOKENs3cr3tTOKEN42/x", "https://api.test/v1/{bot}/x /botREDACTED/x bot=botREDACTED"},
		{"", "https://u:p@api.test/things/7", "https://api.test/things/{id} /things/7 id=7"},
	} {
		var b bytes.Buffer
		l := logging.New(logging.Config{Logger: logger(&b, slog.LevelDebug), Request: logging.Event{Template: "{UURL} {ENDPOINT} {ARGS}"}})
		ctx := t.Context()
		if tt.route != "" {
			ctx = transport.WithRoute(ctx, tt.route)
		}
		if err := call(ctx, l.Wrap(rttest.Respond(200, "")), tt.url); err != nil {
			t.Fatal(err)
		}
		if got := messages(&b)[0]; got != "INFO "+tt.want {
			t.Errorf("%s of %s:\ngot  %s\nwant %s", tt.route, tt.url, got, tt.want)
		}
	}
}

func TestATemplateOfARequestWithoutAURL(t *testing.T) {
	var b bytes.Buffer
	l := logging.New(logging.Config{Logger: logger(&b, slog.LevelDebug), Request: logging.Event{Template: "{URL}{UURL}{ENDPOINT}{ARGS} of {UENDPOINT}"}})
	rt := l.Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) { return nil, io.EOF }))
	req := (&http.Request{Method: http.MethodGet, Header: http.Header{}}).WithContext(t.Context())
	if _, err := rt.RoundTrip(req); !errors.Is(err, io.EOF) {
		t.Errorf("error %v", err)
	}
	if got := messages(&b)[0]; got != "INFO / of /" {
		t.Errorf("got %q", got)
	}
}

package parse_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/parse"
)

func TestGetDecodesTheResponse(t *testing.T) {
	s, client := serve(t, reply{status: 200, body: pikachu})
	got, err := parse.Get[pokemon](t.Context(), client, url)
	if err != nil || got != (pokemon{25, "pikachu"}) {
		t.Errorf("Get = %v, %v", got, err)
	}
	if got := s.got[0].Header.Get("Accept"); got != "application/json" {
		t.Errorf("Accept %q", got)
	}
	if !s.sent[0].ended {
		t.Error("the body was not read to its end: its connection is lost")
	}
}

func TestGetWorksOverNetHTTP(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, pikachu) // sniffed as text/plain
	}))
	defer srv.Close()
	for _, client := range []*http.Client{nil, srv.Client(), retrying(srv.Client(), 2)} {
		got, err := parse.Get[*pokemon](t.Context(), client, srv.URL)
		if err != nil || *got != (pokemon{25, "pikachu"}) {
			t.Errorf("Get = %v, %v", got, err)
		}
	}
}

func TestTheErrorForAMalformedURLHasNoSecret(t *testing.T) {
	s, client := serve(t, reply{status: 200})
	for _, u := range []string{"://x?api_key=HUNTER2", "http://a b/?api_key=HUNTER2", "http://[::1/?api_key=HUNTER2", "relative?api_key=HUNTER2"} {
		_, err := parse.Get[pokemon](t.Context(), client, u)
		if err == nil || strings.Contains(err.Error(), "HUNTER2") {
			t.Errorf("Get(%q): %v", u, err)
		}
	}
	if len(s.got) != 1 { // http.Client hands the relative one to the transport
		t.Errorf("%d requests", len(s.got))
	}
}

// Without a route, an error has the URL without all that may be secret.
func TestTheRouteOfAPlainCallIsItsBareURL(t *testing.T) {
	_, client := serve(t, reply{status: 404})
	for _, u := range []string{"https://me:HUNTER2@api.test/a?key=HUNTER2#frag?x", "https://api.test/a#HUNTER2", "https://me@api.test/a"} {
		_, err := parse.Get[pokemon](t.Context(), client, u)
		if want := "GET https://api.test/a: 404 Not Found"; err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", u, err, want)
		}
	}
}

func TestACanceledCallMatchesContextCanceled(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(rttest.ErrBoom)
	srv := httptest.NewServer(http.NotFoundHandler())
	defer srv.Close()
	_, err := parse.Get[pokemon](ctx, srv.Client(), srv.URL)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v does not match context.Canceled", err)
	}
}

package parse_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/parse"
)

// The context of a request holds what its call was given, and shows none of it.
func TestContextOfARequestShowsNoValues(t *testing.T) {
	e := parse.NewEndpoint[string, parse.None]("GET /tokens/{token}")
	req, err := e.Request(t.Context(), parse.API{Client: http.DefaultClient, Base: "https://a.test"}, "s3cret")
	if err != nil {
		t.Fatal(err)
	}
	if text := fmt.Sprintf("%v %+v", req.Context(), req.Context()); strings.Contains(text, "s3cret") || !strings.Contains(text, "/tokens/{token}") {
		t.Errorf("a context shows as %q", text)
	}
}

// In everything else it is the caller's context.
func TestContextOfARequestIsThatOfTheCaller(t *testing.T) {
	type key struct{}
	ctx, cancel := context.WithTimeout(context.WithValue(t.Context(), key{}, "v"), time.Hour)
	req, err := parse.NewEndpoint[string, parse.None]("GET /a/{id}").Request(ctx, parse.API{Base: "https://a.test"}, "1")
	if err != nil {
		t.Fatal(err)
	}
	inner, stop := context.WithCancel(req.Context())
	defer stop()
	cancel()
	<-inner.Done()
	_, limited := req.Context().Deadline()
	if err := req.Context().Err(); err != context.Canceled || req.Context().Value(key{}) != "v" || !limited {
		t.Errorf("error %v, value %v, a deadline: %v", err, req.Context().Value(key{}), limited)
	}
}

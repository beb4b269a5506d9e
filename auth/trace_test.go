package auth_test

import (
	"context"
	"net/http/httptrace"
	"testing"

	"github.com/gracy-go/gracy/auth"
	"github.com/gracy-go/gracy/internal/rttest"
)

type valueKey struct{}

// What follows a request, such as its timeout, would take the connection of the fetch for
// that of the request.
func TestAFetchHasTheValuesOfItsRequestWithoutItsTrace(t *testing.T) {
	fetched := false
	source := auth.SourceFunc(func(ctx context.Context) (auth.Token, error) {
		fetched = true
		if httptrace.ContextClientTrace(ctx) != nil {
			t.Error("the source has the trace of the request")
		}
		if ctx.Value(valueKey{}) != "value" {
			t.Errorf("the source has the value %v", ctx.Value(valueKey{}))
		}
		own := &httptrace.ClientTrace{}
		if httptrace.ContextClientTrace(httptrace.WithClientTrace(ctx, own)) != own {
			t.Error("the source can set no trace of its own")
		}
		return auth.Token{Value: "x"}, nil
	})
	ctx := httptrace.WithClientTrace(context.WithValue(t.Context(), valueKey{}, "value"), &httptrace.ClientTrace{})
	wantStatus(ctx, t, auth.Bearer(source, site).Wrap(rttest.Func(fine)), 200)
	if !fetched {
		t.Error("the source was not called")
	}
}

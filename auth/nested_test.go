package auth_test

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/auth"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
)

// The source may use the client even if the request that needs the token holds the last slot. The
// control does not pass on the context, and waits for itself.
func TestASourceMayUseTheClientThatItIsTheSourceOf(t *testing.T) {
	for name, c := range map[string]struct {
		ctx  func(context.Context) context.Context
		want error
	}{
		"its context": {func(ctx context.Context) context.Context { return ctx }, nil},
		"control":     {func(context.Context) context.Context { return context.Background() }, auth.ErrNoToken},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var client http.Client
				var fetches atomic.Int64
				var headers []string // the Authorization of each request for a token
				source := auth.SourceFunc(func(ctx context.Context) (auth.Token, error) {
					fetches.Add(1)
					req := request(c.ctx(ctx), t, http.MethodPost, site+"/token", nil)
					resp, err := client.Do(req)
					if err != nil {
						return auth.Token{}, err
					}
					if layer.CallOf(resp).Request().URL.Path != "/token" || layer.CallOf(resp).Count() != 1 {
						t.Errorf("the fetch is no call of its own: %s", layer.CallOf(resp))
					}
					return auth.Token{Value: rttest.Read(t, resp)}, nil
				})
				current := "secret-2"
				server := rttest.Func(func(req *http.Request) (*http.Response, error) {
					if req.URL.Path == "/token" {
						headers = append(headers, req.Header.Get("Authorization"))
						return rttest.Response(req, 200, "secret-"+string(rune('0'+fetches.Load()))), nil
					}
					if req.Header.Get("Authorization") != "Bearer "+current {
						return rttest.Response(req, 401, "no"), nil
					}
					return rttest.Response(req, 200, "fine"), nil
				})
				client.Transport = rttest.Stack(server, rttest.NewSlots(1), auth.New(auth.Config{Source: source, Origins: []string{site}, Timeout: time.Minute}))
				_, err := get(t.Context(), t, client.Transport)
				if !errors.Is(err, c.want) {
					t.Errorf("error %v, want %v", err, c.want)
				}
				for _, h := range headers {
					if h != "" {
						t.Errorf("the fetch carried %q", h)
					}
				}
				if name != "control" && (len(headers) != 2 || fetches.Load() != 2) {
					t.Errorf("%d fetches, %d requests for tokens", fetches.Load(), len(headers))
				}
			})
		})
	}
}

// The source of one layer does not wait for the token of the other.
func TestTwoSourcesMayUseOneClient(t *testing.T) {
	var rt http.RoundTripper
	var fetches atomic.Int64
	source := auth.SourceFunc(func(ctx context.Context) (auth.Token, error) {
		if fetches.Add(1) > 10 {
			return auth.Token{}, rttest.ErrBoom
		}
		wantStatus(ctx, t, rt, 200)
		return auth.Token{Value: "x"}, nil
	})
	rt = rttest.Stack(rttest.Func(fine),
		auth.New(auth.Config{Source: source, Origins: []string{site}, Header: "X-One"}),
		auth.New(auth.Config{Source: source, Origins: []string{site}, Header: "X-Two"}))
	wantStatus(t.Context(), t, rt, 200)
	if n := fetches.Load(); n != 2 {
		t.Errorf("%d fetches, want one of each", n)
	}
}

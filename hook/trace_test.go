package hook_test

import (
	"context"
	"net/http"
	"net/http/httptrace"
	"testing"

	"github.com/gracy-go/gracy/hook"
	"github.com/gracy-go/gracy/internal/rttest"
)

// A layer that follows a request by its trace, as an attempt timeout and a retry do, would take
// what a hook sends for that request.
func TestACallInsideAHookIsNotInTheTraceOfItsRequest(t *testing.T) {
	type key struct{}
	for name, derive := range map[string]func(context.Context) context.Context{
		"its context":   nil,
		"a derived one": func(ctx context.Context) context.Context { return context.WithValue(ctx, key{}, 1) },
		"one of a trace": func(ctx context.Context) context.Context {
			return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{})
		},
	} {
		t.Run(name, func(t *testing.T) {
			gets, own := 0, 0
			h := hook.New(hook.Hooks{
				Before: func(ctx context.Context, req *http.Request) error {
					if httptrace.ContextClientTrace(ctx) != nil {
						t.Error("Before has the trace of the request")
					}
					if name == "one of a trace" {
						ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GetConn: func(string) { own++ }})
					}
					if derive != nil {
						*req = *req.WithContext(derive(ctx))
					}
					return nil
				},
				After: func(ctx context.Context, _ hook.Outcome) (*http.Response, error) {
					if httptrace.ContextClientTrace(ctx) != nil {
						t.Error("After has the trace of the request")
					}
					return nil, nil
				},
			})
			rt := h.Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
				if trace := httptrace.ContextClientTrace(req.Context()); trace == nil {
					t.Error("the request has lost its trace")
				} else {
					trace.GetConn("api.test:80")
				}
				return rttest.Respond(200, "")(req)
			}))
			ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GetConn: func(string) { gets++ }})
			resp, err := rttest.Try(ctx, rt)
			if err != nil {
				t.Fatal(err)
			}
			rttest.Read(t, resp)
			if gets != 1 || own != 0 && name != "one of a trace" || own != 1 && name == "one of a trace" {
				t.Errorf("the trace of the request was called %d times, that of the hook %d times", gets, own)
			}
		})
	}
}

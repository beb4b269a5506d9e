package hook_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/hook"
	"github.com/gracy-go/gracy/transport/roundtriptest"
)

func Example() {
	base := roundtriptest.Script(roundtriptest.Step{Status: 404, Body: "no"})
	client := &http.Client{Transport: gracy.Around(base, hook.New(hook.Hooks{
		Before: func(_ context.Context, req *http.Request) error {
			req.Header.Set("X-Request-Id", "42")
			return nil
		},
		After: func(_ context.Context, o hook.Outcome) (*http.Response, error) {
			fmt.Println("attempt", o.Attempt.Number(), "is", o.Verdict, o.Response.StatusCode)
			return nil, nil
		},
	}))}
	resp, err := client.Get("http://api.test/things/7")
	if err != nil {
		fmt.Println(err)
		return
	}
	resp.Body.Close()
	fmt.Println("sent with", base.Calls()[0].Header.Get("X-Request-Id"))
	// Output:
	// attempt 1 is permanent 404
	// sent with 42
}

// An error of Before is a veto.
func Example_veto() {
	errReadOnly := errors.New("read only")
	client := &http.Client{Transport: gracy.Around(roundtriptest.Script(), hook.New(hook.Hooks{
		Before: func(_ context.Context, req *http.Request) error {
			if req.Method != http.MethodGet {
				return errReadOnly
			}
			return nil
		},
	}))}
	_, err := client.Post("http://api.test/things", "text/plain", nil)
	fmt.Println(errors.Is(err, errReadOnly))
	fmt.Println(err)
	// Output:
	// true
	// Post "http://api.test/things": hook: vetoed: read only
}

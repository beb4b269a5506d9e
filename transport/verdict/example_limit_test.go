package verdict_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

// An API that says in the body of a 403, in its own words, that a plan is used up.
func ExampleLimitReader() {
	ours := verdict.LimitReader(func(_ *http.Response, body []byte) verdict.Limit {
		if bytes.Contains(body, []byte("E-1042")) {
			return verdict.LimitPasses
		}
		return verdict.LimitUnknown
	})
	ctx, trace := transport.WithTrace(transport.With(context.Background(), ours))
	resp, err := rttest.Try(ctx, rttest.Pass("any layer").Wrap(rttest.Respond(403, "E-1042: slow down")))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	fmt.Println(trace.Calls()[0].Attempt().Verdict())
	// Output: throttled
}

// The table knows the words of several services.
func ExampleReadLimit() {
	resp := &http.Response{StatusCode: 429}
	fmt.Println(verdict.ReadLimit(resp, []byte(`{"error":{"code":"insufficient_quota"}}`)))
	fmt.Println(verdict.ReadLimit(resp, []byte(`{"error":{"code":"rate_limit_exceeded"}}`)))
	// Output:
	// stays
	// passes
}

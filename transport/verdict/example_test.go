package verdict_test

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

func ExampleJudge() {
	get, _ := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://api.test/", nil)
	post, _ := http.NewRequestWithContext(context.Background(), http.MethodPost, "http://api.test/", nil)
	var strict transport.Expect
	lax := transport.Expect{Status: []int{http.StatusNotFound}}

	fmt.Println(verdict.Judge(get, &http.Response{StatusCode: 404}, nil, strict))
	fmt.Println(verdict.Judge(get, &http.Response{StatusCode: 404}, nil, lax))
	fmt.Println(verdict.Judge(get, &http.Response{StatusCode: 503}, nil, strict))
	fmt.Println(verdict.Judge(get, nil, io.ErrUnexpectedEOF, strict))
	fmt.Println(verdict.Judge(post, nil, io.ErrUnexpectedEOF, strict))
	// Output:
	// permanent
	// ok
	// retryable
	// retryable
	// ambiguous
}

func ExampleIdempotent() {
	req, _ := http.NewRequestWithContext(context.Background(), http.MethodPost, "http://api.test/payments", nil)
	fmt.Println(verdict.Idempotent(req))
	req.Header.Set("Idempotency-Key", "7c9e")
	fmt.Println(verdict.Idempotent(req))
	// Output:
	// false
	// true
}

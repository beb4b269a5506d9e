package verdict_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

func ExampleJudge() {
	get, _ := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://api.test/", nil)
	post, _ := http.NewRequestWithContext(context.Background(), http.MethodPost, "http://api.test/", nil)
	var usual transport.Expect
	lenient := transport.Expect{Status: []int{http.StatusNotFound}}

	fmt.Println(verdict.Judge(get, &http.Response{StatusCode: 404}, nil, usual))
	fmt.Println(verdict.Judge(get, &http.Response{StatusCode: 404}, nil, lenient))
	fmt.Println(verdict.Judge(get, &http.Response{StatusCode: 503}, nil, usual))
	fmt.Println(verdict.Judge(get, nil, io.ErrUnexpectedEOF, usual))
	fmt.Println(verdict.Judge(post, nil, io.ErrUnexpectedEOF, usual))
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

func ExampleStatus() {
	for _, code := range []int{404, 429, 504} {
		s := verdict.Status(code)
		fmt.Println(code, "retryable", s.Retryable, "pause", s.Pause, "overload", s.Overload)
	}
	// Output:
	// 404 retryable false pause false overload false
	// 429 retryable true pause true overload true
	// 504 retryable true pause false overload true
}

func ExampleIsRedirect() {
	resp := &http.Response{StatusCode: http.StatusFound, Header: http.Header{}}
	fmt.Println(verdict.IsRedirect(resp))
	resp.Header.Set("Location", "/new")
	fmt.Println(verdict.IsRedirect(resp))
	// Output:
	// false
	// true
}

func ExampleUnsent() {
	fmt.Println(verdict.Unsent(&net.OpError{Op: "dial", Err: errors.New("no route to host")}))
	fmt.Println(verdict.Unsent(fmt.Errorf("limit: full: %w", verdict.ErrRejected)))
	fmt.Println(verdict.Unsent(io.ErrUnexpectedEOF))
	// Output:
	// true
	// true
	// false
}

// Some servers report a failure in a response with status 200.
func ExampleExpect() {
	e := verdict.Expect{
		Status: []int{http.StatusNotFound},
		Check: func(resp *http.Response) error {
			b, err := io.ReadAll(resp.Body)
			if err == nil && string(b) == "overloaded" {
				err = errors.New("the server is overloaded")
			}
			return err
		},
	}
	fmt.Println(e.Accepts(200), e.Accepts(404), e.Accepts(500))

	rt := rttest.Retry(2).Wrap(rttest.Respond(200, "overloaded"))
	ctx, trace := transport.WithTrace(e.Attach(context.Background()))
	resp, err := rttest.Try(ctx, rt)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	a := trace.Calls()[0].Attempt()
	_, ok := errors.AsType[*verdict.CheckError](a.Err())
	fmt.Println("attempt", a.Number(), a.Verdict(), a.Err(), ok)
	// Output:
	// true true false
	// attempt 2 retryable check: the server is overloaded true
}

package roundtriptest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/transport/roundtriptest"
)

// An agent is a decorator that sets the User-Agent.
type agent struct{ next http.RoundTripper }

func (a agent) RoundTrip(req *http.Request) (*http.Response, error) {
	c := req.WithContext(req.Context())
	if c.Header = req.Header.Clone(); c.Header == nil {
		c.Header = http.Header{}
	}
	c.Header.Set("User-Agent", "agent/1")
	return a.next.RoundTrip(c)
}

func (a agent) CloseIdleConnections() { (&http.Client{Transport: a.next}).CloseIdleConnections() }

// In a test of your package, call Run and declare what the decorator does on purpose.
func ExampleRun() {
	contract := func(t *testing.T) {
		t.Helper()
		roundtriptest.Run(t, func(next http.RoundTripper) http.RoundTripper {
			return agent{next}
		}, roundtriptest.Edits, roundtriptest.Skip("many-hosts", "it is for one host"))
	}
	fmt.Printf("func TestContract: %T\n", contract)
	// Output:
	// func TestContract: func(*testing.T)
}

func TestContract(t *testing.T) {
	roundtriptest.Run(t, func(next http.RoundTripper) http.RoundTripper { return agent{next} },
		roundtriptest.Edits, roundtriptest.Skip("many-hosts", "shown in the example"))
}

func ExampleCases() {
	n := 0
	for name, reason := range roundtriptest.Cases() {
		if n++; n == 1 {
			fmt.Println(name)
			fmt.Println(reason)
		}
	}
	// Output:
	// request-untouched
	// http.RoundTripper: "RoundTrip should not modify the request, except for consuming and closing the Request's Body"
}

// A scripted base takes a step per call and records the calls.
func ExampleScript() {
	base := roundtriptest.Script(
		roundtriptest.Step{Status: 503, Body: "later"},
		roundtriptest.Step{Err: errors.New("connection lost")},
		roundtriptest.Step{Body: "fine"},
	)
	client := &http.Client{Transport: agent{base}}
	for range 3 {
		resp, err := client.Post("http://api.example/orders", "text/plain", strings.NewReader("one"))
		if err != nil {
			fmt.Println(errors.Unwrap(err))
			continue
		}
		body, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		fmt.Println(resp.StatusCode, string(body))
	}
	for _, call := range base.Calls() {
		fmt.Printf("%s %q %v\n", call.Header.Get("User-Agent"), call.Body, call.ResponseBody != nil && call.ResponseBody.Usage().Closes == 1)
	}
	// Output:
	// 503 later
	// connection lost
	// 200 fine
	// agent/1 "one" true
	// agent/1 "one" false
	// agent/1 "one" true
}

// A counted body shows how it was used.
func ExampleNewBody() {
	body := roundtriptest.NewBody(strings.NewReader("payload"))
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPut, "http://api.example/", body)
	if err != nil {
		fmt.Println(err)
		return
	}
	resp, err := agent{roundtriptest.Script()}.RoundTrip(req)
	if err != nil {
		fmt.Println(err)
		return
	}
	_ = resp.Body.Close()
	fmt.Printf("%+v\n", body.Usage())
	// Output:
	// {Bytes:7 Closes:1 LateReads:0 Overlaps:0 EOF:true}
}

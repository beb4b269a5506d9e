package auth_test

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/auth"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/roundtriptest"
)

// A key is sent only to its origin.
func ExampleHeader() {
	base := roundtriptest.Script()
	client := &http.Client{Transport: gracy.Around(base, auth.Header("X-Api-Key", "key", "https://api.test"))}
	for _, url := range []string{"https://api.test/things", "https://other.test/", "http://api.test/"} {
		resp, err := client.Get(url)
		if err != nil {
			fmt.Println(err)
			return
		}
		resp.Body.Close()
	}
	for _, call := range base.Calls() {
		fmt.Printf("%s %q\n", call.Request.URL, call.Header.Get("X-Api-Key"))
	}
	// Output:
	// https://api.test/things "key"
	// https://other.test/ ""
	// http://api.test/ ""
}

// A token that the server does not accept is replaced, and the request is sent again.
func ExampleBearer() {
	n := 0
	source := auth.SourceFunc(func(context.Context) (auth.Token, error) {
		n++
		return auth.Token{Value: fmt.Sprint("token-", n), Expiry: time.Now().Add(time.Hour)}, nil
	})
	base := roundtriptest.Script(roundtriptest.Step{Status: 401}, roundtriptest.Step{Body: "fine"})
	client := &http.Client{Transport: gracy.Around(base, auth.Bearer(source, "https://api.test"))}
	resp, err := client.Get("https://api.test/things")
	if err != nil {
		fmt.Println(err)
		return
	}
	resp.Body.Close()
	fmt.Println(resp.StatusCode, "after", transport.CallOf(resp).Count(), "attempts")
	for _, call := range base.Calls() {
		fmt.Println(call.Header.Get("Authorization"))
	}
	// Output:
	// 200 after 2 attempts
	// Bearer token-1
	// Bearer token-2
}

// A call can have no credential, or another one.
func ExampleOff() {
	base := roundtriptest.Script()
	client := &http.Client{Transport: gracy.Around(base, auth.Basic("user", "password", "https://api.test"))}
	for _, override := range []transport.Override{auth.Off, auth.Header("Authorization", "Bearer other", "https://api.test")} {
		ctx := transport.With(context.Background(), override)
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://api.test/things", nil)
		if err != nil {
			fmt.Println(err)
			return
		}
		resp, err := client.Do(req)
		if err != nil {
			fmt.Println(err)
			return
		}
		resp.Body.Close()
	}
	for _, call := range base.Calls() {
		fmt.Printf("%q\n", call.Header.Get("Authorization"))
	}
	// Output:
	// ""
	// "Bearer other"
}

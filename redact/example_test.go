package redact_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/gracy-go/gracy/redact"
)

func ExampleURL() {
	u, _ := url.Parse("https://me:pw@api.example.com/bot12:AbC/items?page=2&api_key=abc&sort=name")
	fmt.Println(redact.URL(u))
	// Output: https://REDACTED@api.example.com/botREDACTED/items?page=2&api_key=REDACTED&sort=name
}

func ExampleHeaders() {
	h := http.Header{"Authorization": {"Bearer abc"}, "Accept": {"text/html"}}
	fmt.Println(redact.Headers(h))
	// Output: map[Accept:[text/html] Authorization:[Bearer REDACTED]]
}

func ExampleError() {
	err := &url.Error{Op: "Get", URL: "https://api.example.com/items?token=abc&page=2", Err: errors.New("connection refused")}
	fmt.Println(redact.Error(err))
	// Output: Get "https://api.example.com/items?token=REDACTED&page=2": connection refused
}

func ExampleText() {
	fmt.Println(redact.Text("login failed:\n\x1b[31mpassword=hunter2\x1b[0m, user=bob"))
	// Output: login failed: password=REDACTED, user=bob
}

func ExampleSegment() {
	for _, s := range []string{"pikachu", "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "glpat-AbCdEfGhIjKlMnOpQr12"} {
		fmt.Println(redact.Segment(s))
	}
	// Output:
	// false
	// false
	// true
}

func ExampleRedactor_Body() {
	r := redact.New(redact.Rules{
		Fields:   []string{"iban"},
		Literals: []string{"correct horse"},
	})
	body := []byte(`{"id": 1.0, "iban": "DE02", "note": "it is correct horse", "client_secret": "x"}`)
	fmt.Printf("%s\n", r.Body("application/json", body))
	fmt.Println(r.Leaks(body))
	// Output:
	// {"id": 1.0, "iban": "REDACTED", "note": "it is REDACTED", "client_secret": "REDACTED"}
	// true
}

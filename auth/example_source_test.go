package auth_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"time"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/auth"
	"github.com/gracy-go/gracy/parse"
	"github.com/gracy-go/gracy/retry"
)

// A source of OAuth client credentials has a client of its own, with as many retries as fetching a
// token deserves, and passes on the context that it is given.
func ExampleSourceFunc() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/oauth/token" {
			w.Header().Set("Content-Type", "application/json")
			_, _ = fmt.Fprintf(w, `{"access_token":"secret of %s","expires_in":3600}`, r.PostFormValue("client_id"))
			return
		}
		_, _ = fmt.Fprint(w, "called with ", r.Header.Get("Authorization"))
	}))
	defer server.Close()

	// Issuing a token twice does no harm, and this client sends nothing else.
	tokens := &http.Client{Transport: gracy.Around(server.Client().Transport, retry.New(retry.Policy{Unsafe: true}))}
	source := auth.SourceFunc(func(ctx context.Context) (auth.Token, error) {
		form := url.Values{"grant_type": {"client_credentials"}, "client_id": {"me"}, "client_secret": {"mine"}}
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL+"/oauth/token", strings.NewReader(form.Encode()))
		if err != nil {
			return auth.Token{}, err
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		issued, err := parse.JSON[struct {
			Token   string `json:"access_token"`
			Seconds int    `json:"expires_in"`
		}](tokens.Do(req))
		if err != nil {
			return auth.Token{}, err
		}
		return auth.Token{Value: issued.Token, Expiry: time.Now().Add(time.Duration(issued.Seconds) * time.Second)}, nil
	})
	client := &http.Client{Transport: gracy.Around(server.Client().Transport, auth.Bearer(source, server.URL))}
	fmt.Println(parse.Get[string](context.Background(), client, server.URL+"/things/7"))
	// Output:
	// called with Bearer secret of me <nil>
}

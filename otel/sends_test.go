package otel_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/otel"
	"github.com/gracy-go/gracy/retry"
)

// A redirect is a resend as a retry is: 503, 302 to another path, 503, 200.
func TestRedirectsCountAsResends(t *testing.T) {
	seen := map[string]int{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen[r.URL.Path]++ // one connection at a time
		switch {
		case seen[r.URL.Path] == 1:
			w.WriteHeader(http.StatusServiceUnavailable)
		case r.URL.Path == "/old":
			http.Redirect(w, r, "/new", http.StatusFound)
		}
	}))
	defer server.Close()
	s := newSDK()
	tel := otel.New(s.config())
	client := &http.Client{Transport: gracy.Chain(tel, retry.New(retry.Policy{Delay: time.Millisecond}), tel.Attempts())}
	resp, err := client.Do(request(t.Context(), t, "GET", server.URL+"/old"))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	var got []string
	for _, span := range s.kind(trace.SpanKindClient) {
		got = append(got, span.Name()+" "+valueOf(span, "http.response.status_code")+" "+valueOf(span, "http.request.resend_count"))
	}
	same(t, "sends", got, []string{"GET /old 503 ", "GET /old 302 1", "GET /new 503 2", "GET /new 200 3"})
}

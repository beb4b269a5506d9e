package roundtriptest

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestASnapshotNoticesEachChangeOfARequest(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*http.Request)
		want   string // "" for none
	}{
		{"none", func(*http.Request) {}, ""},
		{"method", func(r *http.Request) { r.Method = "PUT" }, "another Method"},
		{"length", func(r *http.Request) { r.ContentLength++ }, "another ContentLength"},
		{"body", func(r *http.Request) { r.Body = http.NoBody }, "another Body"},
		{"a header", func(r *http.Request) { r.Header.Add("X-A", "2") }, "Header holds"},
		{"equal headers in another map", func(r *http.Request) { r.Header = r.Header.Clone() }, "another Header"},
		{"a trailer", func(r *http.Request) { r.Trailer.Set("X-T", "2") }, "Trailer holds"},
		{"the coding", func(r *http.Request) { r.TransferEncoding[0] = "gzip" }, "TransferEncoding holds"},
		{"the path", func(r *http.Request) { r.URL.Path = "/other" }, "URL reads"},
		{"an equal URL", func(r *http.Request) { u := *r.URL; r.URL = &u }, "another URL"},
		{"the user", func(r *http.Request) { r.URL.User = url.User("me") }, "URL reads"},
		{"the path value", func(r *http.Request) { r.SetPathValue(pathValue, "x") }, "another path value"},
		{"the context", func(r *http.Request) { *r = *r.WithContext(context.WithValue(r.Context(), contextKey{}, 1)) }, "another context"},
	} {
		p := &probe{}
		req, _ := p.post(t.Context(), http.MethodPost, "upload", false)
		req.Header.Set("X-A", "1")
		req.Trailer = http.Header{"X-T": {"1"}}
		req.TransferEncoding = []string{"chunked"}
		s := snap(req)
		s.read() // reading changes nothing
		tt.change(req)
		s.check(p, "now")
		text := strings.Join(p.found(), "\n")
		if tt.want == "" && text != "" || !strings.Contains(text, tt.want) {
			t.Errorf("%s: breaches %q, want %q", tt.name, text, tt.want)
		}
	}
}

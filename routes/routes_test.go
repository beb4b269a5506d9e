package routes_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/internal/route"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/routes"
	"github.com/gracy-go/gracy/transport"
)

// An operation is what an SDK asks for: the URL with %s in the place of each name,
// and the route of it.
type operation struct{ url, want string }

// A family is one function of the package.
type family struct {
	name string
	of   func(bases ...string) []string
	ops  []operation
	// under are the paths below a base under which each request has a route of the
	// family.
	under []string
	// host is a base for the families that have none of their own, where all are together.
	host string
}

func families() []family {
	return []family{
		{name: "GitHub", of: routes.GitHub, ops: githubOperations(), under: []string{"/"}},
		{name: "GitLab", of: routes.GitLab, ops: gitlabOperations(), under: []string{"/"}},
		{name: "Stripe", of: routes.Stripe, ops: stripeOperations(), under: []string{"/"}},
		{name: "Kubernetes", of: routes.Kubernetes, ops: kubernetesOperations(), under: []string{"/api/v1/", "/apis/"}},
		{name: "S3", of: routes.S3, ops: s3Operations(), under: []string{"/"}, host: "s3.eu-central-1.amazonaws.com"},
		{name: "S3VirtualHost", of: routes.S3VirtualHost, ops: s3VirtualHostOperations(), under: []string{"/"}, host: "photos.s3.amazonaws.com"},
		{name: "GCS", of: routes.GCS, ops: gcsOperations(), under: []string{"/"}},
		{name: "AzureBlob", of: routes.AzureBlob, ops: azureOperations(), under: []string{"/"}, host: "account.blob.core.windows.net"},
		{name: "OpenAI", of: routes.OpenAI, ops: openaiOperations(), under: []string{"/"}},
		{name: "Anthropic", of: routes.Anthropic, ops: anthropicOperations(), under: []string{"/"}},
		{name: "Gemini", of: routes.Gemini, ops: geminiOperations(), under: []string{"/"}},
		{name: "Slack", of: routes.Slack, ops: slackOperations(), under: []string{"/"}},
		{name: "Twilio", of: routes.Twilio, ops: twilioOperations(), under: []string{"/"}},
		{name: "Cloudflare", of: routes.Cloudflare, ops: cloudflareOperations(), under: []string{"/"}},
		{name: "HCloud", of: routes.HCloud, ops: hcloudOperations(), under: []string{"/"}},
		{name: "DigitalOcean", of: routes.DigitalOcean, ops: digitalOceanOperations(), under: []string{"/"}},
		{name: "Vault", of: routes.Vault, ops: vaultOperations(), under: []string{"/v1/"}},
		{name: "Elasticsearch", of: routes.Elasticsearch, ops: elasticOperations(), under: []string{"/"}},
		{name: "OpenSearch", of: routes.OpenSearch, ops: elasticOperations(), under: []string{"/"}},
		{name: "Meilisearch", of: routes.Meilisearch, ops: meiliOperations(), under: []string{"/indexes/", "/chats/a/"}},
		{name: "Algolia", of: routes.Algolia, ops: algoliaOperations(), under: []string{"/1/", "/2/"}},
		{name: "Datadog", of: routes.Datadog, ops: datadogOperations(), under: []string{"/"}},
		{name: "Sentry", of: routes.Sentry, ops: sentryOperations(), under: []string{"/api/0/", "/api/42/envelope/"}},
	}
}

// routeOf returns the route that a stack gives a request.
func routeOf(t *testing.T, rt http.RoundTripper, method, url string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := rt.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return layer.CallOf(resp).Route()
}

func stack(patterns ...string) http.RoundTripper {
	return rttest.Stack(rttest.Respond(200, ""), transport.Routes(patterns...))
}

// fill returns a URL with a name in each place of the operation.
func (o operation) fill(name string) string {
	return "https://" + strings.ReplaceAll(o.url, "%s", url.PathEscape(name))
}

// 300 objects of each operation make one series, and no name is in it. Without the
// routes, which is the control run, names are labels and series are many.
func TestNamesOfObjectsAreNoLabels(t *testing.T) {
	names := humanNames()
	if !long.Wanted() {
		names = names[:50]
	}
	worse := 0
	for _, f := range families() {
		t.Run(f.name, func(t *testing.T) {
			rt := stack(f.of()...)
			most := 0
			for _, o := range f.ops {
				bare := rttest.Stack(rttest.Respond(200, ""), rttest.Pass("a"))
				guessed := map[string]bool{}
				for _, name := range names {
					if got := routeOf(t, rt, http.MethodGet, o.fill(name)); got != o.want {
						t.Fatalf("%s = %s, want %s", o.fill(name), got, o.want)
					}
					guessed[routeOf(t, bare, http.MethodGet, o.fill(name))] = true
				}
				most = max(most, len(guessed))
			}
			if most > 5 {
				worse++
			}
			t.Logf("%d operations, 1 series each; without the routes up to %d", len(f.ops), most)
		})
	}
	if worse < 20 {
		t.Errorf("control run: only %d of the families have more than 5 series without the routes", worse)
	}
}

// Random names in every wildcard, and random paths below each family, never come out.
func TestNoNameComesOutOfAWildcard(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	names := humanNames()
	random := func() string {
		name := names[rng.IntN(len(names))]
		if rng.IntN(4) == 0 {
			name = strings.ToUpper(name[:1]) + name[1:] + fmt.Sprint("-", rng.IntN(1e6))
		}
		return name
	}
	paths := 200
	if !long.Wanted() {
		paths = 20
	}
	for _, f := range families() {
		t.Run(f.name, func(t *testing.T) {
			const base = "h.test"
			patterns := f.of(base)
			known := map[string]bool{}
			for _, p := range patterns {
				known[strings.TrimPrefix(p, base)] = true
			}
			rt := stack(patterns...)
			check := func(path string, used []string) {
				t.Helper()
				got := routeOf(t, rt, http.MethodGet, "https://"+base+path)
				if !known[got] {
					t.Fatalf("%s is left to the automatic templates: %s", path, got)
				}
				for _, name := range used {
					if strings.Contains(got, name) {
						t.Fatalf("%s: %q is in the route %s", path, name, got)
					}
				}
			}
			for _, p := range patterns {
				for range 5 {
					path, used := strings.TrimSuffix(strings.TrimPrefix(p, base), "{$}"), []string(nil)
					for strings.Contains(path, "{") {
						i, j := strings.IndexByte(path, '{'), strings.IndexByte(path, '}')
						n := 1
						if strings.HasSuffix(path[:j], "...") {
							n = 1 + rng.IntN(4)
						}
						var parts []string
						for range n {
							parts = append(parts, random())
						}
						used = append(used, parts...)
						path = path[:i] + strings.Join(parts, "/") + path[j+1:]
					}
					check(path, used)
				}
			}
			for _, root := range f.under {
				for range paths {
					var used []string
					for range 1 + rng.IntN(8) {
						used = append(used, random())
					}
					path := root + strings.Join(used, "/")
					if rng.IntN(4) == 0 {
						path += "/"
					}
					check(path, used)
				}
			}
		})
	}
	// The control run: a table without the wildcards for the rest.
	rt := stack("h.test/repos/{owner}/{repo}")
	if got := routeOf(t, rt, http.MethodGet, "https://h.test/repos/a/b/orders-import.jpg"); !strings.Contains(got, "orders-import") {
		t.Errorf("control run: %s", got)
	}
}

// A family has at most 66 patterns for each base, none twice.
func TestAFamilyIsBounded(t *testing.T) {
	for _, f := range families() {
		patterns := f.of("h.test/prefix")
		if len(patterns) > 66 {
			t.Errorf("%s has %d patterns", f.name, len(patterns))
		}
		for i, p := range patterns {
			if slices.Contains(patterns[:i], p) {
				t.Errorf("%s has %s twice", f.name, p)
			}
			if !strings.HasPrefix(p, "h.test/prefix/") {
				t.Errorf("%s: %s is not below the base", f.name, p)
			}
		}
		t.Logf("%s: %d patterns, %d with the bases of the vendor", f.name, len(patterns), len(f.of()))
	}
}

// together returns the patterns of all families.
func together() []string {
	var all []string
	for _, f := range families() {
		if f.name == "OpenSearch" {
			continue // the patterns are those of Elasticsearch
		}
		if f.host != "" {
			all = append(all, f.of(f.host)...)
			continue
		}
		all = append(all, f.of()...)
	}
	return all
}

// The families for any host name what is theirs among all the others.
func TestAllFamiliesWorkTogether(t *testing.T) {
	rt := stack(together()...)
	for _, f := range families() {
		for _, o := range f.ops {
			target := o.fill("orders-import.jpg")
			if f.host != "" {
				u, _ := url.Parse(target)
				u.Host = f.host
				target = u.String()
			}
			if got := routeOf(t, rt, http.MethodGet, target); got != o.want {
				t.Errorf("%s: %s = %s, want %s", f.name, target, got, o.want)
			}
		}
	}
}

func TestABaseStandsForTheHostOfTheVendor(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	for _, c := range []struct{ base, url, want string }{
		{server.URL, server.URL + "/repos/a/b", "/repos/{owner}/{repo}"},
		{server.URL + "/", server.URL + "/repos/a/b", "/repos/{owner}/{repo}"},
		{"ghe.example.com/api/v3", "https://ghe.example.com/api/v3/repos/a/b", "/api/v3/repos/{owner}/{repo}"},
		{"https://user:secret@ghe.example.com:8443/api/v3/?x=y#z", "https://ghe.example.com:8443/api/v3/repos/a/b", "/api/v3/repos/{owner}/{repo}"},
		{"/api/v3", "https://anywhere.test/api/v3/repos/a/b", "/api/v3/repos/{owner}/{repo}"},
		{"", "https://anywhere.test/repos/a/b", "/repos/{owner}/{repo}"},
		{"/", "https://anywhere.test/repos/a/b", "/repos/{owner}/{repo}"},
		{"[::1]:8080", "http://[::1]:8080/repos/a/b", "/repos/{owner}/{repo}"},
		{"gw.test/{tenant}/github", "https://gw.test/acme/github/repos/a/b", "/{tenant}/github/repos/{owner}/{repo}"},
	} {
		if got := routeOf(t, stack(routes.GitHub(c.base)...), http.MethodGet, c.url); got != c.want {
			t.Errorf("base %q: %s = %s, want %s", c.base, c.url, got, c.want)
		}
		if strings.Contains(strings.Join(routes.GitHub(c.base), " "), "user:") {
			t.Errorf("base %q: credentials are in the patterns", c.base)
		}
	}
	if got := routeOf(t, stack(routes.GitHub("ghe.example.com")...), http.MethodGet, "https://api.github.com/repos/a/b"); got != "/repos/a/b" {
		t.Errorf("with a base the host of the vendor has routes too: %s", got)
	}
	both := stack(routes.GitHub("one.test", "two.test")...)
	for _, host := range []string{"one.test", "two.test"} {
		if got := routeOf(t, both, http.MethodGet, "https://"+host+"/repos/a/b"); got != "/repos/{owner}/{repo}" {
			t.Errorf("%s: %s", host, got)
		}
	}
}

func TestASliceIsTheCallers(t *testing.T) {
	for _, f := range families() {
		want := slices.Clone(f.of())
		clear(f.of())
		if got := f.of(); !slices.Equal(got, want) {
			t.Errorf("%s: a caller changed the patterns of the next", f.name)
		}
	}
}

// all is a router with the routes of all families.
func all(tb testing.TB) *route.Router {
	tb.Helper()
	table, err := route.Compile(together()...)
	if err != nil {
		tb.Fatal(err)
	}
	return route.New([]*route.Table{table}, route.Options{})
}

func request(tb testing.TB, url string) *http.Request {
	tb.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, url, nil)
	if err != nil {
		tb.Fatal(err)
	}
	return req
}

func TestAKnownPathAllocatesNothing(t *testing.T) {
	r := all(t)
	for _, f := range families() {
		for _, o := range f.ops {
			req := request(t, o.fill("orders-import.jpg"))
			r.Route(req)
			if n := testing.AllocsPerRun(20, func() { r.Route(req) }); n != 0 {
				t.Errorf("%s: %v allocations", o.url, n)
			}
		}
	}
}

func BenchmarkAllFamilies(b *testing.B) {
	b.Run("known", func(b *testing.B) {
		r, req := all(b), request(b, "https://api.github.com/repos/golang/go/contents/doc/go.mod")
		b.ReportAllocs()
		for b.Loop() {
			r.Route(req)
		}
	})
	b.Run("new", func(b *testing.B) {
		r, req := all(b), request(b, "https://api.github.com/repos/golang/go/contents/x")
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			i++
			req.URL.Path = fmt.Sprint("/repos/golang/go/contents/", i)
			r.Route(req)
		}
	})
	b.Run("compile", func(b *testing.B) {
		patterns := together()
		b.ReportAllocs()
		for b.Loop() {
			if _, err := route.Compile(patterns...); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(len(patterns)), "patterns")
	})
}

package routes_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/metrics"
	"github.com/gracy-go/gracy/routes"
	"github.com/gracy-go/gracy/transport"
)

// An sdk is a client whose requests were seen: how it asks for an object, with %s in
// the place of its name, and the family of its API.
type sdk struct {
	name   string
	family []string
	paths  []string
}

// sdks are the 24 that ran over the stack, with what they asked for there.
func sdks() []sdk {
	return []sdk{
		{"openai-go", routes.OpenAI(), []string{"api.openai.com/v1/files/%s", "api.openai.com/v1/models/%s"}},
		{"anthropic-sdk-go", routes.Anthropic(), []string{"api.anthropic.com/v1/models/%s", "api.anthropic.com/v1/messages/batches/%s"}},
		{"cloudflare-go", routes.Cloudflare(), []string{"api.cloudflare.com/client/v4/zones/0a1b2c3d4e5f60718293a4b5c6d7e8f9/dns_records/%s"}},
		{"aws-sdk-go-v2 s3", routes.S3(), []string{"127.0.0.1:9000/bucket/photos/2024/%s"}},
		{"minio-go", routes.S3(), []string{"127.0.0.1:9000/bucket/photos/2024/%s", "127.0.0.1:9000/bucket/%s"}},
		{"azblob", routes.AzureBlob(), []string{"acc.blob.core.windows.net/cont/photos%%2F%s", "acc.blob.core.windows.net/cont/%s"}},
		{"storage (GCS)", routes.GCS(), []string{"storage.googleapis.com/storage/v1/b/bucket/o/photos%%2F%s", "storage.googleapis.com/bucket/photos/%s"}},
		{"genai", routes.Gemini(), []string{"generativelanguage.googleapis.com/v1beta/models/%s:generateContent", "generativelanguage.googleapis.com/v1beta/files/%s"}},
		{"sashabaranov/go-openai", routes.OpenAI(), []string{"api.openai.com/v1/files/%s/content"}},
		{"client-go", routes.Kubernetes(), []string{"10.0.0.1/api/v1/namespaces/%s/pods", "10.0.0.1/apis/apps/v1/namespaces/default/deployments/%s"}},
		{"vault/api", routes.Vault(), []string{"vault.test/v1/secret/data/%s", "vault.test/v1/secret/data/team/%s"}},
		{"gitlab client-go", routes.GitLab(), []string{"gitlab.com/api/v4/projects/group%%2F%s", "gitlab.com/api/v4/projects/7/repository/branches/%s"}},
		{"go-github", routes.GitHub(), []string{"api.github.com/repos/golang/%s", "api.github.com/repos/golang/go/branches/%s", "api.github.com/users/%s"}},
		{"stripe-go", routes.Stripe(), []string{"api.stripe.com/v1/customers/%s"}},
		{"slack-go", routes.Slack(), []string{"slack.com/api/users.info?user=%s", "files.slack.com/upload/v1/%s"}},
		{"twilio-go", routes.Twilio(), []string{"api.twilio.com/2010-04-01/Accounts/AC0123456789abcdef0123456789abcdef/Messages/%s.json"}},
		{"hcloud-go", routes.HCloud(), []string{"api.hetzner.cloud/v1/servers/%s"}},
		{"godo", routes.DigitalOcean(), []string{"api.digitalocean.com/v2/domains/%s", "api.digitalocean.com/v2/droplets/%s"}},
		{"go-elasticsearch", routes.Elasticsearch(), []string{"10.0.0.1:9200/%s/_search", "10.0.0.1:9200/idx/_doc/%s"}},
		{"opensearch-go", routes.OpenSearch(), []string{"10.0.0.1:9200/%s/_search", "10.0.0.1:9200/idx/_doc/%s"}},
		{"meilisearch-go", routes.Meilisearch(), []string{"127.0.0.1:7700/indexes/%s/search", "127.0.0.1:7700/indexes/films/documents/%s"}},
		{"algolia", routes.Algolia(), []string{"app.algolia.net/1/indexes/%s/query", "app.algolia.net/1/indexes/films/%s"}},
		{"sentry-go", routes.Sentry(), []string{"o1.ingest.sentry.io/api/42/envelope/?name=%s"}},
		{"datadog", routes.Datadog(), []string{"api.datadoghq.com/api/v1/tags/hosts/%s", "api.datadoghq.com/api/v1/dashboard/%s"}},
	}
}

// maxSeries is the bound of series for 300 objects of an SDK.
const maxSeries = 5

// shown returns the routes that the counters of a client are shown under.
func shown(r *metrics.Recorder) (routes []string) {
	for _, row := range r.Snapshot().Rows {
		routes = append(routes, row.Route)
	}
	return routes
}

// holding returns the routes with one of the names in it.
func holding(routes, names []string) (found []string) {
	for _, route := range routes {
		if slices.ContainsFunc(names, func(name string) bool { return strings.Contains(route, name) }) {
			found = append(found, route)
		}
	}
	return found
}

// The 24 SDKs ask for 300 objects each, whose names are of people's making. With the routes
// of the API no name ever is a label. Without, names are until some 40 were seen at a
// position, and none is from then on, the first ones included.
//
// The control run is what the learner did before: the routes that the calls were given,
// with the first 40 names for ever.
func TestSeriesOfTheSDKs(t *testing.T) {
	names := humanNames()
	if !long.Wanted() {
		names = names[:100]
	}
	all := sdks()
	if len(all) != 24 {
		t.Fatalf("%d SDKs", len(all))
	}
	kept := 0 // SDKs of which names stayed under the learner that there was
	for _, s := range all {
		t.Run(s.name, func(t *testing.T) {
			with, without := metrics.New("with"), metrics.New("without")
			wired := rttest.Stack(rttest.Respond(200, ""), with, transport.Routes(s.family...))
			alone := rttest.Stack(rttest.Respond(200, ""), without)
			before, most := map[string]bool{}, 0
			for i, name := range names {
				for _, path := range s.paths {
					target := fmt.Sprintf("https://"+path, url.PathEscape(name))
					if got := routeOf(t, wired, http.MethodGet, target); len(holding([]string{got}, names)) > 0 {
						t.Fatalf("%s: a name is in the route %s", target, got)
					}
					before[routeOf(t, alone, http.MethodGet, target)] = true
				}
				if i%20 != 19 {
					continue
				}
				bad := holding(shown(without), names)
				most = max(most, len(bad))
				if i >= 59 && len(bad) > 0 { // some of the first names are of another form
					t.Fatalf("guessed, after %d objects, names are in the routes %q", i+1, bad)
				}
			}
			data, guessed := shown(with), shown(without)
			if len(data) > maxSeries || len(data) > len(s.paths) {
				t.Errorf("%d series with the routes of the API: %q", len(data), data)
			}
			if len(guessed) > maxSeries {
				t.Errorf("%d series without: %q", len(guessed), guessed)
			}
			if total := without.Snapshot().Total.Calls; total != uint64(len(names)*len(s.paths)) {
				t.Errorf("%d calls counted", total)
			}
			if len(before) > maxSeries {
				kept++
			}
			t.Logf("%d paths: %d series with the routes, %d guessed (%d routes with a name meanwhile; %d in all)", len(s.paths), len(data), len(guessed), most, len(before))
		})
	}
	if kept < 16 {
		t.Errorf("control run: of only %d SDKs names stayed", kept)
	}
}

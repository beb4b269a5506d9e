package routes_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/routes"
	"github.com/gracy-go/gracy/transport"
)

// show prints the route of a request to each URL.
func show(patterns []string, urls ...string) {
	client := &http.Client{Transport: gracy.Around(rttest.Respond(200, ""), transport.Routes(patterns...))}
	for _, url := range urls {
		req, _ := http.NewRequestWithContext(context.Background(), http.MethodGet, url, nil)
		resp, err := client.Do(req)
		if err != nil {
			fmt.Println(err)
			return
		}
		resp.Body.Close()
		fmt.Println(layer.CallOf(resp).Route())
	}
}

// A base can be the server of a test, your own server or a gateway.
func Example_bases() {
	show(routes.GitHub("ghe.example.com/api/v3"), "https://ghe.example.com/api/v3/repos/acme/shop")
	show(routes.S3("http://127.0.0.1:9000"), "http://127.0.0.1:9000/invoices/orders-import.jpg")
	// Output:
	// /api/v3/repos/{owner}/{repo}
	// /{bucket}/{key...}
}

// One layer can have several families and your own patterns.
func Example_together() {
	patterns := slices.Concat(routes.GitHub(), routes.Slack(), routes.Vault("vault.internal"))
	patterns = append(patterns, "GET /orders/{order}")
	show(patterns, "https://slack.com/api/users.info", "https://vault.internal/v1/secret/data/billing", "https://shop.test/orders/7")
	// Output:
	// /api/users.info
	// /v1/{mount}/data/{path...}
	// /orders/{order}
}

func ExampleGitHub() {
	show(routes.GitHub(),
		"https://api.github.com/repos/golang/go/contents/doc/go.mod",
		"https://api.github.com/orgs/acme/actions/secrets/DEPLOY")
	// Output:
	// /repos/{owner}/{repo}/contents/{path...}
	// /orgs/{org}/actions/{path...}
}

func ExampleGitLab() {
	show(routes.GitLab(),
		"https://gitlab.com/api/v4/projects/acme%2Fshop/repository/files/docs%2Fa.md/raw")
	// Output:
	// /api/v4/projects/{project}/repository/files/{file}/{path...}
}

func ExampleStripe() {
	show(routes.Stripe(),
		"https://api.stripe.com/v1/payment_intents/pi_3MtwBw/confirm")
	// Output:
	// /v1/payment_intents/{id}/{path...}
}

func ExampleKubernetes() {
	show(routes.Kubernetes(),
		"https://10.0.0.1:6443/api/v1/namespaces/team-alpha/secrets/database",
		"https://10.0.0.1:6443/apis/apps/v1/namespaces/team-alpha/deployments/shop")
	// Output:
	// /api/v1/namespaces/{namespace}/secrets/{name}
	// /apis/apps/v1/namespaces/{namespace}/deployments/{name}
}

func ExampleS3() {
	show(routes.S3(),
		"https://minio.test/invoices/2024/orders-import.jpg")
	// Output:
	// /{bucket}/{key...}
}

func ExampleS3VirtualHost() {
	show(routes.S3VirtualHost(),
		"https://invoices.s3.amazonaws.com/2024/orders-import.jpg")
	// Output:
	// /{key...}
}

func ExampleGCS() {
	show(routes.GCS(),
		"https://storage.googleapis.com/storage/v1/b/invoices/o/2024%2Forders.jpg",
		"https://storage.googleapis.com/invoices/2024/orders.jpg")
	// Output:
	// /storage/v1/b/{bucket}/o/{object}
	// /{bucket}/{object...}
}

func ExampleAzureBlob() {
	show(routes.AzureBlob(),
		"https://account.blob.core.windows.net/invoices/2024/orders-import.jpg")
	// Output:
	// /{container}/{blob...}
}

func ExampleOpenAI() {
	show(routes.OpenAI(),
		"https://api.openai.com/v1/chat/completions",
		"https://api.openai.com/v1/files/file-abc/content")
	// Output:
	// /v1/chat/completions
	// /v1/files/{id}/{path...}
}

func ExampleAnthropic() {
	show(routes.Anthropic(),
		"https://api.anthropic.com/v1/messages",
		"https://api.anthropic.com/v1/messages/batches/msgbatch_1/results")
	// Output:
	// /v1/messages
	// /v1/messages/batches/{batch}/results
}

func ExampleGemini() {
	show(routes.Gemini(),
		"https://generativelanguage.googleapis.com/v1beta/models/gemini-pro:generateContent")
	// Output:
	// /{version}/models/{model}:generateContent
}

func ExampleSlack() {
	show(routes.Slack(),
		"https://slack.com/api/chat.postMessage",
		"https://hooks.slack.com/services/T0/B0/XXXX")
	// Output:
	// /api/chat.postMessage
	// /services/{path...}
}

func ExampleTwilio() {
	show(routes.Twilio(),
		"https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/SM1.json",
		"https://lookups.twilio.com/v2/PhoneNumbers/+15550100")
	// Output:
	// /2010-04-01/Accounts/{account}/Messages/{sid}.json
	// /{version}/PhoneNumbers/{number}
}

func ExampleCloudflare() {
	show(routes.Cloudflare(),
		"https://api.cloudflare.com/client/v4/zones/z1/dns_records/r1")
	// Output:
	// /client/v4/zones/{zone}/dns_records/{record}
}

func ExampleHCloud() {
	show(routes.HCloud(),
		"https://api.hetzner.cloud/v1/servers/42/actions/poweron")
	// Output:
	// /v1/servers/{id}/actions/{action}
}

func ExampleDigitalOcean() {
	show(routes.DigitalOcean(),
		"https://api.digitalocean.com/v2/domains/example.com/records/7")
	// Output:
	// /v2/domains/{id}/records/{record}
}

func ExampleVault() {
	show(routes.Vault(),
		"https://127.0.0.1:8200/v1/secret/data/team/billing",
		"https://127.0.0.1:8200/v1/auth/userpass/login/ann")
	// Output:
	// /v1/{mount}/data/{path...}
	// /v1/auth/{mount}/login/{user}
}

func ExampleElasticsearch() {
	show(routes.Elasticsearch(),
		"https://127.0.0.1:9200/my-index-2024/_doc/7",
		"https://127.0.0.1:9200/_cluster/health")
	// Output:
	// /{index}/_doc/{id}
	// /_cluster/health
}

func ExampleOpenSearch() {
	show(routes.OpenSearch("search.test"),
		"https://search.test/my-index-2024/_search")
	// Output:
	// /{index}/_search
}

func ExampleMeilisearch() {
	show(routes.Meilisearch(),
		"https://127.0.0.1:7700/indexes/films/documents/alien")
	// Output:
	// /indexes/{index}/documents/{document}
}

func ExampleAlgolia() {
	show(routes.Algolia(),
		"https://app-dsn.algolia.net/1/indexes/films/query")
	// Output:
	// /1/indexes/{index}/query
}

func ExampleDatadog() {
	show(routes.Datadog(),
		"https://api.datadoghq.eu/api/v1/host/web-1/mute")
	// Output:
	// /api/v1/host/{host}/{path...}
}

func ExampleSentry() {
	show(routes.Sentry(),
		"https://o1.ingest.sentry.io/api/42/envelope/")
	// Output:
	// /api/{project}/envelope/
}

package heavy

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/elastic/elastic-transport-go/v8/elastictransport"
	"github.com/elastic/go-elasticsearch/v9"
	"github.com/elastic/go-elasticsearch/v9/esapi"

	"github.com/gracy-go/gracy/e2e/sdks/harness"
	"github.com/gracy-go/gracy/routes"
)

func elasticsearchGo() *harness.SDK {
	return &harness.SDK{
		Name:   "go-elasticsearch",
		Module: "github.com/elastic/go-elasticsearch/v9",
		Code:   "openElasticsearch",
		Client: "`elastictransport.WithTransport`",
		Routes: routes.Elasticsearch,
		Off:    "`elastictransport.WithDisableRetry()`",
		Notes: []string{
			"On its own it sends a POST without a key again after a 503 or a reset, at once, and ignores `Retry-After`.",
			"With its retries off, a body from a plain `io.Reader`, for example of `Bulk`, cannot be read twice. One from `strings.NewReader` or `bytes.NewReader` can.",
		},
		Functions: map[string]string{
			"read":   "`Get`",
			"write":  "`Index`",
			"upload": "`Bulk` from a plain reader",
		},
		Serve: func() http.Handler {
			mux := http.NewServeMux()
			mux.HandleFunc("GET /films/_doc/{id}", func(w http.ResponseWriter, r *http.Request) {
				harness.JSON(w, map[string]any{"_id": r.PathValue("id"), "found": true})
			})
			mux.HandleFunc("POST /films/_doc", func(w http.ResponseWriter, _ *http.Request) {
				harness.JSON(w, map[string]any{"_id": "new", "result": "created"})
			})
			mux.HandleFunc("POST /films/_search", func(w http.ResponseWriter, _ *http.Request) {
				harness.JSON(w, map[string]any{"_id": "found", "hits": map[string]any{"hits": []any{}}})
			})
			mux.HandleFunc("POST /_bulk", func(w http.ResponseWriter, _ *http.Request) {
				harness.JSON(w, map[string]any{"_id": "bulk", "errors": false})
			})
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("X-Elastic-Product", "Elasticsearch")
				mux.ServeHTTP(w, r)
			})
		},
		Open: func(url string, client *http.Client, own bool) (harness.Calls, error) {
			es, err := openElasticsearch(client.Transport, url, func(all []elastictransport.Option) []elastictransport.Option {
				if own {
					return all[:1]
				}
				return all
			})
			if err != nil {
				return harness.Calls{}, err
			}
			id := func(resp *esapi.Response, err error) (string, error) {
				if err != nil {
					return "", err
				}
				defer func() { _ = resp.Body.Close() }()
				var doc struct {
					ID string `json:"_id"`
				}
				if resp.IsError() {
					return "", errors.New(resp.Status())
				}
				err = json.NewDecoder(resp.Body).Decode(&doc)
				return doc.ID, errors.Join(err, drain(resp.Body))
			}
			read := func(ctx context.Context, name string) (string, error) {
				return id(es.Get("films", name, es.Get.WithContext(ctx)))
			}
			return harness.Calls{
				Read: func(ctx context.Context) (string, error) { return read(ctx, "1") },
				Write: func(ctx context.Context, text string) (string, error) {
					return id(es.Index("films", strings.NewReader(fmt.Sprintf(`{"title":%q}`, text)), es.Index.WithContext(ctx)))
				},
				Upload: func(ctx context.Context) (string, error) {
					lines := strings.Repeat("{\"index\":{\"_index\":\"films\"}}\n{\"title\":\"a film\"}\n", 400) + harness.Last
					return id(es.Bulk(bufio.NewReader(strings.NewReader(lines)), es.Bulk.WithContext(ctx)))
				},
				More: map[string]func(context.Context) (string, error){
					"`Search`": func(ctx context.Context) (string, error) {
						return id(es.Search(es.Search.WithIndex("films"), es.Search.WithBody(strings.NewReader(`{"query":{"match_all":{}}}`)), es.Search.WithContext(ctx)))
					},
				},
				Object: func(ctx context.Context, name string) error {
					_, err := read(ctx, name)
					return err
				},
			}, nil
		},
	}
}

// drain reads to the end.
func drain(r io.Reader) error {
	_, err := io.Copy(io.Discard, r)
	return err
}

func openElasticsearch(chain http.RoundTripper, url string, test func([]elastictransport.Option) []elastictransport.Option) (*elasticsearch.Client, error) {
	options := []elastictransport.Option{
		elastictransport.WithTransport(chain),
		elastictransport.WithDisableRetry(),
	}
	options = test(options) // test
	es, err := elasticsearch.New(
		elasticsearch.WithAddresses(url),
		elasticsearch.WithTransportOptions(options...),
	)
	return es, err // test
}

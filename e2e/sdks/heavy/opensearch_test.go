package heavy

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/opensearch-project/opensearch-go/v4"
	"github.com/opensearch-project/opensearch-go/v4/opensearchapi"

	"github.com/gracy-go/gracy/e2e/sdks/harness"
	"github.com/gracy-go/gracy/routes"
)

func opensearchGo() *harness.SDK {
	return &harness.SDK{
		Name:   "opensearch-go",
		Module: "github.com/opensearch-project/opensearch-go/v4",
		Code:   "openOpensearch",
		Client: "`Config.Transport`",
		Routes: routes.OpenSearch,
		Off:    "`Config.DisableRetry: true`",
		Notes: []string{
			"After a failure it sends `GET /` over the same transport, to see whether the node is alive. These requests take slots, quota and a route too. They are not counted here.",
			"Every 5 to 30 seconds each client also sends a `GET /_nodes/_local/stats`, unless `OPENSEARCH_GO_NODE_STATS_INTERVAL=-1s` is in the environment.",
		},
		Noise: func(r *http.Request) bool { return r.URL.Path == "/" },
		Functions: map[string]string{
			"read":  "`Document.Get`",
			"write": "`Index`",
		},
		Serve: func() http.Handler {
			mux := http.NewServeMux()
			mux.HandleFunc("GET /films/_doc/{id}", func(w http.ResponseWriter, r *http.Request) {
				harness.JSON(w, map[string]any{"_index": "films", "_id": r.PathValue("id"), "found": true, "_source": map[string]any{}})
			})
			mux.HandleFunc("POST /films/_doc", func(w http.ResponseWriter, _ *http.Request) {
				harness.JSON(w, map[string]any{"_index": "films", "_id": "new", "result": "created"})
			})
			mux.HandleFunc("POST /films/_bulk", func(w http.ResponseWriter, _ *http.Request) {
				harness.JSON(w, map[string]any{"items": []any{map[string]any{"index": map[string]any{"_index": "films", "_id": "1", "status": 201}}}})
			})
			mux.HandleFunc("POST /films/_search", func(w http.ResponseWriter, _ *http.Request) {
				harness.JSON(w, map[string]any{"hits": map[string]any{"hits": []any{map[string]any{"_index": "films", "_id": "1"}}}})
			})
			mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
				harness.JSON(w, map[string]any{"name": "node", "version": map[string]any{"distribution": "opensearch", "number": "2.0.0"}})
			})
			return mux
		},
		Open: func(url string, client *http.Client, own bool) (harness.Calls, error) {
			api, err := openOpensearch(client.Transport, url, func(c *opensearch.Config) { c.DisableRetry = !own })
			if err != nil {
				return harness.Calls{}, err
			}
			read := func(ctx context.Context, id string) (string, error) {
				doc, err := api.Document.Get(ctx, opensearchapi.DocumentGetReq{Index: "films", DocumentID: id})
				if err != nil {
					return "", err
				}
				return doc.ID, nil
			}
			return harness.Calls{
				Read: func(ctx context.Context) (string, error) { return read(ctx, "1") },
				Write: func(ctx context.Context, text string) (string, error) {
					doc, err := api.Index(ctx, opensearchapi.IndexReq{Index: "films", Body: strings.NewReader(fmt.Sprintf(`{"title":%q}`, text))})
					if err != nil {
						return "", err
					}
					return doc.ID, nil
				},
				More: map[string]func(context.Context) (string, error){
					"`Bulk`": func(ctx context.Context) (string, error) {
						done, err := api.Bulk(ctx, opensearchapi.BulkReq{Index: "films", Body: strings.NewReader("{\"index\":{}}\n{\"title\":\"a film\"}\n")})
						if err != nil {
							return "", err
						}
						return strconv.Itoa(len(done.Items)), nil
					},
					"`Search`": func(ctx context.Context) (string, error) {
						found, err := api.Search(ctx, &opensearchapi.SearchReq{Indices: []string{"films"}, Body: strings.NewReader(`{"query":{"match_all":{}}}`)})
						if err != nil {
							return "", err
						}
						return strconv.Itoa(len(found.Hits.Hits)), nil
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

func openOpensearch(chain http.RoundTripper, url string, test func(*opensearch.Config)) (*opensearchapi.Client, error) {
	config := opensearch.Config{
		Addresses:    []string{url},
		Transport:    chain,
		DisableRetry: true,
	}
	test(&config) // test
	api, err := opensearchapi.NewClient(opensearchapi.Config{Client: config})
	return api, err // test
}

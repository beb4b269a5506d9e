package sdks

import (
	"context"
	"net/http"
	"strconv"

	"github.com/meilisearch/meilisearch-go"

	"github.com/gracy-go/gracy/e2e/sdks/harness"
	"github.com/gracy-go/gracy/routes"
)

func meilisearchGo() *harness.SDK {
	return &harness.SDK{
		Name:   "meilisearch-go",
		Module: "github.com/meilisearch/meilisearch-go",
		Code:   "openMeilisearch",
		Client: "`meilisearch.WithCustomClient`",
		Routes: routes.Meilisearch,
		Off:    "`meilisearch.DisableRetries()`",
		Functions: map[string]string{
			"read":  "`GetIndex`",
			"write": "`CreateIndex`",
			"list":  "`ListIndexes`",
		},
		Serve: func() http.Handler {
			mux := http.NewServeMux()
			mux.HandleFunc("GET /indexes/{uid}", func(w http.ResponseWriter, r *http.Request) {
				harness.JSON(w, map[string]any{"uid": r.PathValue("uid"), "createdAt": "2026-11-01T12:00:00Z", "updatedAt": "2026-11-01T12:00:00Z"})
			})
			task := func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusAccepted)
				harness.JSON(w, map[string]any{"taskUid": 1, "status": "enqueued", "type": "indexCreation", "enqueuedAt": "2026-11-01T12:00:00Z"})
			}
			mux.HandleFunc("POST /indexes", task)
			mux.HandleFunc("POST /indexes/{uid}/documents", task)
			mux.HandleFunc("POST /indexes/{uid}/search", func(w http.ResponseWriter, _ *http.Request) {
				harness.JSON(w, map[string]any{"hits": []any{map[string]any{"id": 1}}, "query": "a film", "limit": 20})
			})
			mux.HandleFunc("GET /indexes", func(w http.ResponseWriter, _ *http.Request) {
				harness.JSON(w, map[string]any{"results": []any{map[string]any{"uid": "a"}}, "offset": 0, "limit": 1, "total": 2})
			})
			return mux
		},
		Open: func(url string, client *http.Client, own bool) (harness.Calls, error) {
			var retries meilisearch.Option
			if own {
				retries = meilisearch.WithCustomRetries([]int{502, 503, 504}, 2)
			}
			api := openMeilisearch(client, url, retries)
			read := func(ctx context.Context, uid string) (string, error) {
				index, err := api.GetIndex(ctx, uid)
				if err != nil {
					return "", err
				}
				return index.UID, nil
			}
			return harness.Calls{
				Read: func(ctx context.Context) (string, error) { return read(ctx, "films") },
				Write: func(ctx context.Context, text string) (string, error) {
					task, err := api.CreateIndex(ctx, &meilisearch.IndexConfig{Uid: "new", PrimaryKey: text})
					if err != nil {
						return "", err
					}
					return strconv.FormatInt(task.TaskUID, 10), nil
				},
				List: func(ctx context.Context) (string, error) {
					n := 0
					for offset := range int64(2) {
						page, err := api.ListIndexes(ctx, &meilisearch.IndexesQuery{Limit: 1, Offset: offset})
						if err != nil {
							return "", err
						}
						n += len(page.Results)
					}
					return strconv.Itoa(n), nil
				},
				More: map[string]func(context.Context) (string, error){
					"`Index.AddDocuments`": func(ctx context.Context) (string, error) {
						task, err := api.Index("films").AddDocuments(ctx, []map[string]any{{"id": 1, "title": "a film"}}, nil)
						if err != nil {
							return "", err
						}
						return strconv.FormatInt(task.TaskUID, 10), nil
					},
					"`Index.Search`": func(ctx context.Context) (string, error) {
						found, err := api.Index("films").Search(ctx, "a film", &meilisearch.SearchRequest{})
						if err != nil {
							return "", err
						}
						return strconv.Itoa(len(found.Hits)), nil
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

func openMeilisearch(client *http.Client, url string, retries meilisearch.Option) meilisearch.ServiceManager {
	if retries != nil { // test
		return meilisearch.New(url, meilisearch.WithCustomClient(client), retries) // test
	} // test
	api := meilisearch.New(url,
		meilisearch.WithCustomClient(client),
		meilisearch.DisableRetries(),
	)
	return api // test
}

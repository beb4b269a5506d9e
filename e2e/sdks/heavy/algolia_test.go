package heavy

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/algolia/algoliasearch-client-go/v4/algolia/call"
	"github.com/algolia/algoliasearch-client-go/v4/algolia/search"
	"github.com/algolia/algoliasearch-client-go/v4/algolia/transport"

	"github.com/gracy-go/gracy/e2e/sdks/harness"
	"github.com/gracy-go/gracy/routes"
)

func algoliaGo() *harness.SDK {
	return &harness.SDK{
		Name:   "algoliasearch-client-go",
		Module: "github.com/algolia/algoliasearch-client-go/v4",
		Code:   "openAlgolia",
		Client: "`Configuration.Requester`, a method of yours",
		Routes: routes.Algolia,
		Off:    "one host in `Configuration.Hosts`",
		Notes: []string{
			"Each retry goes to another host. A POST that one host rejected is never sent to the next, because its body is used up by then.",
		},
		Functions: map[string]string{
			"read":  "`GetObject`",
			"write": "`SaveObject`",
			"list":  "`ListIndices`",
		},
		Serve: func() http.Handler {
			mux := http.NewServeMux()
			mux.HandleFunc("GET /1/indexes/films/{id}", func(w http.ResponseWriter, r *http.Request) {
				harness.JSON(w, map[string]any{"objectID": r.PathValue("id")})
			})
			mux.HandleFunc("POST /1/indexes/films", func(w http.ResponseWriter, _ *http.Request) {
				harness.JSON(w, map[string]any{"objectID": "new", "taskID": 1, "createdAt": "2026-11-01T12:00:00Z"})
			})
			mux.HandleFunc("POST /1/indexes/films/query", func(w http.ResponseWriter, _ *http.Request) {
				harness.JSON(w, map[string]any{"hits": []any{map[string]any{"objectID": "1"}}, "query": "", "params": "", "processingTimeMS": 1})
			})
			mux.HandleFunc("POST /1/indexes/films/batch", func(w http.ResponseWriter, _ *http.Request) {
				harness.JSON(w, map[string]any{"taskID": 1, "objectIDs": []string{"1"}})
			})
			mux.HandleFunc("GET /1/indexes", func(w http.ResponseWriter, _ *http.Request) {
				harness.JSON(w, map[string]any{"items": []any{map[string]any{"name": "films", "createdAt": "", "updatedAt": "", "entries": 1, "dataSize": 1, "fileSize": 1, "lastBuildTimeS": 1, "pendingTask": false, "numberOfPendingTasks": 0}}, "nbPages": 2})
			})
			return mux
		},
		Open: func(url string, client *http.Client, own bool) (harness.Calls, error) {
			api, err := openAlgolia(client, func(c *transport.Configuration) {
				host := transport.NewStatefulHost("http", strings.TrimPrefix(url, "http://"), call.IsReadWrite)
				c.Hosts = []transport.StatefulHost{host}
				for range 3 {
					if own {
						c.Hosts = append(c.Hosts, host)
					}
				}
			})
			if err != nil {
				return harness.Calls{}, err
			}
			read := func(ctx context.Context, id string) (string, error) {
				object, err := api.GetObject(api.NewApiGetObjectRequest("films", id), search.WithContext(ctx))
				if err != nil {
					return "", err
				}
				return fmt.Sprint((*object)["objectID"]), nil
			}
			return harness.Calls{
				Read: func(ctx context.Context) (string, error) { return read(ctx, "1") },
				Write: func(ctx context.Context, text string) (string, error) {
					resp, err := api.SaveObject(api.NewApiSaveObjectRequest("films", map[string]any{"title": text}), search.WithContext(ctx))
					if err != nil {
						return "", err
					}
					return resp.GetObjectID(), nil
				},
				List: func(ctx context.Context) (string, error) {
					n := 0
					for page := range int32(2) {
						list, err := api.ListIndices(api.NewApiListIndicesRequest().WithPage(page), search.WithContext(ctx))
						if err != nil {
							return "", err
						}
						n += len(list.Items)
					}
					return strconv.Itoa(n), nil
				},
				More: map[string]func(context.Context) (string, error){
					"`SearchSingleIndex`": func(ctx context.Context) (string, error) {
						found, err := api.SearchSingleIndex(api.NewApiSearchSingleIndexRequest("films"), search.WithContext(ctx))
						if err != nil {
							return "", err
						}
						return found.Hits[0].ObjectID, nil
					},
					"`Batch`": func(ctx context.Context) (string, error) {
						batch := search.NewBatchWriteParams([]search.BatchRequest{*search.NewBatchRequest(search.ACTION_ADD_OBJECT, map[string]any{"title": "a film"})})
						done, err := api.Batch(api.NewApiBatchRequest("films", batch), search.WithContext(ctx))
						if err != nil {
							return "", err
						}
						return strings.Join(done.ObjectIDs, " "), nil
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

// requester has the method Request(req, timeout, connectTimeout), which returns client.Do(req).
type requester struct{ client *http.Client }

func (r requester) Request(req *http.Request, _, _ time.Duration) (*http.Response, error) {
	return r.client.Do(req)
}

func openAlgolia(client *http.Client, test func(*transport.Configuration)) (*search.APIClient, error) {
	// requester has the method Request(req, timeout, connectTimeout), which returns client.Do(req).
	config := transport.Configuration{AppID: "app", ApiKey: "key", Requester: requester{client}}
	test(&config) // test
	api, err := search.NewClientWithConfig(search.SearchConfiguration{Configuration: config})
	return api, err // test
}

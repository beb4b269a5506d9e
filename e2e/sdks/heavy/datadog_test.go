package heavy

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/DataDog/datadog-api-client-go/v2/api/datadog"
	"github.com/DataDog/datadog-api-client-go/v2/api/datadogV1"

	"github.com/gracy-go/gracy/e2e/sdks/harness"
	"github.com/gracy-go/gracy/routes"
)

func datadogGo() *harness.SDK {
	return &harness.SDK{
		Name:   "datadog-api-client-go",
		Module: "github.com/DataDog/datadog-api-client-go/v2",
		Code:   "openDatadog",
		Client: "`Configuration.HTTPClient`",
		Routes: routes.Datadog,
		Notes: []string{
			"With `RetryConfiguration.EnableRetry` it sends a POST without a key again after a 503.",
		},
		Functions: map[string]string{
			"read":   "`Dashboards.GetDashboard`",
			"write":  "`Dashboards.CreateDashboard`",
			"upload": "`Logs.SubmitLog` in gzip",
			"list":   "`Dashboards.ListDashboards`",
		},
		Serve: func() http.Handler {
			mux := http.NewServeMux()
			board := func(w http.ResponseWriter, r *http.Request) {
				harness.JSON(w, map[string]any{"id": "abc", "title": "t" + r.PathValue("id"), "layout_type": "ordered", "widgets": []any{}})
			}
			mux.HandleFunc("GET /api/v1/dashboard/{id}", board)
			mux.HandleFunc("POST /api/v1/dashboard", board)
			mux.HandleFunc("GET /api/v1/dashboard", func(w http.ResponseWriter, r *http.Request) {
				harness.JSON(w, map[string]any{"dashboards": []any{map[string]any{"id": "a" + r.URL.Query().Get("start")}}})
			})
			mux.HandleFunc("POST /v1/input", func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Content-Encoding") != "gzip" {
					w.WriteHeader(http.StatusBadRequest)
					return
				}
				harness.JSON(w, map[string]any{"taken": len(harness.Body(r)) > 0})
			})
			return mux
		},
		Open: func(url string, client *http.Client, own bool) (harness.Calls, error) {
			base := openDatadog(client, func(c *datadog.Configuration) {
				c.Servers, c.OperationServers = datadog.ServerConfigurations{{URL: url}}, nil
				if own {
					c.RetryConfiguration = datadog.RetryConfiguration{EnableRetry: true, BackOffBase: 2, BackOffMultiplier: 0.1, MaxRetries: 3, HTTPRetryTimeout: c.RetryConfiguration.HTTPRetryTimeout}
				}
			})
			api, logs := datadogV1.NewDashboardsApi(base), datadogV1.NewLogsApi(base)
			read := func(ctx context.Context, id string) (string, error) {
				board, _, err := api.GetDashboard(ctx, id)
				return board.GetTitle(), err
			}
			return harness.Calls{
				Read: func(ctx context.Context) (string, error) { return read(ctx, "abc-def-ghi") },
				Write: func(ctx context.Context, text string) (string, error) {
					body := datadogV1.NewDashboard(datadogV1.DASHBOARDLAYOUTTYPE_ORDERED, text, nil)
					board, _, err := api.CreateDashboard(ctx, *body)
					return board.GetId(), err
				},
				Upload: func(ctx context.Context) (string, error) {
					item := datadogV1.NewHTTPLogItem(strings.Repeat("a line of a log\n", 100_000) + harness.Last)
					gzip := datadogV1.NewSubmitLogOptionalParameters().WithContentEncoding(datadogV1.CONTENTENCODING_GZIP)
					resp, _, err := logs.SubmitLog(ctx, []datadogV1.HTTPLogItem{*item}, *gzip) //nolint:staticcheck // its successor is in a package that takes minutes more to build
					return fmt.Sprint(resp), err
				},
				List: func(ctx context.Context) (string, error) {
					ids := ""
					for start := range int64(2) {
						page, _, err := api.ListDashboards(ctx, *datadogV1.NewListDashboardsOptionalParameters().WithCount(1).WithStart(start))
						if err != nil {
							return "", err
						}
						ids += page.Dashboards[0].GetId() + " "
					}
					return ids, nil
				},
				Object: func(ctx context.Context, name string) error {
					_, err := read(ctx, name)
					return err
				},
			}, nil
		},
	}
}

func openDatadog(client *http.Client, test func(*datadog.Configuration)) *datadog.APIClient {
	config := datadog.NewConfiguration()
	config.HTTPClient = client
	test(config)                        // test
	api := datadog.NewAPIClient(config) // for datadogV1.NewDashboardsApi(api) and the like
	return api                          // test
}

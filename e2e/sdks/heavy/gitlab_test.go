package heavy

import (
	"context"
	"net/http"
	"strconv"
	"time"

	gitlab "gitlab.com/gitlab-org/api/client-go/v2"

	"github.com/gracy-go/gracy/e2e/sdks/harness"
	"github.com/gracy-go/gracy/routes"
)

func gitlabGo() *harness.SDK {
	return &harness.SDK{
		Name:   "gitlab client-go",
		Module: "gitlab.com/gitlab-org/api/client-go/v2",
		Code:   "openGitlab",
		Client: "`gitlab.WithHTTPClient`",
		Routes: routes.GitLab,
		Off:    "`gitlab.WithoutRetries()`",
		Notes: []string{
			"On its own it sends a POST without a key again after a 503, and nothing after a reset. It waits for `RateLimit-Reset`, not for `Retry-After`.",
			"It limits its calls to two thirds of the `RateLimit-Limit` of its first response, taken as per minute, whatever later responses say. Replace that limiter by `gitlab.WithCustomLimiter`, and leave the limit to `throttle`.",
		},
		Functions: map[string]string{
			"read":  "`Projects.GetProject`",
			"write": "`Labels.CreateLabel`",
			"list":  "`Labels.ListLabels`",
		},
		Serve: func() http.Handler {
			mux := http.NewServeMux()
			mux.HandleFunc("GET /api/v4/projects/{id}", func(w http.ResponseWriter, r *http.Request) {
				harness.JSON(w, map[string]any{"id": 1, "path_with_namespace": r.PathValue("id")})
			})
			mux.HandleFunc("POST /api/v4/projects/1/labels", func(w http.ResponseWriter, _ *http.Request) {
				harness.JSON(w, map[string]any{"id": 1, "name": "new"})
			})
			mux.HandleFunc("GET /api/v4/projects/1/labels", func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Query().Get("page") != "2" {
					w.Header().Set("X-Next-Page", "2")
				}
				harness.JSON(w, []any{map[string]any{"id": 1, "name": "a"}})
			})
			return mux
		},
		Open: func(url string, client *http.Client, own bool) (harness.Calls, error) {
			options := []gitlab.ClientOptionFunc{gitlab.WithBaseURL(url), gitlab.WithoutRetries()}
			if own {
				options[1] = gitlab.WithCustomRetryWaitMinMax(10*time.Millisecond, 20*time.Millisecond)
			}
			api, err := openGitlab(client, own, options...)
			if err != nil {
				return harness.Calls{}, err
			}
			read := func(ctx context.Context, id string) (string, error) {
				project, _, err := api.Projects.GetProject(id, nil, gitlab.WithContext(ctx))
				if err != nil {
					return "", err
				}
				return project.PathWithNamespace, nil
			}
			return harness.Calls{
				Read: func(ctx context.Context) (string, error) { return read(ctx, "group/web") },
				Write: func(ctx context.Context, text string) (string, error) {
					label, _, err := api.Labels.CreateLabel(1, &gitlab.CreateLabelOptions{Name: &text}, gitlab.WithContext(ctx))
					if err != nil {
						return "", err
					}
					return label.Name, nil
				},
				List: func(ctx context.Context) (string, error) {
					opts, n := &gitlab.ListLabelsOptions{}, 0
					for {
						labels, resp, err := api.Labels.ListLabels(1, opts, gitlab.WithContext(ctx))
						if n += len(labels); err != nil || resp.NextPage == 0 {
							return strconv.Itoa(n), err
						}
						opts.Page = resp.NextPage
					}
				},
				Object: func(ctx context.Context, name string) error {
					_, err := read(ctx, "group/"+name)
					return err
				},
			}, nil
		},
	}
}

func openGitlab(client *http.Client, own bool, test ...gitlab.ClientOptionFunc) (*gitlab.Client, error) {
	if own { // test
		return gitlab.NewClient("token", gitlab.WithHTTPClient(client), test[0], test[1]) // test
	} // test
	api, err := gitlab.NewClient("token",
		gitlab.WithHTTPClient(client),
		gitlab.WithoutRetries(),
		test[0], // test
	)
	return api, err // test
}

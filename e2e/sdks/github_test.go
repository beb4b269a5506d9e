package sdks

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/google/go-github/v88/github"

	"github.com/gracy-go/gracy/e2e/sdks/harness"
	"github.com/gracy-go/gracy/routes"
)

func goGithub() *harness.SDK {
	return &harness.SDK{
		Name:   "go-github",
		Module: "github.com/google/go-github/v88",
		Code:   "openGithub",
		Client: "`github.WithHTTPClient`",
		Routes: routes.GitHub,
		NoOwn:  true,
		Notes: []string{
			"It remembers the rate limit of the last response, and until that ends it returns an error without a request. It does not see a 403 or 429 that a retry overcame.",
		},
		Functions: map[string]string{
			"read":  "`Repositories.Get`",
			"write": "`Issues.Create`",
			"list":  "`Issues.ListByRepo`",
		},
		Serve: func() http.Handler {
			mux := http.NewServeMux()
			mux.HandleFunc("GET /repos/{owner}/{repo}", func(w http.ResponseWriter, r *http.Request) {
				harness.JSON(w, map[string]any{"full_name": r.PathValue("owner") + "/" + r.PathValue("repo")})
			})
			mux.HandleFunc("POST /repos/{owner}/{repo}/issues", func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusCreated)
				harness.JSON(w, map[string]any{"number": 1, "title": "created"})
			})
			mux.HandleFunc("PATCH /repos/{owner}/{repo}/issues/1", func(w http.ResponseWriter, _ *http.Request) {
				harness.JSON(w, map[string]any{"number": 1, "state": "closed"})
			})
			mux.HandleFunc("DELETE /repos/{owner}/{repo}/issues/comments/1", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
			mux.HandleFunc("GET /repos/{owner}/{repo}/issues", func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Query().Get("page") == "" {
					w.Header().Set("Link", fmt.Sprintf(`<http://%s%s?page=2>; rel="next"`, r.Host, r.URL.Path))
				}
				harness.JSON(w, []any{map[string]any{"number": 1}, map[string]any{"number": 2}})
			})
			return mux
		},
		Open: func(url string, client *http.Client, _ bool) (harness.Calls, error) {
			api, err := openGithub(client, url)
			if err != nil {
				return harness.Calls{}, err
			}
			read := func(ctx context.Context, name string) (string, error) {
				repo, _, err := api.Repositories.Get(ctx, "octo", name)
				return repo.GetFullName(), err
			}
			return harness.Calls{
				Read: func(ctx context.Context) (string, error) { return read(ctx, "hello") },
				Write: func(ctx context.Context, text string) (string, error) {
					issue, _, err := api.Issues.Create(ctx, "octo", "hello", &github.IssueRequest{Title: &text})
					return issue.GetTitle(), err
				},
				List: func(ctx context.Context) (string, error) {
					opts, n := &github.IssueListByRepoOptions{}, 0
					for {
						page, resp, err := api.Issues.ListByRepo(ctx, "octo", "hello", opts)
						if n += len(page); err != nil || resp.NextPage == 0 {
							return strconv.Itoa(n), err
						}
						opts.ListOptions.Page = resp.NextPage
					}
				},
				More: map[string]func(context.Context) (string, error){
					"`Issues.Edit`": func(ctx context.Context) (string, error) {
						issue, _, err := api.Issues.Edit(ctx, "octo", "hello", 1, &github.IssueRequest{State: new("closed")})
						return issue.GetState(), err
					},
					"`Issues.DeleteComment`": func(ctx context.Context) (string, error) {
						resp, err := api.Issues.DeleteComment(ctx, "octo", "hello", 1)
						if err != nil {
							return "", err
						}
						return resp.Status, nil
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

func openGithub(client *http.Client, url string) (*github.Client, error) {
	api, err := github.NewClient(
		github.WithHTTPClient(client),
		github.WithAuthToken("token"),
		github.WithURLs(new(url+"/"), nil), // test
	)
	return api, err // test
}

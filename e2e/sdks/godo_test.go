package sdks

import (
	"context"
	"net/http"
	"strconv"

	"github.com/digitalocean/godo"
	"golang.org/x/oauth2"

	"github.com/gracy-go/gracy/e2e/sdks/harness"
	"github.com/gracy-go/gracy/routes"
)

func godoSDK() *harness.SDK {
	return &harness.SDK{
		Name:   "godo",
		Module: "github.com/digitalocean/godo",
		Code:   "openGodo",
		Client: "`godo.New(client)`, the token in the client",
		Routes: routes.DigitalOcean,
		Throws: true,
		Notes: []string{
			"`godo.WithRetryAndBackoffs` replaces your client with its own, so that no layer sees a request: do not use it.",
		},
		Functions: map[string]string{
			"read":  "`Tags.Get`",
			"write": "`Tags.Create`",
			"list":  "`Tags.List`",
		},
		Serve: func() http.Handler {
			mux := http.NewServeMux()
			mux.HandleFunc("GET /v2/tags/{name}", func(w http.ResponseWriter, r *http.Request) {
				harness.JSON(w, map[string]any{"tag": map[string]any{"name": r.PathValue("name")}})
			})
			mux.HandleFunc("POST /v2/tags", func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusCreated)
				harness.JSON(w, map[string]any{"tag": map[string]any{"name": "new"}})
			})
			mux.HandleFunc("DELETE /v2/tags/{name}", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
			mux.HandleFunc("GET /v2/tags", func(w http.ResponseWriter, r *http.Request) {
				links := map[string]any{}
				if r.URL.Query().Get("page") != "2" {
					links["pages"] = map[string]any{"next": "http://" + r.Host + "/v2/tags?page=2", "last": "http://" + r.Host + "/v2/tags?page=2"}
				}
				harness.JSON(w, map[string]any{"tags": []any{map[string]any{"name": "a"}}, "links": links})
			})
			return mux
		},
		Open: func(url string, client *http.Client, own bool) (harness.Calls, error) {
			opts := []godo.ClientOpt{godo.SetBaseURL(url + "/")}
			if own {
				client = &http.Client{Transport: &oauth2.Transport{Base: client.Transport, Source: oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "token"})}}
				opts = append(opts, godo.WithRetryAndBackoffs(godo.RetryConfig{RetryMax: 2, RetryWaitMin: new(0.05), RetryWaitMax: new(0.05)}))
			}
			api, err := openGodo(client, opts...)
			if err != nil {
				return harness.Calls{}, err
			}
			read := func(ctx context.Context, name string) (string, error) {
				tag, _, err := api.Tags.Get(ctx, name)
				if err != nil {
					return "", err
				}
				return tag.Name, nil
			}
			return harness.Calls{
				Read: func(ctx context.Context) (string, error) { return read(ctx, "web") },
				Write: func(ctx context.Context, text string) (string, error) {
					tag, _, err := api.Tags.Create(ctx, &godo.TagCreateRequest{Name: text})
					if err != nil {
						return "", err
					}
					return tag.Name, nil
				},
				List: func(ctx context.Context) (string, error) {
					n := 0
					for page := 1; ; page++ {
						tags, resp, err := api.Tags.List(ctx, &godo.ListOptions{Page: page})
						if n += len(tags); err != nil || resp.Links.IsLastPage() {
							return strconv.Itoa(n), err
						}
					}
				},
				More: map[string]func(context.Context) (string, error){
					"`Tags.Delete`": func(ctx context.Context) (string, error) {
						resp, err := api.Tags.Delete(ctx, "web")
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

func openGodo(client *http.Client, opts ...godo.ClientOpt) (*godo.Client, error) {
	// The token is for the client to add, as auth.Bearer(token, "https://api.digitalocean.com") does.
	api, err := godo.New(client,
		opts..., // test
	)
	return api, err // test
}

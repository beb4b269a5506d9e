package sdks

import (
	"context"
	"hash/crc32"
	"net/http"
	"strconv"
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"

	"github.com/gracy-go/gracy/e2e/sdks/harness"
	"github.com/gracy-go/gracy/routes"
)

func hcloudGo() *harness.SDK {
	return &harness.SDK{
		Name:    "hcloud-go",
		Module:  "github.com/hetznercloud/hcloud-go/v2",
		Code:    "openHcloud",
		Client:  "`hcloud.WithHTTPClient`",
		Routes:  routes.HCloud,
		Off:     "`hcloud.WithRetryOpts(hcloud.RetryOpts{MaxRetries: 0})`",
		Trigger: harness.Fault{Name: "429", Status: http.StatusTooManyRequests},
		Sorry: func(status int) (typ, body string) {
			code := map[int]string{429: "rate_limit_exceeded", 503: "unavailable", 500: "server_error"}[status]
			return "application/json", `{"error":{"code":"` + code + `","message":"later"}}`
		},
		Notes: []string{
			"It does not retry after a 503 or a reset. After a 429 it makes up to six attempts, whatever `Retry-After` says, even of a POST.",
		},
		Functions: map[string]string{
			"read":  "`SSHKey.GetByID`",
			"write": "`SSHKey.Create`",
			"list":  "`SSHKey.All`",
		},
		Serve: func() http.Handler {
			mux := http.NewServeMux()
			key := map[string]any{"id": 7, "name": "laptop", "fingerprint": "b7:2f"}
			mux.HandleFunc("GET /ssh_keys/{id}", func(w http.ResponseWriter, _ *http.Request) {
				harness.JSON(w, map[string]any{"ssh_key": key})
			})
			mux.HandleFunc("POST /ssh_keys", func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusCreated)
				harness.JSON(w, map[string]any{"ssh_key": key})
			})
			mux.HandleFunc("DELETE /ssh_keys/{id}", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
			mux.HandleFunc("GET /ssh_keys", func(w http.ResponseWriter, r *http.Request) {
				page, next := 1, any(2)
				if r.URL.Query().Get("page") == "2" {
					page, next = 2, nil
				}
				harness.JSON(w, map[string]any{"ssh_keys": []any{key}, "meta": map[string]any{"pagination": map[string]any{"page": page, "next_page": next, "last_page": 2}}})
			})
			return mux
		},
		Open: func(url string, client *http.Client, own bool) (harness.Calls, error) {
			opts := hcloud.RetryOpts{MaxRetries: 0}
			if own {
				opts = hcloud.RetryOpts{MaxRetries: 5, BackoffFunc: hcloud.ConstantBackoff(50 * time.Millisecond)}
			}
			api := openHcloud(client, url, opts)
			read := func(ctx context.Context, id int64) (string, error) {
				key, _, err := api.SSHKey.GetByID(ctx, id)
				if err != nil {
					return "", err
				}
				return key.Name, nil
			}
			return harness.Calls{
				Read: func(ctx context.Context) (string, error) { return read(ctx, 7) },
				Write: func(ctx context.Context, text string) (string, error) {
					key, _, err := api.SSHKey.Create(ctx, hcloud.SSHKeyCreateOpts{Name: "laptop", PublicKey: text})
					if err != nil {
						return "", err
					}
					return key.Name, nil
				},
				List: func(ctx context.Context) (string, error) {
					keys, err := api.SSHKey.All(ctx)
					return strconv.Itoa(len(keys)), err
				},
				More: map[string]func(context.Context) (string, error){
					"`SSHKey.Delete`": func(ctx context.Context) (string, error) {
						resp, err := api.SSHKey.Delete(ctx, &hcloud.SSHKey{ID: 7})
						if err != nil {
							return "", err
						}
						return resp.Status, nil
					},
				},
				Object: func(ctx context.Context, name string) error {
					_, err := read(ctx, int64(crc32.ChecksumIEEE([]byte(name))))
					return err
				},
			}, nil
		},
	}
}

func openHcloud(client *http.Client, url string, opts hcloud.RetryOpts) *hcloud.Client {
	api := hcloud.NewClient(
		hcloud.WithHTTPClient(client),
		hcloud.WithToken("token"),
		hcloud.WithRetryOpts(hcloud.RetryOpts{MaxRetries: 0}),
		hcloud.WithRetryOpts(opts), // test
		hcloud.WithEndpoint(url),   // test
	)
	return api // test
}

package heavy

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/hashicorp/vault/api"

	"github.com/gracy-go/gracy/e2e/sdks/harness"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/routes"
)

func vaultAPI() *harness.SDK {
	return &harness.SDK{
		Name:   "vault/api",
		Module: "github.com/hashicorp/vault/api",
		Code:   "openVault",
		Client: "`Config.HttpClient`",
		Routes: routes.Vault,
		Off:    "`Config.MaxRetries = 0`",
		Tape:   replay.Options{KeepSecrets: []string{"GET /v1/secret/{path...}"}},
		Notes: []string{
			"Set the transport last: `ConfigureTLS` and some setters expect an `*http.Transport`, and fail or panic with any other.",
			"A write is a PUT, so it is sent again. A tape has `REDACTED` in place of secrets, and Vault returns nothing else. With `replay.Options{KeepSecrets: []string{\"GET /v1/secret/{path...}\"}}` a tape replays them, and everyone who has the file can read them.",
		},
		Functions: map[string]string{
			"read":  "`Logical().Read`",
			"write": "`Logical().Write`",
			"list":  "`Logical().List`",
		},
		Serve: func() http.Handler {
			mux := http.NewServeMux()
			mux.HandleFunc("/v1/secret/{name...}", func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Query().Get("list") != "" || r.Method == "LIST" {
					harness.JSON(w, map[string]any{"data": map[string]any{"keys": []string{"a", "b"}}})
					return
				}
				harness.JSON(w, map[string]any{"data": map[string]any{"color": r.PathValue("name"), "password": "open sesame"}})
			})
			return mux
		},
		Open: func(url string, client *http.Client, own bool) (harness.Calls, error) {
			vault, err := openVault(client, func(c *api.Config) {
				c.Address = url
				if own {
					c.MaxRetries, c.MinRetryWait, c.MaxRetryWait = 2, 10*time.Millisecond, 20*time.Millisecond
				}
			})
			if err != nil {
				return harness.Calls{}, err
			}
			read := func(ctx context.Context, name string) (string, error) {
				secret, err := vault.Logical().ReadWithContext(ctx, "secret/"+name)
				if err != nil {
					return "", err
				}
				return fmt.Sprint(secret.Data["color"]), nil
			}
			return harness.Calls{
				Read: func(ctx context.Context) (string, error) { return read(ctx, "paint") },
				Write: func(ctx context.Context, text string) (string, error) {
					secret, err := vault.Logical().WriteWithContext(ctx, "secret/new", map[string]any{"color": text})
					if err != nil {
						return "", err
					}
					return fmt.Sprint(secret.Data["color"]), nil
				},
				More: map[string]func(context.Context) (string, error){
					"`Logical().Read` of a password": func(ctx context.Context) (string, error) {
						secret, err := vault.Logical().ReadWithContext(ctx, "secret/door")
						if err != nil {
							return "", err
						}
						return fmt.Sprint(secret.Data["password"]), nil
					},
				},
				List: func(ctx context.Context) (string, error) {
					secret, err := vault.Logical().ListWithContext(ctx, "secret/team")
					if err != nil {
						return "", err
					}
					return fmt.Sprint(secret.Data["keys"]), nil
				},
				Object: func(ctx context.Context, name string) error {
					_, err := read(ctx, name)
					return err
				},
			}, nil
		},
	}
}

func openVault(client *http.Client, test func(*api.Config)) (*api.Client, error) {
	config := api.DefaultConfig()
	config.HttpClient = client
	config.MaxRetries = 0
	test(config) // test
	vault, err := api.NewClient(config)
	return vault, err // test
}

package heavy

import (
	"context"
	"net/http"

	"github.com/cloudflare/cloudflare-go/v6"
	"github.com/cloudflare/cloudflare-go/v6/kv"
	"github.com/cloudflare/cloudflare-go/v6/option"
	"github.com/cloudflare/cloudflare-go/v6/shared"
	"github.com/cloudflare/cloudflare-go/v6/zones"

	"github.com/gracy-go/gracy/e2e/sdks/harness"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/routes"
)

func cloudflareGo() *harness.SDK {
	return &harness.SDK{
		Name:   "cloudflare-go",
		Module: "github.com/cloudflare/cloudflare-go/v6",
		Code:   "openCloudflare",
		Client: "`option.WithHTTPClient`",
		Routes: routes.Cloudflare,
		Off:    "`option.WithMaxRetries(0)`",
		Marks:  []string{"X-Stainless-Retry-Count"},
		Tape:   replay.Options{MaxRequest: 64 << 20},
		Notes: []string{
			"By default it makes ten retries; here it was set to three. It sends a POST without a key again after a 503 or a reset.",
			"`option.WithRequestTimeout` limits all attempts of the stack together, with the pauses between them. Without the stack, too, it ends a longer pause and the call: use `timeout.PerAttempt`.",
			"An upload has a random boundary, which is compared if the body is over `MaxRequest`. For a tape use `replay.Options{MaxRequest: 64 << 20}`.",
		},
		Functions: map[string]string{
			"read":   "`Zones.Get`",
			"write":  "`Zones.New`",
			"upload": "`KV.Namespaces.Values.Update` of 2 MiB",
			"list":   "`Zones.ListAutoPaging`",
		},
		Serve: func() http.Handler {
			mux := http.NewServeMux()
			zone := func(id string) map[string]any { return map[string]any{"id": id, "name": "example.com"} }
			mux.HandleFunc("GET /zones/{id}", func(w http.ResponseWriter, r *http.Request) {
				harness.JSON(w, map[string]any{"success": true, "result": zone(r.PathValue("id"))})
			})
			mux.HandleFunc("POST /zones", func(w http.ResponseWriter, _ *http.Request) {
				harness.JSON(w, map[string]any{"success": true, "result": zone("new")})
			})
			mux.HandleFunc("PUT /accounts/{account}/storage/kv/namespaces/{namespace}/values/{key}", func(w http.ResponseWriter, r *http.Request) {
				if err := r.ParseMultipartForm(32 << 20); err != nil {
					w.WriteHeader(http.StatusBadRequest)
					return
				}
				harness.JSON(w, map[string]any{"success": true, "result": map[string]any{}})
			})
			mux.HandleFunc("GET /zones", func(w http.ResponseWriter, r *http.Request) {
				page := r.URL.Query().Get("page")
				result := []any{zone("a" + page)}
				if page != "" && page != "1" && page != "2" {
					result = []any{}
				}
				harness.JSON(w, map[string]any{"success": true, "result": result, "result_info": map[string]any{"page": 1, "per_page": 1, "total_pages": 2}})
			})
			return mux
		},
		Open: func(url string, client *http.Client, own bool) (harness.Calls, error) {
			retries := option.WithMaxRetries(0)
			if own {
				retries = option.WithMaxRetries(3)
			}
			api := openCloudflare(client, option.WithBaseURL(url+"/"), retries)
			read := func(ctx context.Context, id string) (string, error) {
				zone, err := api.Zones.Get(ctx, zones.ZoneGetParams{ZoneID: cloudflare.F(id)})
				if err != nil {
					return "", err
				}
				return zone.ID, nil
			}
			return harness.Calls{
				Read: func(ctx context.Context) (string, error) { return read(ctx, "023e105f4ecef8ad9ca31a8372d0c353") },
				Write: func(ctx context.Context, text string) (string, error) {
					zone, err := api.Zones.New(ctx, zones.ZoneNewParams{Name: cloudflare.F(text), Account: cloudflare.F(zones.ZoneNewParamsAccount{ID: cloudflare.F("1")})})
					if err != nil {
						return "", err
					}
					return zone.ID, nil
				},
				Upload: func(ctx context.Context) (string, error) {
					_, err := api.KV.Namespaces.Values.Update(ctx, "0f2ac74b498b48028cb68387c421e279", "key", kv.NamespaceValueUpdateParams{
						AccountID: cloudflare.F("1"),
						Value:     cloudflare.F[kv.NamespaceValueUpdateParamsValueUnion](shared.UnionString(harness.Big(2 << 20))),
					})
					return "stored", err
				},
				List: func(ctx context.Context) (string, error) {
					ids, pager := "", api.Zones.ListAutoPaging(ctx, zones.ZoneListParams{})
					for pager.Next() {
						ids += pager.Current().ID + " "
					}
					return ids, pager.Err()
				},
				Object: func(ctx context.Context, name string) error {
					_, err := read(ctx, harness.Token(name))
					return err
				},
			}, nil
		},
	}
}

func openCloudflare(client *http.Client, test ...option.RequestOption) *cloudflare.Client {
	api := cloudflare.NewClient(
		option.WithHTTPClient(client),
		option.WithAPIToken("token"),
		option.WithMaxRetries(0),
		test[0], test[1], // test
	)
	return api // test
}

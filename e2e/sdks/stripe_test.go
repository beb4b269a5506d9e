package sdks

import (
	"context"
	"net/http"

	"github.com/stripe/stripe-go/v85"

	"github.com/gracy-go/gracy/e2e/sdks/harness"
	"github.com/gracy-go/gracy/routes"
)

func stripeGo() *harness.SDK {
	return &harness.SDK{
		Name:    "stripe-go",
		Module:  "github.com/stripe/stripe-go/v85",
		Code:    "openStripe",
		Client:  "`BackendConfig.HTTPClient`",
		Routes:  routes.Stripe,
		Off:     "`MaxNetworkRetries: 0`",
		Trigger: harness.Reset,
		Notes: []string{
			"It does not retry after a 503, 500 or 429 whose body is a JSON error, as Stripe's are.",
			"Each POST has an `Idempotency-Key`, so it may be sent again.",
		},
		Functions: map[string]string{
			"read":  "`V1Customers.Retrieve`",
			"write": "`V1Customers.Create`",
			"list":  "`V1Customers.List`",
		},
		Serve: func() http.Handler {
			mux := http.NewServeMux()
			customer := func(w http.ResponseWriter, r *http.Request) {
				harness.JSON(w, map[string]any{"id": "cus_1" + r.PathValue("id"), "object": "customer", "name": "Ada"})
			}
			mux.HandleFunc("/v1/customers/{id}", customer)
			mux.HandleFunc("POST /v1/customers", customer)
			mux.HandleFunc("GET /v1/customers", func(w http.ResponseWriter, r *http.Request) {
				after := r.URL.Query().Get("starting_after")
				harness.JSON(w, map[string]any{
					"object": "list", "has_more": after == "",
					"data": []any{map[string]any{"id": "cus_x" + after, "object": "customer"}},
				})
			})
			return mux
		},
		Open: func(url string, client *http.Client, own bool) (harness.Calls, error) {
			api := openStripe(client, url, func(c *stripe.BackendConfig) {
				if own {
					c.MaxNetworkRetries = stripe.Int64(2)
				}
			})
			read := func(ctx context.Context, id string) (string, error) {
				customer, err := api.V1Customers.Retrieve(ctx, id, nil)
				if err != nil {
					return "", err
				}
				return customer.ID, nil
			}
			return harness.Calls{
				Read: func(ctx context.Context) (string, error) { return read(ctx, "cus_NffrFeUfNV2Hib") },
				Write: func(ctx context.Context, text string) (string, error) {
					customer, err := api.V1Customers.Create(ctx, &stripe.CustomerCreateParams{Description: &text})
					if err != nil {
						return "", err
					}
					return customer.ID, nil
				},
				List: func(ctx context.Context) (string, error) {
					ids := ""
					for customer, err := range api.V1Customers.List(ctx, &stripe.CustomerListParams{}).All(ctx) {
						if err != nil {
							return ids, err
						}
						ids += customer.ID + " "
					}
					return ids, nil
				},
				More: map[string]func(context.Context) (string, error){
					"`V1Customers.Update`": func(ctx context.Context) (string, error) {
						customer, err := api.V1Customers.Update(ctx, "cus_NffrFeUfNV2Hib", &stripe.CustomerUpdateParams{Description: new("other words")})
						if err != nil {
							return "", err
						}
						return customer.ID, nil
					},
					"`V1Customers.Delete`": func(ctx context.Context) (string, error) {
						customer, err := api.V1Customers.Delete(ctx, "cus_NffrFeUfNV2Hib", nil)
						if err != nil {
							return "", err
						}
						return customer.ID, nil
					},
				},
				Object: func(ctx context.Context, name string) error {
					_, err := read(ctx, "cus_"+harness.Token(name))
					return err
				},
			}, nil
		},
	}
}

func openStripe(client *http.Client, url string, own func(*stripe.BackendConfig)) *stripe.Client {
	config := &stripe.BackendConfig{
		HTTPClient:        client,
		MaxNetworkRetries: stripe.Int64(0),
	}
	config.URL = &url                                                     // test
	config.LeveledLogger = &stripe.LeveledLogger{Level: stripe.LevelNull} // test
	own(config)                                                           // test
	backends := stripe.NewBackendsWithConfig(config)
	api := stripe.NewClient("key", stripe.WithBackends(backends))
	return api // test
}

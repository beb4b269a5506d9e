package heavy

import (
	"context"
	"net/http"
	"strings"

	"google.golang.org/genai"

	"github.com/gracy-go/gracy/e2e/sdks/harness"
	"github.com/gracy-go/gracy/routes"
)

func googleGenai() *harness.SDK {
	return &harness.SDK{
		Name:   "genai",
		Module: "google.golang.org/genai",
		Code:   "openGenai",
		Client: "`ClientConfig.HTTPClient`",
		Routes: routes.Gemini,
		Safe:   []string{"POST /v1beta/models/{call}"},
		Notes: []string{
			"A completion that is declared safe may be computed, and paid for, twice.",
			"With `HTTPOptions.RetryOptions` it sends a POST without a key again after a 503.",
		},
		Functions: map[string]string{
			"read":   "`Models.Get`",
			"write":  "`Models.GenerateContent`",
			"list":   "`Models.All`",
			"stream": "`Models.GenerateContentStream`",
		},
		Serve: func() http.Handler {
			mux := http.NewServeMux()
			content := func(text string) map[string]any {
				return map[string]any{"candidates": []any{map[string]any{"index": 0, "content": map[string]any{"role": "model", "parts": []any{map[string]any{"text": text}}}}}}
			}
			mux.HandleFunc("GET /v1beta/models/{id}", func(w http.ResponseWriter, r *http.Request) {
				harness.JSON(w, map[string]any{"name": "models/" + r.PathValue("id")})
			})
			mux.HandleFunc("GET /v1beta/models", func(w http.ResponseWriter, r *http.Request) {
				page := r.URL.Query().Get("pageToken")
				list := map[string]any{"models": []any{map[string]any{"name": "models/a" + page}}}
				if page == "" {
					list["nextPageToken"] = "more"
				}
				harness.JSON(w, list)
			})
			mux.HandleFunc("POST /v1beta/models/{call}", func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.PathValue("call"), ":streamGenerateContent") {
					event := func(text string) string {
						return `data: {"candidates":[{"index":0,"content":{"role":"model","parts":[{"text":"` + text + `"}]}}]}`
					}
					harness.Events(w, r, event("one "), event("two"))
					return
				}
				harness.JSON(w, content("hello"))
			})
			return mux
		},
		Open: func(url string, client *http.Client, own bool) (harness.Calls, error) {
			api, err := openGenai(client, func(c *genai.ClientConfig) {
				c.HTTPOptions.BaseURL = url
				if own {
					c.HTTPOptions.RetryOptions = &genai.HTTPRetryOptions{Attempts: new(int32(4)), InitialDelay: new(0.02), MaxDelay: new(0.05)}
				}
			})
			if err != nil {
				return harness.Calls{}, err
			}
			read := func(ctx context.Context, id string) (string, error) {
				model, err := api.Models.Get(ctx, id, nil)
				if err != nil {
					return "", err
				}
				return model.Name, nil
			}
			return harness.Calls{
				Read: func(ctx context.Context) (string, error) { return read(ctx, "gemini") },
				Write: func(ctx context.Context, text string) (string, error) {
					resp, err := api.Models.GenerateContent(ctx, "gemini", genai.Text(text), nil)
					if err != nil {
						return "", err
					}
					return resp.Text(), nil
				},
				List: func(ctx context.Context) (string, error) {
					names := ""
					for model, err := range api.Models.All(ctx) {
						if err != nil {
							return names, err
						}
						names += model.Name + " "
					}
					return names, nil
				},
				Stream: func(ctx context.Context, first func()) (string, error) {
					text := ""
					for resp, err := range api.Models.GenerateContentStream(ctx, "gemini", genai.Text("hello"), nil) {
						if err != nil {
							return text, err
						}
						if text == "" {
							first()
						}
						text += resp.Text()
					}
					return text, nil
				},
				Object: func(ctx context.Context, name string) error {
					_, err := read(ctx, name)
					return err
				},
			}, nil
		},
	}
}

func openGenai(client *http.Client, test func(*genai.ClientConfig)) (*genai.Client, error) {
	ctx := context.Background() // test
	config := &genai.ClientConfig{
		HTTPClient: client,
		APIKey:     "key",
	}
	config.Backend = genai.BackendGeminiAPI // test
	test(config)                            // test
	api, err := genai.NewClient(ctx, config)
	return api, err // test
}

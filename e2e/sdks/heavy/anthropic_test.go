package heavy

import (
	"context"
	"net/http"
	"strings"

	"github.com/anthropics/anthropic-sdk-go/v2"
	"github.com/anthropics/anthropic-sdk-go/v2/option"

	"github.com/gracy-go/gracy/e2e/sdks/harness"
	"github.com/gracy-go/gracy/routes"
)

func anthropicGo() *harness.SDK {
	return &harness.SDK{
		Name:   "anthropic-sdk-go",
		Module: "github.com/anthropics/anthropic-sdk-go/v2",
		Code:   "openAnthropic",
		Client: "`option.WithHTTPClient`",
		Routes: routes.Anthropic,
		Safe:   []string{"POST /v1/messages"},
		Off:    "`option.WithMaxRetries(0)`",
		Marks:  []string{"X-Stainless-Retry-Count"},
		Notes: []string{
			"A completion that is declared safe may be computed, and paid for, twice.",
			"On its own it sends a POST without a key again after a 503, a 500, a reset, and a truncated 200.",
			"`option.WithRequestTimeout` limits all attempts of the stack together, with the pauses between them: use `timeout.PerAttempt`.",
		},
		Functions: map[string]string{
			"read":   "`Models.Get`",
			"write":  "`Messages.New`",
			"list":   "`Models.ListAutoPaging`",
			"stream": "`Messages.NewStreaming`",
		},
		Serve: func() http.Handler {
			mux := http.NewServeMux()
			model := func(id string) map[string]any {
				return map[string]any{"id": id, "type": "model", "display_name": id, "created_at": "2026-01-01T00:00:00Z"}
			}
			mux.HandleFunc("GET /v1/models/{id}", func(w http.ResponseWriter, r *http.Request) { harness.JSON(w, model(r.PathValue("id"))) })
			mux.HandleFunc("GET /v1/models", func(w http.ResponseWriter, r *http.Request) {
				after := r.URL.Query().Get("after_id")
				harness.JSON(w, map[string]any{"data": []any{model("a" + after)}, "has_more": after == "", "first_id": "a" + after, "last_id": "a" + after})
			})
			mux.HandleFunc("POST /v1/messages", func(w http.ResponseWriter, r *http.Request) {
				if !strings.Contains(harness.Body(r), `"stream":true`) {
					harness.JSON(w, map[string]any{
						"id": "msg_1", "type": "message", "role": "assistant", "model": "claude", "stop_reason": "end_turn",
						"content": []any{map[string]any{"type": "text", "text": "hello"}}, "usage": map[string]any{"input_tokens": 1, "output_tokens": 1},
					})
					return
				}
				delta := func(text string) string {
					return "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"" + text + "\"}}"
				}
				harness.Events(w, r, delta("one "), delta("two"), "event: message_stop\ndata: {\"type\":\"message_stop\"}")
			})
			return mux
		},
		Open: func(url string, client *http.Client, own bool) (harness.Calls, error) {
			retries := option.WithMaxRetries(0)
			if own {
				retries = option.WithMaxRetries(2)
			}
			api := openAnthropic(client, option.WithBaseURL(url+"/"), retries)
			message := func(text string) anthropic.MessageNewParams {
				return anthropic.MessageNewParams{Model: "claude", MaxTokens: 10, Messages: []anthropic.MessageParam{anthropic.NewUserMessage(anthropic.NewTextBlock(text))}}
			}
			read := func(ctx context.Context, id string) (string, error) {
				model, err := api.Models.Get(ctx, id, anthropic.ModelGetParams{})
				if err != nil {
					return "", err
				}
				return model.ID, nil
			}
			return harness.Calls{
				Read: func(ctx context.Context) (string, error) { return read(ctx, "claude") },
				Write: func(ctx context.Context, text string) (string, error) {
					resp, err := api.Messages.New(ctx, message(text))
					if err != nil {
						return "", err
					}
					return resp.Content[0].Text, nil
				},
				List: func(ctx context.Context) (string, error) {
					ids, pager := "", api.Models.ListAutoPaging(ctx, anthropic.ModelListParams{})
					for pager.Next() {
						ids += pager.Current().ID + " "
					}
					return ids, pager.Err()
				},
				Stream: func(ctx context.Context, first func()) (string, error) {
					stream := api.Messages.NewStreaming(ctx, message("hello"))
					defer func() { _ = stream.Close() }()
					text := ""
					for stream.Next() {
						if text == "" {
							first()
						}
						text += stream.Current().Delta.Text
					}
					return text, stream.Err()
				},
				Object: func(ctx context.Context, name string) error {
					_, err := read(ctx, name)
					return err
				},
			}, nil
		},
	}
}

func openAnthropic(client *http.Client, test ...option.RequestOption) anthropic.Client {
	api := anthropic.NewClient(
		option.WithHTTPClient(client),
		option.WithAPIKey("key"),
		option.WithMaxRetries(0),
		test[0], test[1], // test
	)
	return api // test
}

package heavy

import (
	"context"
	"net/http"
	"strings"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"

	"github.com/gracy-go/gracy/e2e/sdks/harness"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/routes"
)

func openaiGo() *harness.SDK {
	return &harness.SDK{
		Name:   "openai-go",
		Module: "github.com/openai/openai-go/v3",
		Code:   "openOpenai",
		Client: "`option.WithHTTPClient`",
		Routes: routes.OpenAI,
		Safe:   []string{"POST /v1/chat/completions"},
		Off:    "`option.WithMaxRetries(0)`",
		Marks:  []string{"X-Stainless-Retry-Count"},
		Tape:   replay.Options{MaxRequest: 64 << 20},
		Notes: []string{
			"A completion that is declared safe may be computed, and paid for, twice.",
			"An upload has a random boundary, which is compared if the body is over `MaxRequest`. For a tape use `replay.Options{MaxRequest: 64 << 20}`.",
			"On its own it sends a POST without a key again after a 503, a 500 or a reset, so its work may be done and paid for twice.",
			"`option.WithRequestTimeout` limits all attempts of the stack together, with the pauses between them. Without the stack, too, it ends a longer pause and the call: use `timeout.PerAttempt`.",
		},
		Functions: map[string]string{
			"read":   "`Files.Get`",
			"write":  "`Chat.Completions.New`",
			"upload": "`Files.New` of 2 MiB",
			"list":   "`Files.ListAutoPaging`",
			"stream": "`Chat.Completions.NewStreaming`",
		},
		Serve: harness.OpenAI,
		Open: func(url string, client *http.Client, own bool) (harness.Calls, error) {
			retries := option.WithMaxRetries(0)
			if own {
				retries = option.WithMaxRetries(2)
			}
			api := openOpenai(client, option.WithBaseURL(url+"/v1/"), retries)
			chat := func(text string) openai.ChatCompletionNewParams {
				return openai.ChatCompletionNewParams{Model: "gpt-4o", Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage(text)}}
			}
			read := func(ctx context.Context, id string) (string, error) {
				file, err := api.Files.Get(ctx, id)
				if err != nil {
					return "", err
				}
				return file.ID, nil
			}
			return harness.Calls{
				Read: func(ctx context.Context) (string, error) { return read(ctx, "file-1") },
				Write: func(ctx context.Context, text string) (string, error) {
					resp, err := api.Chat.Completions.New(ctx, chat(text))
					if err != nil {
						return "", err
					}
					return resp.Choices[0].Message.Content, nil
				},
				Upload: func(ctx context.Context) (string, error) {
					file, err := api.Files.New(ctx, openai.FileNewParams{Purpose: "batch", File: strings.NewReader(string(harness.Big(2 << 20)))})
					if err != nil {
						return "", err
					}
					return file.ID, nil
				},
				List: func(ctx context.Context) (string, error) {
					ids, pager := "", api.Files.ListAutoPaging(ctx, openai.FileListParams{})
					for pager.Next() {
						ids += pager.Current().ID + " "
					}
					return ids, pager.Err()
				},
				Stream: func(ctx context.Context, first func()) (string, error) {
					stream := api.Chat.Completions.NewStreaming(ctx, chat("hello"))
					defer func() { _ = stream.Close() }()
					text := ""
					for stream.Next() {
						if text == "" {
							first()
						}
						text += stream.Current().Choices[0].Delta.Content
					}
					return text, stream.Err()
				},
				Object: func(ctx context.Context, name string) error {
					_, err := read(ctx, "file-"+harness.Token(name))
					return err
				},
			}, nil
		},
	}
}

func openOpenai(client *http.Client, test ...option.RequestOption) openai.Client {
	api := openai.NewClient(
		option.WithHTTPClient(client),
		option.WithAPIKey("key"),
		option.WithMaxRetries(0),
		test[0], test[1], // test
	)
	return api // test
}

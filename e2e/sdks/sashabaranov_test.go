package sdks

import (
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/sashabaranov/go-openai"

	"github.com/gracy-go/gracy/e2e/sdks/harness"
	"github.com/gracy-go/gracy/routes"
)

func sashabaranov() *harness.SDK {
	return &harness.SDK{
		Name:   "sashabaranov/go-openai",
		Module: "github.com/sashabaranov/go-openai",
		Code:   "openSashabaranov",
		Client: "`ClientConfig.HTTPClient`",
		Routes: routes.OpenAI,
		Safe:   []string{"POST /v1/chat/completions"},
		NoOwn:  true,
		Notes:  []string{"A completion that is declared safe may be computed, and paid for, twice."},
		Functions: map[string]string{
			"read":   "`GetFile`",
			"write":  "`CreateChatCompletion`",
			"stream": "`CreateChatCompletionStream`",
		},
		Serve: harness.OpenAI,
		Open: func(url string, client *http.Client, _ bool) (harness.Calls, error) {
			api := openSashabaranov(client, url)
			chat := func(text string) openai.ChatCompletionRequest {
				return openai.ChatCompletionRequest{
					Model:    "gpt-4o",
					Messages: []openai.ChatCompletionMessage{{Role: "user", Content: text}},
				}
			}
			read := func(ctx context.Context, id string) (string, error) {
				file, err := api.GetFile(ctx, id)
				return file.ID, err
			}
			return harness.Calls{
				Read: func(ctx context.Context) (string, error) { return read(ctx, "file-1") },
				Write: func(ctx context.Context, text string) (string, error) {
					resp, err := api.CreateChatCompletion(ctx, chat(text))
					if err != nil {
						return "", err
					}
					return resp.Choices[0].Message.Content, nil
				},
				Stream: func(ctx context.Context, first func()) (string, error) {
					stream, err := api.CreateChatCompletionStream(ctx, chat("hello"))
					if err != nil {
						return "", err
					}
					defer func() { _ = stream.Close() }()
					text := ""
					for {
						event, err := stream.Recv()
						if errors.Is(err, io.EOF) {
							return text, nil
						}
						if err != nil {
							return text, err
						}
						if text == "" {
							first()
						}
						text += event.Choices[0].Delta.Content
					}
				},
				More: map[string]func(context.Context) (string, error){
					"`CreateFileBytes`": func(ctx context.Context) (string, error) {
						file, err := api.CreateFileBytes(ctx, openai.FileBytesRequest{Name: "a.jsonl", Bytes: harness.Big(1000), Purpose: openai.PurposeBatch})
						return file.ID, err
					},
					"`ListFiles`": func(ctx context.Context) (string, error) {
						list, err := api.ListFiles(ctx)
						if err != nil {
							return "", err
						}
						return list.Files[0].ID, nil
					},
				},
				Object: func(ctx context.Context, name string) error {
					_, err := read(ctx, "file-"+harness.Token(name))
					return err
				},
			}, nil
		},
	}
}

func openSashabaranov(client *http.Client, url string) *openai.Client {
	config := openai.DefaultConfig("key")
	config.HTTPClient = client
	config.BaseURL = url + "/v1" // test
	api := openai.NewClientWithConfig(config)
	return api // test
}

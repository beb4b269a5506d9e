#!/usr/bin/env bash
# openai-go v3.99.0, anthropic-sdk-go v2.15.0 and sashabaranov/go-openai v1.43.0: a message as a
# stream.
#
# Behavior: a message that breaks off after "pay 100" of "pay 1000 EUR" ends without an error if
# its response had no length and the connection was closed. It also does if something on the way
# ended the response in good order, like a proxy that speaks HTTP/1.0 to its server. There was no
# [DONE], no message_stop and no reason to stop, but no client asks for one. Each has half of the
# message, and sashabaranov/go-openai returns the same io.EOF as after a whole one. Only a response
# that breaks off where a chunk was due is an error.
#
# The guess it contradicts: that if the streams of a protocol say that they are over, its clients
# look for that, so that a stream without an error is a message that can be kept or acted on.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export GOWORK=off GOFLAGS=-mod=mod
go mod init finding >/dev/null 2>&1
cat > main.go <<'GO'
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/anthropics/anthropic-sdk-go/v2"
	anthropicoption "github.com/anthropics/anthropic-sdk-go/v2/option"
	"github.com/openai/openai-go/v3"
	openaioption "github.com/openai/openai-go/v3/option"
	gopenai "github.com/sashabaranov/go-openai"
)

// The events of a message, for each API.
var (
	completion = []string{
		`{"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"pay 100"},"finish_reason":null}]}`,
		`{"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"0 EUR"},"finish_reason":null}]}`,
		`{"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}`,
		`[DONE]`,
	}
	message = []string{
		`{"type":"message_start","message":{"id":"m","type":"message","role":"assistant","content":[],"model":"m","stop_reason":null,"usage":{"input_tokens":1,"output_tokens":1}}}`,
		`{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}`,
		`{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"pay 100"}}`,
		`{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"0 EUR"}}`,
		`{"type":"content_block_stop","index":0}`,
		`{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":5}}`,
		`{"type":"message_stop"}`,
	}
)

// text returns the events as they are sent, each under its name if it has one.
func text(events []string) string {
	var b strings.Builder
	for _, e := range events {
		if name, ok := strings.CutPrefix(e, `{"type":"`); ok {
			name, _, _ = strings.Cut(name, `"`)
			fmt.Fprintf(&b, "event: %s\n", name)
		}
		fmt.Fprintf(&b, "data: %s\n\n", e)
	}
	return b.String()
}

func main() {
	for _, end := range []string{"whole", "ended in good order", "closed, without a length", "broken off between chunks"} {
		requests := 0
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			requests++
			whole, half := text(completion), text(completion[:1])
			if strings.HasSuffix(req.URL.Path, "/messages") {
				whole, half = text(message), text(message[:3])
			}
			w.Header().Set("Content-Type", "text/event-stream")
			switch end {
			case "whole":
				io.WriteString(w, whole)
			case "ended in good order":
				io.WriteString(w, half)
				w.(http.Flusher).Flush()
			case "broken off between chunks":
				io.WriteString(w, half)
				w.(http.Flusher).Flush()
				panic(http.ErrAbortHandler)
			default:
				c, out, err := w.(http.Hijacker).Hijack()
				check(err)
				fmt.Fprintf(out, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n%s", half)
				check(out.Flush())
				check(c.Close())
			}
		}))
		show := func(sdk string, read func() (text, reason string, err error)) {
			requests = 0
			text, reason, err := read()
			fmt.Printf("%s, %s: %q, reason to stop %q, error: %v; %d requests\n", end, sdk, text, reason, err, requests)
		}
		show("openai-go", func() (string, string, error) {
			c := openai.NewClient(openaioption.WithBaseURL(s.URL), openaioption.WithAPIKey("key"))
			stream := c.Chat.Completions.NewStreaming(context.Background(), openai.ChatCompletionNewParams{
				Model: "m", Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage("how much?")},
			})
			var whole openai.ChatCompletionAccumulator
			for stream.Next() {
				if !whole.AddChunk(stream.Current()) {
					return "", "", errors.New("not accumulated")
				}
			}
			return whole.Choices[0].Message.Content, whole.Choices[0].FinishReason, stream.Err()
		})
		show("anthropic-sdk-go", func() (string, string, error) {
			c := anthropic.NewClient(anthropicoption.WithBaseURL(s.URL), anthropicoption.WithAPIKey("key"))
			stream := c.Messages.NewStreaming(context.Background(), anthropic.MessageNewParams{
				Model: "m", MaxTokens: 10, Messages: []anthropic.MessageParam{anthropic.NewUserMessage(anthropic.NewTextBlock("how much?"))},
			})
			var whole anthropic.Message
			for stream.Next() {
				if err := whole.Accumulate(stream.Current()); err != nil {
					return "", "", err
				}
			}
			return whole.Content[0].Text, string(whole.StopReason), stream.Err()
		})
		show("sashabaranov/go-openai", func() (string, string, error) {
			config := gopenai.DefaultConfig("key")
			config.BaseURL = s.URL
			stream, err := gopenai.NewClientWithConfig(config).CreateChatCompletionStream(context.Background(), gopenai.ChatCompletionRequest{
				Model: "m", Messages: []gopenai.ChatCompletionMessage{{Role: "user", Content: "how much?"}},
			})
			check(err)
			text, reason := "", ""
			for {
				r, err := stream.Recv()
				if err != nil {
					return text, reason, err
				}
				text += r.Choices[0].Delta.Content
				reason += string(r.Choices[0].FinishReason)
			}
		})
		s.Close()
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
GO
timeout 180 go get github.com/openai/openai-go/v3@v3.99.0 github.com/anthropics/anthropic-sdk-go/v2@v2.15.0 github.com/sashabaranov/go-openai@v1.43.0 \
	2>install.log || { cat install.log >&2; exit 2; }
timeout 300 go build -o finding . || exit 2
cat > seen <<'SEEN'
whole, openai-go: "pay 1000 EUR", reason to stop "stop", error: <nil>; 1 requests
whole, anthropic-sdk-go: "pay 1000 EUR", reason to stop "end_turn", error: <nil>; 1 requests
whole, sashabaranov/go-openai: "pay 1000 EUR", reason to stop "stop", error: EOF; 1 requests
ended in good order, openai-go: "pay 100", reason to stop "", error: <nil>; 1 requests
ended in good order, anthropic-sdk-go: "pay 100", reason to stop "", error: <nil>; 1 requests
ended in good order, sashabaranov/go-openai: "pay 100", reason to stop "", error: EOF; 1 requests
closed, without a length, openai-go: "pay 100", reason to stop "", error: <nil>; 1 requests
closed, without a length, anthropic-sdk-go: "pay 100", reason to stop "", error: <nil>; 1 requests
closed, without a length, sashabaranov/go-openai: "pay 100", reason to stop "", error: EOF; 1 requests
broken off between chunks, openai-go: "pay 100", reason to stop "", error: unexpected EOF; 1 requests
broken off between chunks, anthropic-sdk-go: "pay 100", reason to stop "", error: unexpected EOF; 1 requests
broken off between chunks, sashabaranov/go-openai: "pay 100", reason to stop "", error: unexpected EOF; 1 requests
SEEN
timeout 60 ./finding | tee out
diff seen out

#!/usr/bin/env bash
# openai-go v3.99.0 and anthropic-sdk-go v2.15.0, with option.WithRequestTimeout(3 s) and otherwise
# the defaults, which are two retries.
#
# Behavior: in openai-go the timeout of an attempt also limits the pause after it. A 429 that asks
# for 5 s is never retried: when the 3 s of its attempt are over, the call ends with
# context.DeadlineExceeded, and the error has neither the status nor Retry-After. An attempt that
# takes too long also ends the call. anthropic-sdk-go, whose comment on the option begins with the
# same words, waits for 5 s, and retries in both cases.
#
# The guess it contradicts: that the "timeout for each request attempt", as the comment has it, is
# followed by the next attempt and limits no pause, so that it may be some seconds for a caller that
# wants fast attempts and the default retries.
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
	"time"

	"github.com/anthropics/anthropic-sdk-go/v2"
	anthropicoption "github.com/anthropics/anthropic-sdk-go/v2/option"
	"github.com/openai/openai-go/v3"
	openaioption "github.com/openai/openai-go/v3/option"
)

const perAttempt = 3 * time.Second

func openAI(url string) error {
	c := openai.NewClient(openaioption.WithBaseURL(url), openaioption.WithAPIKey("key"), openaioption.WithRequestTimeout(perAttempt))
	_, err := c.Models.Get(context.Background(), "model")
	return err
}

func anthropicAI(url string) error {
	c := anthropic.NewClient(anthropicoption.WithBaseURL(url), anthropicoption.WithAPIKey("key"), anthropicoption.WithRequestTimeout(perAttempt))
	_, err := c.Models.Get(context.Background(), "model", anthropic.ModelGetParams{})
	return err
}

func throttled(after string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", after)
		w.WriteHeader(http.StatusTooManyRequests)
		io.WriteString(w, "{}")
	}
}

func slow(_ http.ResponseWriter, req *http.Request) {
	select {
	case <-req.Context().Done():
	case <-time.After(20 * time.Second):
	}
}

func main() {
	for _, sdk := range []struct {
		name string
		call func(url string) error
	}{{"openai-go", openAI}, {"anthropic-sdk-go", anthropicAI}} {
		for _, fault := range []struct {
			name  string
			first http.HandlerFunc
		}{{"Retry-After: 1", throttled("1")}, {"Retry-After: 5", throttled("5")}, {"no response in time", slow}} {
			requests := 0
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				if requests++; requests == 1 {
					fault.first(w, req)
					return
				}
				io.WriteString(w, "{}")
			}))
			err := sdk.call(s.URL)
			outcome := "no error"
			var fromOpenAI *openai.Error
			var fromAnthropic *anthropic.Error
			switch {
			case errors.As(err, &fromOpenAI), errors.As(err, &fromAnthropic):
				outcome = "the error of the server"
			case errors.Is(err, context.DeadlineExceeded):
				outcome = "deadline exceeded"
			case err != nil:
				outcome = err.Error()
			}
			fmt.Printf("%s, first %s: %d requests, %s\n", sdk.name, fault.name, requests, outcome)
			s.Close()
		}
	}
}
GO
timeout 180 go get github.com/openai/openai-go/v3@v3.99.0 github.com/anthropics/anthropic-sdk-go/v2@v2.15.0 2>install.log || { cat install.log >&2; exit 2; }
timeout 300 go build -o finding . || exit 2
cat > seen <<'SEEN'
openai-go, first Retry-After: 1: 2 requests, no error
openai-go, first Retry-After: 5: 1 requests, deadline exceeded
openai-go, first no response in time: 1 requests, deadline exceeded
anthropic-sdk-go, first Retry-After: 1: 2 requests, no error
anthropic-sdk-go, first Retry-After: 5: 2 requests, no error
anthropic-sdk-go, first no response in time: 2 requests, no error
SEEN
timeout 60 ./finding | tee out
diff seen out

package gracy_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/auth"
	"github.com/gracy-go/gracy/timeout"
)

// The attempt that times out while it waits for a token takes its own connection with it,
// and not that of the fetch, which the next attempt waits for. Its error speaks of no connection and of no response: nothing was sent.
func TestAnAttemptThatTimesOutLeavesTheFetchOfATokenAlone(t *testing.T) {
	var fetches atomic.Int64
	issue := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/token" {
			fetches.Add(1)
			<-issue
			return
		}
		if r.Header.Get("Authorization") != "Bearer secret" {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	defer server.Close()
	source := auth.SourceFunc(func(ctx context.Context) (auth.Token, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL+"/token", nil)
		if err != nil {
			return auth.Token{}, err
		}
		resp, err := server.Client().Do(req)
		if err != nil {
			return auth.Token{}, err
		}
		return auth.Token{Value: "secret"}, resp.Body.Close()
	})
	limit := timeout.PerAttempt(100 * time.Millisecond)
	bearer := auth.Bearer(source, server.URL)
	client := &http.Client{Transport: gracy.Around(server.Client().Transport, limit, bearer)}
	resp, err := client.Get(server.URL)
	if err == nil {
		resp.Body.Close()
	}
	if !errors.Is(err, timeout.ErrAttempt) || !strings.Contains(err.Error(), "timeout: the request was not sent within 100ms") {
		t.Errorf("before there is a token: %v", err)
	}
	close(issue)
	patient := &http.Client{Transport: gracy.Around(server.Client().Transport, bearer)}
	if resp, err = patient.Get(server.URL); err != nil {
		t.Fatalf("the fetch was broken off: %v", err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK || fetches.Load() != 1 {
		t.Errorf("%s after %d fetches", resp.Status, fetches.Load())
	}
}

package e2e

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// stripeMock returns the URL of a stripe-mock: GRACY_STRIPE_MOCK, or that of a process
// that ends with the test.
func stripeMock(t *testing.T) string {
	t.Helper()
	if u := os.Getenv("GRACY_STRIPE_MOCK"); u != "" {
		return strings.TrimSuffix(u, "/")
	}
	if testing.Short() {
		t.Skip("stripe-mock takes a second of CPU to start")
	}
	ctx := t.Context() // it ends just before the cleanups
	if d, ok := t.Deadline(); ok {
		// A test that exceeds its deadline runs no cleanups.
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, d.Add(-5*time.Second))
		t.Cleanup(cancel)
	}
	var stderr strings.Builder
	build := exec.CommandContext(ctx, "go", "tool", "-n", "stripe-mock")
	build.Stderr = &stderr
	path, err := build.Output()
	if err != nil {
		t.Fatalf("building stripe-mock: %v\n%s", err, stderr.String())
	}
	// Without an HTTPS address it would also listen on every interface.
	mock := exec.CommandContext(ctx, strings.TrimSpace(string(path)), "-http-addr", "127.0.0.1:0", "-https-addr", "127.0.0.1:0")
	mock.Stderr = &stderr
	out, err := mock.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := mock.Start(); err != nil {
		t.Fatal(err)
	}
	read := make(chan struct{})
	t.Cleanup(func() {
		<-read
		_ = mock.Wait() // it was killed
	})
	found := make(chan string, 1)
	go func() {
		defer close(read)
		defer close(found)
		for s := bufio.NewScanner(out); s.Scan(); {
			if addr, ok := strings.CutPrefix(s.Text(), "Listening for HTTP at address: "); ok {
				found <- addr
				break
			}
		}
		_, _ = io.Copy(io.Discard, out) // it prints each request
	}()
	addr, ok := <-found
	if !ok {
		t.Fatalf("stripe-mock did not print its address\n%s", stderr.String())
	}
	return "http://" + addr
}

func TestStripeMockRespondsWithoutTheStack(t *testing.T) {
	base := new(http.Transport)
	t.Cleanup(base.CloseIdleConnections)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, stripeMock(t)+"/v1/customers", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer sk_test_e2e")
	resp, err := base.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != 200 {
		t.Errorf("status %d, want 200: without it the tests of stripe-go prove nothing", resp.StatusCode)
	}
}

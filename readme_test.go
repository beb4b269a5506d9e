package gracy_test

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/throttle"
	"github.com/gracy-go/gracy/transport"
)

// blocks returns the fenced blocks of a language in README.md.
func blocks(t *testing.T, language string) []string {
	t.Helper()
	b, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, part := range strings.Split(string(b), "```"+language+"\n")[1:] {
		block, _, ok := strings.Cut(part, "```")
		if !ok {
			t.Fatalf("README.md: a %s block does not end", language)
		}
		out = append(out, block)
	}
	return out
}

// squeeze drops what gofmt decides.
func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

// Every Go block of the README is code of an Example, which runs offline.
func TestReadmeIsCodeThatRuns(t *testing.T) {
	b, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	code := squeeze(string(b))
	bs := blocks(t, "go")
	if len(bs) == 0 {
		t.Fatal("README.md has no Go block")
	}
	for _, block := range bs {
		for part := range strings.SplitSeq(block, "\n\n") {
			if !strings.Contains(code, squeeze(part)) {
				t.Errorf("not in example_test.go:\n%s", part)
			}
		}
	}
}

// The explained call of the README, on a virtual clock.
func TestReadmeExplainsACall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sends := 0
		api := roundTripper(func(req *http.Request) (*http.Response, error) {
			time.Sleep(12 * time.Millisecond)
			sends++
			switch sends {
			case 1:
				return server(503, "busy").RoundTrip(req)
			case 2:
				resp, err := server(429, "slow down").RoundTrip(req)
				resp.Header.Set("Retry-After", "1")
				return resp, err
			}
			return server(200, `{"id":25,"name":"pikachu"}`).RoundTrip(req)
		})
		half := func() float64 { return 0.5 }
		client := &http.Client{Transport: gracy.Around(api, retry.New(retry.Policy{Rand: half}), throttle.New(throttle.Rule{Limit: 10}))}
		req, _ := http.NewRequestWithContext(transport.WithRoute(t.Context(), "/pokemon/{name}"), http.MethodGet, "http://api.test/pokemon/pikachu", nil)
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		want := strings.TrimSpace(blocks(t, "text")[0])
		if got := transport.CallOf(resp).String(); got != want {
			t.Errorf("got\n%s\nREADME.md says\n%s", got, want)
		}
	})
}

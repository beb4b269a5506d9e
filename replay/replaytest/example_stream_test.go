package replaytest_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay/replaytest"
)

// testChat is a test of code that reads a stream of events as they come. In a test file it is named
// TestChat. Its tape is testdata/TestChat.json, which has the events as lines.
func testChat(t *testing.T) { //nolint:thelper // the body of a test
	client := replaytest.Client(t)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://api.example.com/v1/chat",
		strings.NewReader(`{"stream": true, "prompt": "Say hello"}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", "text/event-stream")
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer a-real-token-while-it-is-recorded") // masked on the tape
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var said strings.Builder
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok || data == "[DONE]" {
			continue
		}
		var delta struct{ Text string }
		if err := json.Unmarshal([]byte(data), &delta); err != nil {
			t.Fatal(err)
		}
		said.WriteString(delta.Text)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	if said.String() != "Hello, world!" {
		t.Errorf("said %q", said.String())
	}
}

// A stream of events is replayed in the pieces in which it came, without delay. With Options.Speed
// of [replaytest.Open] the pieces also take their time. The test is testChat, and its tape is
// testdata/TestChat.json.
func ExampleClient_stream() {
	_ = testChat // func TestChat(t *testing.T)
	// Output:
}

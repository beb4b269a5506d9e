package text

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

// The file that docs/replay.md shows is what is really written.
func TestTheSampleOfTheDocs(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "replay.md"))
	tapetest.Must(t, err)
	_, rest, _ := strings.Cut(string(page), "```json\n")
	sample, _, _ := strings.Cut(rest, "```")
	poll := recorded(morning(), 1, "https://api.example.com/v1/pokemon/25", `{"id":25,"name":"pikachu","base_price":1.50}`)
	poll.FirstByte, poll.Total = 84123*time.Microsecond, 85*time.Millisecond
	chat := recorded(morning(), 2, "https://api.example.com/v1/chat", "event: delta\ndata: {\"text\":\"Hel\"}\n\nevent: delta\ndata: {\"text\":\"lo\"}\n\n")
	chat.Request.Method, chat.Request.Body = "POST", []byte(`{"stream":true,"prompt":"Say hello"}`)
	chat.Request.Header = http.Header{"Authorization": {"REDACTED"}, "Content-Type": {"application/json"}}
	chat.Identity = []byte("0123456789ab")
	chat.Response.Header = http.Header{"Content-Type": {"text/event-stream"}}
	chat.Response.ContentLength, chat.Response.TransferEncoding = -1, []string{"chunked"}
	chat.FirstByte, chat.Total = 312*time.Millisecond, 2900*time.Millisecond
	old := recorded(morning().AddDate(0, 0, -3), 3, "https://api.example.com/logo.png", "\x89PNG\r\n\x1a\n")
	old.Response.Header = http.Header{"Content-Length": {"8"}, "Content-Type": {"image/png"}}
	for _, x := range []*store.Exchange{poll, chat, old} {
		delete(x.Response.Header, "X-Request-Id")
	}
	want := string(encode("c1a5f00dc1a5f00dc1a5f00dc1a5f00d", "2026-11-28", []*store.Exchange{poll, chat, old}))
	if sample != want {
		t.Errorf("docs/replay.md shows\n%s\nwant\n%s", sample, want)
	}
}

package harness

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
)

// OpenAI returns the service of two SDKs.
func OpenAI() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/files/{id}", func(w http.ResponseWriter, r *http.Request) {
		JSON(w, map[string]any{"id": r.PathValue("id"), "object": "file", "filename": "a.jsonl"})
	})
	mux.HandleFunc("GET /v1/files", func(w http.ResponseWriter, r *http.Request) {
		after := r.URL.Query().Get("after")
		JSON(w, map[string]any{
			"object": "list", "has_more": after == "",
			"data": []any{map[string]any{"id": "file-x" + after, "object": "file"}},
		})
	})
	mux.HandleFunc("POST /v1/files", func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseMultipartForm(32 << 20); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		JSON(w, map[string]any{"id": "file-new", "object": "file"})
	})
	mux.HandleFunc("POST /v1/chat/completions", func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(Body(r), `"stream":true`) {
			JSON(w, map[string]any{
				"id": "chat-1", "object": "chat.completion",
				"choices": []any{map[string]any{"index": 0, "finish_reason": "stop", "message": map[string]any{"role": "assistant", "content": "hello"}}},
			})
			return
		}
		event := func(text string) string {
			return `data: {"id":"chat-1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"` + text + `"}}]}`
		}
		Events(w, r, event("one "), event("two"), "data: [DONE]")
	})
	return mux
}

// Token returns an id for a name, as services make them.
func Token(name string) string {
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:12])
}

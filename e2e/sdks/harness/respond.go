package harness

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// JSON responds with a value.
func JSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		panic(http.ErrAbortHandler)
	}
}

// Text responds with a body of a type.
func Text(w http.ResponseWriter, typ, body string) {
	w.Header().Set("Content-Type", typ)
	_, _ = io.WriteString(w, body)
}

// Events responds with server-sent events. The second one follows when the client has seen the
// first, and the others follow at once.
func Events(w http.ResponseWriter, r *http.Request, events ...string) {
	w.Header().Set("Content-Type", "text/event-stream")
	for i, e := range events {
		_, _ = fmt.Fprintf(w, "%s\n\n", e)
		if i == 0 {
			AwaitFirst(w, r)
		}
	}
}

// Body returns the body of a request.
func Body(r *http.Request) string {
	b, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	return string(b)
}

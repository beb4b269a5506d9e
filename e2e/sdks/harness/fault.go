package harness

import (
	"fmt"
	"io"
	"net/http"
)

// A Fault is what happens to a request. The zero Fault is no fault.
type Fault struct {
	// Name is its name in tests and tables.
	Name string
	// Status is the status of the response; 0 resets the connection.
	Status int
	// RetryAfter is the value of the header.
	RetryAfter string
	// Half responds when half of the request body has been read.
	Half bool
}

// The faults. Over the stack a request that failed is sent again immediately, unless the server
// asks for a wait.
var (
	Unavailable = Fault{Name: "503", Status: http.StatusServiceUnavailable}
	Later       = Fault{Name: "503 with Retry-After", Status: http.StatusServiceUnavailable, RetryAfter: "1"}
	Broken      = Fault{Name: "500", Status: http.StatusInternalServerError}
	Reset       = Fault{Name: "reset"}
	Throttled   = Fault{Name: "429 with Retry-After", Status: http.StatusTooManyRequests, RetryAfter: "1"}
	HalfRead    = Fault{Name: "429 on half of the body", Status: http.StatusTooManyRequests, RetryAfter: "1", Half: true}
)

// respond does what the fault says. The request body has been read unless Half is set.
func (f Fault) respond(w http.ResponseWriter, r *http.Request, sorry func(int) (typ, body string)) {
	if f.Status == 0 {
		reset(w)
		return
	}
	if sorry == nil {
		sorry = sorryJSON
	}
	typ, body := sorry(f.Status)
	w.Header().Set("Content-Type", typ)
	if f.RetryAfter != "" {
		w.Header().Set("Retry-After", f.RetryAfter)
	}
	w.WriteHeader(f.Status)
	_, _ = io.WriteString(w, body)
	if f.Half {
		// The rest is read after the response has been sent, so that no reset of the connection can
		// overtake it.
		_ = http.NewResponseController(w).Flush()
		_, _ = io.Copy(io.Discard, r.Body)
	}
}

// sorryJSON returns an error as most services send it.
func sorryJSON(status int) (typ, body string) {
	return "application/json", fmt.Sprintf(`{"error":{"message":"the service says %d"},"message":"the service says %[1]d"}`, status)
}

// reset breaks the connection before the first byte of a response.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(interface{ SetLinger(int) error }); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

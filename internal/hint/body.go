package hint

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// BodyKey is the key in the context of a response's request for the wait that its body asks for, a
// time.Duration. [FromResponse] does not read bodies itself.
type BodyKey struct{}

// fromBody returns the hint of the body of a response, if it has been read.
func fromBody(resp *http.Response) (Hint, bool) {
	if resp.Request == nil {
		return Hint{}, false
	}
	wait, _ := resp.Request.Context().Value(BodyKey{}).(time.Duration)
	if wait == 0 {
		return Hint{}, false
	}
	return Hint{Wait: wait, Sure: resp.StatusCode == http.StatusTooManyRequests}, true
}

// InBody returns the longest wait that a JSON body asks for. It knows the forms that services
// document which may send no header beside the body:
//
//   - retryDelay of a google.rpc.RetryInfo in details, a Duration as protobuf writes it in JSON
//     ("34.07s");
//   - retry_after, in seconds (the Bot API of Telegram, in parameters; Discord), up to a day;
//   - retry_after_ms (Matrix), retryAfterSeconds (Kubernetes, in details), retry_after_seconds.
//
// It looks for them in the body, in its error, errors, parameters and details, and in lists of
// these.
func InBody(body []byte) (wait time.Duration, ok bool) {
	if body = bytes.TrimSpace(body); len(body) == 0 || body[0] != '{' && body[0] != '[' || !bytes.Contains(body, []byte("retry")) {
		return 0, false // all of the names contain it, and most bodies do not
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return 0, false
	}
	wait = waitIn(v, 0)
	return wait, wait > 0
}

// deepest is how many objects and lists may be around a wait in a body.
const deepest = 8

func waitIn(v any, depth int) (longest time.Duration) {
	switch v := v.(type) {
	case []any:
		for _, each := range v {
			if depth < deepest {
				longest = max(longest, waitIn(each, depth+1))
			}
		}
	case map[string]any:
		for name, value := range v {
			longest = max(longest, member(v, name, value, depth))
		}
	}
	return longest
}

// member returns the wait that a member of an object says, or the longest within the member.
func member(of map[string]any, name string, value any, depth int) (wait time.Duration) {
	switch name {
	case "error", "errors", "parameters", "details":
		if depth < deepest {
			return waitIn(value, depth+1)
		}
	case "retryDelay":
		kind, _ := of["@type"].(string)
		text, _ := value.(string)
		seconds, ok := strings.CutSuffix(text, "s")
		if ok && strings.HasSuffix(kind, "google.rpc.RetryInfo") {
			wait, _ = number(seconds, time.Second)
		}
	case "retry_after":
		if wait = numeric(value, time.Second); wait > 24*time.Hour {
			return 0 // it is not a number of seconds, but perhaps an instant
		}
	case "retryAfterSeconds", "retry_after_seconds":
		return numeric(value, time.Second)
	case "retry_after_ms":
		return numeric(value, time.Millisecond)
	}
	return wait
}

// numeric returns a number of units, or 0 if value is not a number.
func numeric(value any, unit time.Duration) time.Duration {
	n, _ := value.(json.Number)
	d, _ := number(n.String(), unit)
	return d
}

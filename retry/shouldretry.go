package retry

import (
	"net/http"
	"strings"
)

// shouldRetry reads the headers in which OpenAI, Anthropic and Stripe say whether another attempt
// could help.
func shouldRetry(h http.Header) (again, said bool) {
	for _, name := range []string{"X-Should-Retry", "Stripe-Should-Retry"} {
		values := h[name] // the names are canonical, so Get is not needed
		if len(values) == 0 {
			continue
		}
		switch strings.ToLower(strings.TrimSpace(values[0])) {
		case "true":
			return true, true
		case "false":
			return false, true
		}
	}
	return false, false
}

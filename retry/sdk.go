package retry

import (
	"net/http"
	"strings"
)

// resentBySDK returns the header in which an SDK around the client says that it
// sends the request again itself, "" if there is none: retries of two layers would
// multiply.
func resentBySDK(h http.Header) string {
	if v := h.Get("X-Stainless-Retry-Count"); v != "" && v != "0" {
		return "X-Stainless-Retry-Count"
	}
	if v := h.Get("Amz-Sdk-Request"); strings.HasPrefix(v, "attempt=") && !strings.HasPrefix(v+";", "attempt=1;") {
		return "Amz-Sdk-Request"
	}
	return ""
}

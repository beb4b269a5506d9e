package metrics

import (
	"cmp"
	"net/http"

	"github.com/gracy-go/gracy/internal/brief"
	"github.com/gracy-go/gracy/internal/safetext"
)

const (
	otherMethod = "_OTHER"
	otherRoute  = "other"
	longest     = 200 // the bound of a label, in bytes
)

// method returns the label of a request method: one of the nine that RFC 9110 and RFC 5789 define, or
// "_OTHER", since a method may come from untrusted input and each label value costs memory.
func method(m string) string {
	switch m {
	case "":
		return http.MethodGet
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch,
		http.MethodDelete, http.MethodConnect, http.MethodOptions, http.MethodTrace:
		return m
	}
	return otherMethod
}

// label makes s fit for a label. The result is valid UTF-8, because one bad value makes a whole
// scrape fail. It has no characters that could move a cursor, hide text or reorder it, and is of
// bounded length.
func label(s string) string {
	return brief.Text(safetext.Replace(s), longest)
}

// versionLabel returns the label of a version, "unknown" if there is none.
func versionLabel(v string) string { return cmp.Or(label(v), "unknown") }

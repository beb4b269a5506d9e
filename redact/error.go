package redact

import (
	"net/url"
	"strconv"
	"strings"
)

// maxChain bounds the number of causes that are read of an error.
const maxChain = 100

// Error returns the text of err made safe to print. The URL of each url.Error in its tree is
// masked, and the rest is masked as by [Redactor.Text]. net/http masks the password of such a URL
// but not its query. A nil err gives "".
func (r *Redactor) Error(err error) string {
	if err == nil {
		return ""
	}
	s := err.Error()
	queue := []error{err}
	for n := 0; n < len(queue) && n < maxChain; n++ {
		if e, ok := queue[n].(*url.Error); ok && e != nil && e.URL != "" { //nolint:errorlint // the loop unwraps
			safe := r.Location(e.URL)
			s = strings.ReplaceAll(s, strconv.Quote(e.URL), `"`+safe+`"`)
			s = strings.ReplaceAll(s, e.URL, safe)
		}
		switch e := queue[n].(type) { //nolint:errorlint // the loop unwraps
		case interface{ Unwrap() error }:
			if cause := e.Unwrap(); cause != nil {
				queue = append(queue, cause)
			}
		case interface{ Unwrap() []error }:
			for _, cause := range e.Unwrap() {
				if cause != nil {
					queue = append(queue, cause)
				}
			}
		}
	}
	return r.Text(s)
}

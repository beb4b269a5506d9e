package replay

import (
	"strings"

	"github.com/gracy-go/gracy/internal/visits"
)

// cookies returns the cookies of a header that say as whom a request is made: all
// of them but those that are known to count visits, to balance load, to keep out
// robots, to guard forms, or to hold a consent. A session cannot be recognized by
// its name, so that what is not known counts.
func cookies(header string) (list []pair) {
	for part := range strings.SplitSeq(header, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		if name == "" || masks(value) || masks(name) || visits.Cookie(name) {
			continue
		}
		list = append(list, pair{name, value})
	}
	return list
}

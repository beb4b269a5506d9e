package replay

import (
	"strings"

	"github.com/gracy-go/gracy/internal/canonical"
	"github.com/gracy-go/gracy/internal/visits"
)

// cookies returns the cookies of a header that identify who makes a request. It leaves out those
// known to count visits, balance load, keep out robots, guard forms, or hold a consent. A session
// cannot be recognized by its name, so unknown cookies count.
func cookies(header string) (list []canonical.Pair) {
	for part := range strings.SplitSeq(header, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		if name == "" || masks(value) || masks(name) || visits.Cookie(name) {
			continue
		}
		list = append(list, canonical.Pair{Name: name, Value: value})
	}
	return list
}

package replay

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/gracy-go/gracy/internal/match"
	"github.com/gracy-go/gracy/layer"
)

// keepers compiles KeepSecrets; it panics on what is no host and no pattern.
func (o Options) keepers() []*match.Matcher {
	list := make([]*match.Matcher, 0, len(o.KeepSecrets))
	for _, s := range o.KeepSecrets {
		f := match.Fields{Host: s}
		if strings.Contains(s, "/") {
			f = match.Fields{Route: s}
		}
		m, err := match.Compile(f)
		if err == nil && m.All() {
			err = fmt.Errorf("%q is no host", s)
		}
		if err != nil {
			panic(fmt.Sprintf("replay: Options.KeepSecrets: %v", err))
		}
		list = append(list, m)
	}
	return list
}

// keeps reports whether the secrets in the body of a response are kept.
func (t *Tape) keeps(c *layer.Call, req *http.Request) bool {
	for _, m := range t.keepers {
		if m.Match(c, req) {
			return true
		}
	}
	return false
}

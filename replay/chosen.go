package replay

import (
	"fmt"
	"net/http"

	"github.com/gracy-go/gracy/internal/match"
	"github.com/gracy-go/gracy/layer"
)

// chosen are the requests that an option names, by hosts and patterns.
type chosen match.List

// chosenBy compiles an option; it panics on what is no host and no pattern.
func chosenBy(option string, names []string) chosen {
	list, err := match.Named(names)
	if err != nil {
		panic(fmt.Sprintf("replay: Options.%s: %v", option, err))
	}
	return chosen(list)
}

// has reports whether a request is one of them.
func (l chosen) has(c *layer.Call, req *http.Request) bool { return match.List(l).Match(c, req) }

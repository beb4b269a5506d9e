package replay

import (
	"fmt"

	"github.com/gracy-go/gracy/internal/match"
)

// chosenBy returns the list of hosts and patterns of an option. It panics on what is neither.
func chosenBy(option string, names []string) match.List {
	list, err := match.Named(names)
	if err != nil {
		panic(fmt.Sprintf("replay: Options.%s: %v", option, err))
	}
	return list
}

package harness

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// objects is the number of objects in a small bucket.
const objects = 300

// Series checks that the requests for the objects of an SDK have only a handful of routes, without
// the name of an object in them.
func Series(t *testing.T, sdks []*SDK) {
	t.Helper()
	all(t, sdks, func(t *testing.T, sdk *SDK) {
		t.Helper()
		r := start(t, sdk, config{})
		if r.Object == nil {
			return
		}
		names := humanNames(objects)
		for _, name := range names {
			if err := r.Object(t.Context(), name); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		routes, shown := map[string]bool{}, map[string]bool{}
		for _, row := range r.stats.Snapshot().Rows {
			routes[row.Route] = true
			for _, name := range names {
				if strings.Contains(row.Route, name) {
					shown[name] = true
				}
			}
		}
		figure := max(len(routes), len(shown))
		if figure > 5 {
			n := 0
			for route := range routes {
				if n++; n > 4 {
					break
				}
				t.Logf("a route: %s", route)
			}
		}
		note(sdk, "routes", strconv.Itoa(len(routes)))
		check(t, "series", sdk, "routes", figure, len(routes) <= 5 && len(shown) == 0, "at most 5, without a name")
	})
}

// humanNames returns names like those that people give to files, hosts and indexes.
func humanNames(n int) []string {
	subjects := []string{"orders", "invoices", "customers", "photos", "backups", "reports", "web", "worker", "search", "logs", "billing", "mail", "users", "events", "assets", "cache", "queue", "index", "archive", "metrics"}
	uses := []string{"import", "export", "prod", "staging", "old", "daily", "weekly", "main", "copy", "final", "draft", "public", "internal", "europe", "north"}
	var names []string
	for i := range n {
		names = append(names, fmt.Sprintf("%s-%s", subjects[i%len(subjects)], uses[i/len(subjects)%len(uses)]))
	}
	return names
}

package routes_test

import "slices"

// humanNames returns 300 names as people give them to files, indices, secrets,
// branches and hosts. None is a part of a pattern.
func humanNames() []string {
	first := []string{"orders", "team", "billing", "holiday", "weekly", "customer", "backup", "quarterly", "pelican", "marketing", "zürich", "oslo"}
	second := []string{"import", "alpha", "archive", "photo", "summary", "ledger", "draft", "snapshot", "blueprint", "notes"}
	third := []string{".jpg", "-2024", "", "_v2", "-final.csv"}
	var all []string
	for i := range 300 {
		name := first[i%len(first)] + "-" + second[i/len(first)%len(second)] + third[i%len(third)]
		for slices.Contains(all, name) {
			name = "my-" + name
		}
		all = append(all, name)
	}
	return all
}

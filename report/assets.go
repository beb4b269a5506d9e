package report

import "embed"

// assets is the page. uPlot 1.6.32 is the released file, unchanged, with its MIT license beside it.
// A test compares its checksum.
//
//go:embed assets
var assets embed.FS

// asset returns a file of the page.
func asset(name string) string {
	b, _ := assets.ReadFile("assets/" + name) // a test asserts that each is there
	return string(b)
}

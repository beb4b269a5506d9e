package logging

import (
	"testing"

	"github.com/gracy-go/gracy/internal/growth"
)

// A function of the user's may put what a server sends into a template.
func TestATemplateTakesTimeInProportionToItsLength(t *testing.T) {
	value := func(string) string { return "x" }
	growth.Hostile(t, map[string]func(string){
		"template": func(s string) {
			t, _ := compile(s, []string{"URL", "a"})
			t.fill(value)
		},
		"braces": func(s string) { _, _ = compile("{"+s+"}", []string{"URL", "a"}) },
	})
}

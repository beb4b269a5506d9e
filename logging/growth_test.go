package logging

import (
	"testing"

	"github.com/gracy-go/gracy/internal/growth"
)

// A user's function may put what a server sends into a template.
func TestATemplateTakesTimeInProportionToItsLength(t *testing.T) {
	names := []string{"STATUS", "a"}
	growth.Hostile(t, map[string]func(string){
		"template": func(s string) {
			t, _ := compile(s, names)
			t.fill(nil, new(facts))
		},
		"braces": func(s string) { _, _ = compile("{"+s+"}", names) },
	})
}

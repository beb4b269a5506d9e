package route

import (
	"slices"
	"testing"
)

func TestLocate(t *testing.T) {
	for _, tt := range []struct {
		template, path string
		base           string
		args           []string
		ok             bool
	}{
		{"/pokemon/{name}", "/pokemon/pikachu", "", []string{"pikachu"}, true},
		{"/pokemon/{name}", "/api/v2/pokemon/pikachu", "/api/v2", []string{"pikachu"}, true},
		{"/pokemon/{name}", "/api/v2/pokemon/a%2Fb%20c", "/api/v2", []string{"a/b c"}, true},
		{"/pokemon/{name}", "/pokemon/pokemon/pikachu", "/pokemon", []string{"pikachu"}, true},
		{"/{a}/{b}", "/v1/x/y", "/v1", []string{"x", "y"}, true},
		{"/{a}", "/v1/", "", nil, false},
		{"/berry/{name}", "/pokemon/pikachu", "", nil, false},
		{"/a/b/c", "/b/c", "", nil, false},
		{"/files/{path...}", "/v1/files/a/b", "/v1", []string{"a/b"}, true},
		{"/files/{path...}", "/files/files/b", "", []string{"files/b"}, true},
		{"/files/{path...}", "/v1/files", "", nil, false},
		{"/files/", "/v1/files/a/b", "/v1", nil, true},
		{"/files/{$}", "/v1/files/", "/v1", nil, true},
		{"/files/{$}", "/v1/files/a", "", nil, false},
		{"/jobs/{id}:run", "/v1/jobs/7:run", "/v1", []string{"7"}, true},
		{"/{x}-{y}.json", "/1-2-3.json", "", []string{"1", "2-3"}, true},
		{"/{x}.json", "/.json", "", nil, false},
		{"other", "/pokemon", "", nil, false},
		{"*", "*", "", nil, false},
		{"/", "/", "", nil, true},
		{"/a", "", "", nil, false},
	} {
		l, ok := Locate(tt.template, tt.path)
		if ok != tt.ok || l.Base != tt.base || !slices.Equal(l.Args, tt.args) || len(l.Names) != len(l.Args) {
			t.Errorf("Locate(%q, %q) = %+v, %v, want base %q, args %q, %v", tt.template, tt.path, l, ok, tt.base, tt.args, tt.ok)
		}
	}
}

package doors

import (
	"slices"
	"testing"
)

// sound returns a small graph without a violation.
func sound() graph {
	g := graph{}
	g.add("net/http")
	g.add("github.com/hashicorp/go-retryablehttp", "github.com/hashicorp/go-cleanhttp")
	g.add("github.com/hashicorp/go-cleanhttp", "net/http")
	g.add("github.com/prometheus/client_golang/prometheus", "github.com/prometheus/common/model")
	g.add("github.com/prometheus/common/model")
	g.add("go.etcd.io/bbolt")
	g.add(absolute("redact"), "net/http")
	g.add(absolute("transport"), absolute("redact"), "net/http")
	g.add(module, absolute("transport"))
	g.add(absolute("internal/hint"), absolute("transport"))
	g.add(absolute("retry"), absolute("transport"), absolute("internal/hint"), "github.com/hashicorp/go-retryablehttp")
	g.add(absolute("throttle"), absolute("transport"))
	g.add(absolute("metrics"), absolute("transport"), "github.com/prometheus/client_golang/prometheus")
	g.add(absolute("replay"), absolute("transport"))
	g.add(absolute("replay/store/bolt"), "go.etcd.io/bbolt")
	g.add(absolute("report"), absolute("metrics"))
	g.add(absolute("cmd/demo"), absolute("retry"), absolute("metrics"), absolute("replay"))
	return g
}

// add adds imports to a package.
func (g graph) add(importPath string, imports ...string) {
	g[importPath] = node{
		ImportPath: importPath,
		Imports:    append(slices.Clone(g[importPath].Imports), imports...),
		Standard:   importPath == "net/http",
	}
}

// The control run of TestEachPackageImportsWhatItsRowAllows: the checker reports each kind of
// violation.
func TestTheCheckerReportsEachKindOfViolation(t *testing.T) {
	if faults := append(check(doors, sound()), checkLinks(sound(), light.uses, light.without)...); len(faults) > 0 {
		t.Fatalf("faults in a sound graph: %q", faults)
	}
	tests := []struct {
		name string
		harm func(graph)
		want []string
	}{
		{
			"a feature imports another",
			func(g graph) { g.add(absolute("throttle"), absolute("retry")) },
			[]string{"throttle: links retry, through " + absolute("throttle")},
		},
		{
			"a feature reaches another by way of internal",
			func(g graph) { g.add(absolute("internal/hint"), absolute("throttle")) },
			[]string{
				"internal/hint: links throttle, through " + absolute("internal/hint"),
				"retry: links throttle, through " + absolute("internal/hint"),
			},
		},
		{
			"the root imports a feature, and heavy modules with it",
			func(g graph) { g.add(module, absolute("metrics")) },
			[]string{
				".: links metrics, through " + module,
				"a chain of ., retry, throttle links github.com/prometheus/client_golang/prometheus, through " + absolute("metrics"),
				"a chain of ., retry, throttle links github.com/prometheus/common/model, through github.com/prometheus/client_golang/prometheus",
			},
		},
		{
			"transport imports a helper of the features",
			func(g graph) {
				g.add(absolute("internal/other"))
				g.add(absolute("transport"), absolute("internal/other"))
			},
			[]string{
				".: links internal/other, through " + absolute("transport"),
				"transport: links internal/other, through " + absolute("transport"),
			},
		},
		{
			"parse imports a layer",
			func(g graph) { g.add(absolute("parse"), absolute("retry")) },
			[]string{"parse: links retry, through " + absolute("parse")},
		},
		{
			"report imports more than metrics",
			func(g graph) { g.add(absolute("report"), absolute("replay")) },
			[]string{"report: links replay, through " + absolute("report")},
		},
		{
			"a package of another module that the row does not name",
			func(g graph) { g.add(absolute("throttle"), "go.etcd.io/bbolt") },
			[]string{
				"throttle: imports go.etcd.io/bbolt",
				"a chain of ., retry, throttle links go.etcd.io/bbolt, through " + absolute("throttle"),
			},
		},
		{
			"a package without a row",
			func(g graph) { g.add(absolute("cache"), absolute("transport")) },
			[]string{"cache: has no row in the table of doors"},
		},
		{
			"a folder below a feature has the row of the feature",
			func(g graph) { g.add(absolute("throttle/fleet"), absolute("metrics")) },
			[]string{"throttle/fleet: links metrics, through " + absolute("throttle/fleet")},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			g := sound()
			test.harm(g)
			got := append(check(doors, g), checkLinks(g, light.uses, light.without)...)
			if !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

func TestARowWithoutAPackageIsReported(t *testing.T) {
	rows := map[string]door{".": {}, "retry": {}, "cmd": {many: true}, "cach": {}, "internal": {ours: leaf}}
	g := graph{}
	for _, folder := range []string{".", "cmd/demo", "cache", "internal/hint"} {
		g.add(absolute(folder))
	}
	got := absent(rows, g)
	if want := []string{"cach: no such package", "retry: no such package"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

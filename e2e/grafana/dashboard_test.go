package grafana

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
)

// ours returns the dashboard of folder ops.
func ours(t *testing.T) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "ops", "grafana.json"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A board is a dashboard, as it is written and as Grafana's types decode it.
type board struct {
	raw     []byte
	decoded *dashboard.Dashboard //nolint:staticcheck // dashboardv2 is another format, which Grafana before 12 does not read
	panels  []panel
}

// A panel is a panel of the dashboard that is not a row, with its targets.
type panel struct {
	*dashboard.Panel

	targets []*prometheus.Dataquery
}

// problems returns what is wrong with a dashboard. If fields are missing, unknown or of the wrong
// type, it looks no further.
func problems(s *schema, raw []byte) []string {
	if found := s.strict(raw); len(found) > 0 {
		return found
	}
	b := &board{raw: raw, decoded: dashboard.NewDashboard()}
	if err := json.Unmarshal(raw, b.decoded); err != nil {
		return []string{err.Error()}
	}
	found := s.values(b.decoded)
	for _, p := range b.decoded.Panels {
		if p.Panel == nil {
			continue
		}
		one := panel{Panel: p.Panel}
		for _, target := range p.Panel.Targets {
			q, ok := target.(*prometheus.Dataquery)
			if !ok {
				return append(found, "a target is no query of Prometheus")
			}
			one.targets = append(one.targets, q)
		}
		b.panels = append(b.panels, one)
	}
	return slices.Concat(found, b.layout(), b.sources(), b.queries(), b.variables())
}

func TestGrafanaTakesTheDashboard(t *testing.T) {
	for _, problem := range problems(newSchema(t), ours(t)) {
		t.Error(problem)
	}
}

// The control: each kind of damage is found and named.
func TestADamagedDashboardIsNotTaken(t *testing.T) {
	s := newSchema(t)
	for _, damage := range []struct{ old, new, problem string }{
		{`"schemaVersion": 39,`, ``, "schemaVersion: required field is missing"},
		{`"schemaVersion": 39,`, `"schemaVersion": 39, "pannels": [],`, "unexpected field 'pannels'"},
		{`"graphTooltip": 1`, `"graphTooltip": 7`, "DashboardCursorSync"},
		{`"h": 8`, `"h": "8"`, "gridPos"},
		{`"showLegend": true`, `"showLegends": true`, "legend.showLegend: required field is missing"},
		{`"showLegend": true`, `"showLegend": true, "position": "left"`, "unexpected field 'position'"},
		{`"displayMode": "list"`, `"displayMode": "lists"`, "LegendDisplayMode"},
		{`"sort": "desc"`, `"sort": "down"`, "SortOrder"},
		{`"legendFormat"`, `"legend"`, "unexpected field 'legend'"},
		{`"overrides": []`, `"override": []`, "fieldConfig.overrides: required field is missing"},
		{`"unit": "reqps"`, `"unit": "requests/s"`, `no unit "requests/s"`},
		{`"unit": "reqps",`, ``, "no unit"},
		{`"type": "timeseries"`, `"type": "graph"`, `panels of type "graph"`},
		{`"type": "query"`, `"type": "querie"`, "VariableType"},
		{`"refresh": 2`, `"refresh": 3`, "VariableRefresh"},
		{`"id": 2,`, `"id": 3,`, "have the id 3"},
		{`"id": 2,`, ``, "has no id"},
		{`"x": 6`, `"x": 5`, "lies over"},
		{`"x": 18`, `"x": 19`, "wider than the grid"},
		{`"refId": "B"`, `"refId": "A"`, "two targets A"},
		{`[$__rate_interval]`, `[5m]`, "range is [5m]"},
		{`"legendFormat": "p50"`, `"legendFormat": ""`, "without a legend"},
		{`client=~\"$client\"`, `client=~\"$clients\"`, "no variable clients"},
		{`client=~\"$client\"`, `client=\"$client\"`, "several values"},
		{`"name": "job",`, `"name": "jobs",`, "nothing uses the variable jobs"},
		{`"uid": "${datasource}"`, `"uid": "prometheus"`, "data source"},
		{`"type": "datasource"`, `"type": "constant"`, "no variable of type datasource"},
		{`"options": {`, `"interval": "1s", "options": {`, "interval of its own"},
		{`"refId": "A"`, `"refId": "A", "interval": "1s"`, "interval of its own"},
	} {
		text := string(ours(t))
		damaged := strings.Replace(text, damage.old, damage.new, 1)
		if damaged == text {
			t.Errorf("%s: nothing to damage", damage.old)
			continue
		}
		found := problems(s, []byte(damaged))
		if !slices.ContainsFunc(found, func(s string) bool { return strings.Contains(s, damage.problem) }) {
			t.Errorf("%s for %s: found %q, want %q", damage.new, damage.old, found, damage.problem)
		}
	}
}

package prometheus

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/metrics"
)

// ops returns the text of a file of folder ops.
func ops(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "ops", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func promtool(t *testing.T, args ...string) (string, error) {
	t.Helper()
	command := exec.CommandContext(t.Context(), program(t, "promtool"), args...)
	command.Dir = filepath.Join("..", "..", "ops")
	out, err := command.CombinedOutput()
	return string(out), err
}

// Each alert fires in the bad one of three hours, and is silent in the others.
func TestEachAlertFiresInItsHour(t *testing.T) {
	t.Parallel()
	if out, err := promtool(t, "check", "rules", "alerts.yaml"); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	if out, err := promtool(t, "test", "rules", "alerts_test.yaml"); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// The control: with thresholds that are always exceeded, or never, each alert fails its test.
func TestAlertsThatAreWrongFailTheirTests(t *testing.T) {
	t.Parallel()
	path := program(t, "promtool")
	rules := ops(t, "alerts.yaml")
	for _, bad := range []string{"> -1", "> 1e9"} {
		dir := t.TempDir()
		wrong := regexp.MustCompile(`> [0-9.]+`).ReplaceAllString(rules, bad)
		for name, text := range map[string]string{"alerts.yaml": wrong, "alerts_test.yaml": ops(t, "alerts_test.yaml")} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		command := exec.CommandContext(t.Context(), path, "test", "rules", "alerts_test.yaml")
		command.Dir = dir
		out, err := command.CombinedOutput()
		if err == nil {
			t.Errorf("thresholds %q pass", bad)
		}
		for _, a := range alerts(t) {
			if !strings.Contains(string(out), "alertname: "+a+",") {
				t.Errorf("threshold %q of %s passes", bad, a)
			}
		}
	}
}

// alerts returns the names of the alerts.
func alerts(t *testing.T) (names []string) {
	t.Helper()
	for _, found := range regexp.MustCompile(`- alert: (\w+)`).FindAllStringSubmatch(ops(t, "alerts.yaml"), -1) {
		names = append(names, found[1])
	}
	if len(names) < 8 {
		t.Errorf("%d alerts", len(names))
	}
	return names
}

func TestEachAlertHasATestAndARunbook(t *testing.T) {
	tests, runbooks := ops(t, "alerts_test.yaml"), ops(t, "runbooks.md")
	for _, name := range alerts(t) {
		if n := strings.Count(tests, "- alertname: "+name+"\n"); n != 3 {
			t.Errorf("%s is looked at %d times in alerts_test.yaml, want before, in and after its hour", name, n)
		}
		if !strings.Contains(runbooks, "\n## "+name+"\n") || !strings.Contains(ops(t, "alerts.yaml"), "runbooks.md#"+strings.ToLower(name)+"\n") {
			t.Errorf("%s has no runbook, or does not point to it", name)
		}
	}
}

// A panel has what the tests read of a Grafana panel.
type panel struct {
	Title       string
	Description string
	Type        string
	Datasource  struct{ UID string }
	Targets     []struct{ Expr, LegendFormat string }
}

// A variable has what the tests read of a Grafana variable.
type variable struct{ Name, Type, Query string }

func dashboard(t *testing.T) (panels []panel, variables []variable) {
	t.Helper()
	var d struct {
		Panels     []panel
		Templating struct{ List []variable }
	}
	if err := json.Unmarshal([]byte(ops(t, "grafana.json")), &d); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, v := range d.Templating.List {
		names = append(names, v.Name+" "+v.Type)
	}
	if want := []string{"datasource datasource", "job query", "instance query", "client query"}; !slices.Equal(names, want) {
		t.Errorf("variables %q, want %q", names, want)
	}
	return d.Panels, d.Templating.List
}

// filled returns an expression in which the variables stand for all values.
func filled(expr string) string {
	return strings.NewReplacer("$job", "test", "$instance", ".*", "$client", ".*", "$__rate_interval", "1m").Replace(expr)
}

// legends returns the names of the lines that an expression shows. It also returns what is wrong
// with them: lines that a legend does not distinguish, and labels in a legend that the expression
// does not keep.
func (s *server) legends(expr, format string) (names, wrong []string) {
	label := regexp.MustCompile(`{{(\w+)}}`)
	var labels []string
	for _, m := range label.FindAllStringSubmatch(format, -1) {
		labels = append(labels, m[1])
	}
	got, err := s.value(`count by (`+strings.Join(labels, ", ")+`) (`+expr+`)`, labels...)
	if err != nil {
		return nil, []string{err.Error()}
	}
	for key, lines := range got {
		values := strings.SplitN(key, " ", max(len(labels), 1))
		if lines != 1 || len(labels) > 0 && slices.Contains(values, "") {
			wrong = append(wrong, fmt.Sprintf("the legend %q of %s: %v lines have the labels %q", format, expr, lines, key))
		}
		names = append(names, label.ReplaceAllStringFunc(format, func(string) (value string) {
			value, values = values[0], values[1:]
			return value
		}))
	}
	return names, wrong
}

// choices returns the values that a variable offers.
func (s *server) choices(v variable) map[string]float64 {
	s.t.Helper()
	m := regexp.MustCompile(`^label_values\((.+), (\w+)\)$`).FindStringSubmatch(v.Query)
	if m == nil {
		s.t.Fatalf("%s: the query is %s", v.Name, v.Query)
	}
	got, err := s.value(`group by (`+m[2]+`) (`+filled(m[1])+`)`, m[2])
	if err != nil {
		s.t.Errorf("%s: %v", v.Name, err)
	}
	delete(got, "")
	return got
}

// After traffic with faults each panel shows something, and each series that a file of ops names
// exists.
func TestEachPanelHasData(t *testing.T) {
	t.Parallel()
	program(t, "prometheus")
	stats := metrics.New("shop")
	w := newWorkload(t, newAPI(t), stats)
	s := start(t, serve(t, stats))
	for range 2 {
		w.run(120)
		s.await(`sum(gracy_requests_total)`, float64(w.calls))
	}
	rows, exprs := 0, 0
	panels, variables := dashboard(t)
	for _, v := range variables {
		if v.Type == "query" && len(s.choices(v)) == 0 {
			t.Errorf("%s has nothing to choose from: %s", v.Name, v.Query)
		}
	}
	for _, p := range panels {
		if p.Type == "row" {
			rows++
			continue
		}
		if p.Datasource.UID != "${datasource}" || len(p.Targets) == 0 || p.Description == "" {
			t.Errorf("%s: data source %q, %d targets, description %q", p.Title, p.Datasource.UID, len(p.Targets), p.Description)
		}
		var names []string
		for _, target := range p.Targets {
			exprs++
			// Two programs may give a client the same name.
			const chosen = `{job=~"$job",instance=~"$instance",client=~"$client"`
			if all, own := strings.Count(target.Expr, "{"), strings.Count(target.Expr, chosen); own == 0 || own != all {
				t.Errorf("%s: %d of %d series are of the job, instance and client that were chosen: %s", p.Title, own, all, target.Expr)
			}
			expr := filled(target.Expr)
			got, err := s.value(expr)
			if err != nil {
				t.Errorf("%s: %v", p.Title, err)
				continue
			}
			if len(got) == 0 {
				t.Errorf("%s shows nothing: %s is %v", p.Title, expr, got)
			}
			more, wrong := s.legends(expr, target.LegendFormat)
			if names = append(names, more...); len(wrong) > 0 {
				t.Errorf("%s: %q", p.Title, wrong)
			}
		}
		if slices.Sort(names); len(slices.Compact(slices.Clone(names))) != len(names) {
			t.Errorf("%s: two lines have one name: %q", p.Title, names)
		}
	}
	// The control: a legend with a label that is not kept, two legends that do not distinguish
	// lines, and a variable with a label that its series does not have.
	for _, format := range []string{"{{code}}", "calls", "{{method}}"} {
		if _, wrong := s.legends(`sum by (method, route) (gracy_requests_total)`, format); len(wrong) == 0 {
			t.Errorf("control run: the legend %q names each line", format)
		}
	}
	if got := s.choices(variable{Name: "route", Query: "label_values(gracy_in_flight, route)"}); len(got) > 0 {
		t.Errorf("control run: the routes in flight are %v", got)
	}
	names := map[string]bool{}
	for _, file := range []string{"alerts.yaml", "alerts_test.yaml", "grafana.json", "runbooks.md", "README.md"} {
		for _, name := range regexp.MustCompile(`\bgracy_\w+`).FindAllString(ops(t, file), -1) {
			names[name] = true
		}
	}
	for name := range names {
		if got, err := s.value(`count({__name__=~"` + name + `(_count)?"})`); err != nil || got[""] == 0 {
			t.Errorf("no series %s (%v)", name, err)
		}
	}
	t.Logf("%d rows, %d expressions, %d names of series", rows, exprs, len(names))
	if rows != 5 || exprs < 25 || len(names) < 20 {
		t.Error("some of the files were not read")
	}
}

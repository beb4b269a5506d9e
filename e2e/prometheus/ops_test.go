package prometheus

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/metrics"
)

// ops returns a file of the folder.
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

// Each alert fires once in the bad hour of three, and is silent in the others.
func TestEachAlertFiresInItsHour(t *testing.T) {
	t.Parallel()
	if out, err := promtool(t, "check", "rules", "alerts.yaml"); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	if out, err := promtool(t, "test", "rules", "alerts_test.yaml"); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// The control run: with thresholds that are always passed, or never, each alert fails its test.
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

// A panel is what the test knows of one of Grafana's.
type panel struct {
	Title       string
	Description string
	Type        string
	Datasource  struct{ UID string }
	Targets     []struct{ Expr string }
}

func dashboard(t *testing.T) (panels []panel) {
	t.Helper()
	var d struct {
		Panels     []panel
		Templating struct {
			List []struct{ Name, Type string }
		}
	}
	if err := json.Unmarshal([]byte(ops(t, "grafana.json")), &d); err != nil {
		t.Fatal(err)
	}
	var variables []string
	for _, v := range d.Templating.List {
		variables = append(variables, v.Name+" "+v.Type)
	}
	if want := []string{"datasource datasource", "job query", "instance query", "client query"}; !slices.Equal(variables, want) {
		t.Errorf("variables %q, want %q", variables, want)
	}
	return d.Panels
}

// After traffic with faults each panel shows something, and each series that a file of ops names is there.
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
	for _, p := range dashboard(t) {
		if p.Type == "row" {
			rows++
			continue
		}
		if p.Datasource.UID != "${datasource}" || len(p.Targets) == 0 || p.Description == "" {
			t.Errorf("%s: data source %q, %d targets, description %q", p.Title, p.Datasource.UID, len(p.Targets), p.Description)
		}
		for _, target := range p.Targets {
			exprs++
			// Two programs may give a client the same name.
			const chosen = `{job=~"$job",instance=~"$instance",client=~"$client"`
			if all, own := strings.Count(target.Expr, "{"), strings.Count(target.Expr, chosen); own == 0 || own != all {
				t.Errorf("%s: %d of %d series are of the job, instance and client that were chosen: %s", p.Title, own, all, target.Expr)
			}
			expr := strings.NewReplacer("$job", "test", "$instance", ".*", "$client", ".*", "$__rate_interval", "1m").Replace(target.Expr)
			got, err := s.value(expr)
			if err != nil {
				t.Errorf("%s: %v", p.Title, err)
				continue
			}
			if len(got) == 0 {
				t.Errorf("%s shows nothing: %s is %v", p.Title, expr, got)
			}
		}
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

package prometheus

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gracy-go/gracy/metrics"
)

// hanging returns the expression of the alert GracyCallsHang.
func hanging(t *testing.T) string {
	t.Helper()
	m := regexp.MustCompile(`(?s)- alert: GracyCallsHang\n    expr: \|\n(.*?)\n    for:`).FindStringSubmatch(ops(t, "alerts.yaml"))
	if m == nil {
		t.Fatal("no rule GracyCallsHang")
	}
	return m[1]
}

// Two clients have calls that never return beside calls that do, and the alert must find the
// former. A client whose calls all return is no cause for an alert. The series are those of a real
// program, with classic and with native histograms, and ten seconds stand for ten minutes.
func TestCallsThatHangAreFound(t *testing.T) {
	t.Parallel()
	program(t, "prometheus")
	stop := make(chan struct{})
	var workers sync.WaitGroup
	t.Cleanup(func() {
		close(stop)
		workers.Wait()
	})
	base := trip(func(req *http.Request) (*http.Response, error) {
		ended := time.After(200 * time.Millisecond)
		if req.URL.Path == "/hang" {
			ended = nil
		}
		select {
		case <-ended:
		case <-stop:
		}
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
	})
	client := func(name string, hang int) *metrics.Recorder {
		stats := metrics.New(name)
		rt := stats.Wrap(base)
		call := func(path string) {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://api.test"+path, nil)
			if err != nil {
				t.Error(err)
				return
			}
			if resp, err := rt.RoundTrip(req); err == nil {
				_ = resp.Body.Close()
			}
		}
		for range 4 {
			workers.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
						call("/r")
					}
				}
			})
		}
		for range hang {
			workers.Go(func() { call("/hang") })
		}
		return stats
	}
	classic, native, works := client("classic", 8), client("native", 8), client("works", 0)
	native.SetBuckets(metrics.NativeBuckets)
	s := start(t, serve(t, classic, works), serve(t, native)) // see TestQuantilesOfPrometheusAgainstTheTruth
	expr := strings.NewReplacer("10m", "10s", "600", "10").Replace(hanging(t))
	for deadline := time.Now().Add(patience); ; time.Sleep(200 * time.Millisecond) {
		got, err := s.query(expr, "client")
		if err != nil {
			t.Fatal(err)
		}
		if got["works"] != 0 {
			t.Errorf("calls that return are said to hang: %v", got)
			return
		}
		if got["classic"] >= 8 && got["native"] >= 8 {
			break
		}
		if time.Now().After(deadline) {
			t.Errorf("the calls that hang are %v", got)
			return
		}
	}
	// The control: calls that return are in flight too.
	if got, err := s.value(`min_over_time(gracy_in_flight[10s])`, "client"); err != nil || got["works"] == 0 {
		t.Errorf("control run: %v are in flight (%v)", got, err)
	}
}

// The control of the rule: without any one of its parts, its test fails.
func TestEachPartOfTheRuleOfCallsThatHangIsNeeded(t *testing.T) {
	t.Parallel()
	path, rules := program(t, "promtool"), ops(t, "alerts.yaml")
	const zero = "or 0 * sum by (job, instance, client) (gracy_in_flight)\n"
	ended := regexp.MustCompile(`(?s)        \(\n          sum by .*? - \(.*?\n        \)\n`)
	for part, without := range map[string]string{
		"the age of the counters":           regexp.MustCompile(`\n      and time\(\)[^\n]*`).ReplaceAllString(rules, ""),
		"twice as many":                     strings.Replace(rules, "> 2 * (", "> 1 * (", 1),
		"a program whose calls never ended": strings.Replace(rules, "        )\n        "+zero, "        )\n", 1),
		"a route that is new":               strings.Replace(rules, "          "+zero, "", 1),
		"a sum instead of a rate":           ended.ReplaceAllString(rules, "        600 * sum by (job, instance, client) (rate(gracy_request_duration_seconds_sum[10m]))\n"),
	} {
		if without == rules {
			t.Errorf("%s: the rule has no such part", part)
			continue
		}
		dir := t.TempDir()
		for name, text := range map[string]string{"alerts.yaml": without, "alerts_test.yaml": ops(t, "alerts_test.yaml")} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		command := exec.CommandContext(t.Context(), path, "test", "rules", "alerts_test.yaml")
		command.Dir = dir
		if out, err := command.CombinedOutput(); err == nil || !strings.Contains(string(out), "FAILED") || !strings.Contains(string(out), "GracyCallsHang") {
			t.Errorf("without %s: %v\n%s", part, err, out)
		}
	}
}

package prometheus

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// patience is far longer than anything here takes, even on a busy machine.
const patience = 90 * time.Second

// program returns the path of a program of Prometheus, in the folder that GRACY_PROMETHEUS names or
// where it is installed. It skips the test if there is none.
func program(t *testing.T, name string) string {
	t.Helper()
	if testing.Short() {
		t.Skip("starts programs of others, which takes seconds")
	}
	if dir := os.Getenv("GRACY_PROMETHEUS"); dir != "" {
		return filepath.Join(dir, name)
	}
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("no %s: install Debian's package prometheus, as .ci/run does, or name a folder in GRACY_PROMETHEUS", name)
	}
	return path
}

// A server is a Prometheus that a test has started.
type server struct {
	t     *testing.T
	url   string
	major int
}

// start starts a Prometheus that scrapes targets, each a host with a port, every second.
func start(t *testing.T, targets ...string) *server {
	t.Helper()
	path := program(t, "prometheus")
	version, err := exec.CommandContext(t.Context(), path, "--version").CombinedOutput()
	if err != nil {
		t.Fatalf("prometheus --version: %v\n%s", err, version)
	}
	s := &server{t: t, major: 2}
	flags, global := []string{"--enable-feature=native-histograms,exemplar-storage"}, ""
	if !strings.Contains(string(version), "version 2.") { // a Prometheus that was built from its module does not know its version
		s.major, flags = 3, []string{"--enable-feature=exemplar-storage"}
		global = ", scrape_native_histograms: true, always_scrape_classic_histograms: true"
	}
	dir := t.TempDir()
	config := fmt.Sprintf("global: {scrape_interval: 1s, scrape_timeout: 1s%s}\nscrape_configs:\n- job_name: test\n  static_configs:\n  - targets: [%q]\n",
		global, strings.Join(targets, `", "`))
	config = strings.ReplaceAll(config, `\"`, `"`)
	file := filepath.Join(dir, "prometheus.yml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	// Another process may take the port meanwhile.
	for range 5 {
		if s.run(path, append(flags, "--config.file="+file, "--storage.tsdb.path="+filepath.Join(dir, "data"), "--log.level=warn")) {
			return s
		}
	}
	t.Fatal("prometheus did not start")
	return nil
}

// run starts the process on a free port and waits until it serves. It reports whether it does.
func (s *server) run(path string, flags []string) bool {
	t := s.t
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	s.url = "http://" + address
	var log bytes.Buffer
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	command := exec.CommandContext(ctx, path, append(flags, "--web.listen-address="+address)...)
	command.Stdout, command.Stderr = &log, &log
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	command.WaitDelay = 20 * time.Second
	if err := command.Start(); err != nil {
		stop()
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = command.Wait()
		close(ended)
	}()
	end := func() {
		stop()
		<-ended
		if t.Failed() {
			t.Logf("prometheus:\n%s", log.String())
		}
	}
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		select {
		case <-ended:
			stop()
			t.Logf("prometheus ended:\n%s", log.String())
			return false
		default:
		}
		if _, err := s.get("/-/ready", nil); err == nil {
			t.Cleanup(end)
			return true
		}
	}
	end()
	return false
}

func (s *server) get(path string, query url.Values) ([]byte, error) {
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.url+path+"?"+query.Encode(), nil)
	if err != nil {
		return nil, err
	}
	resp, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusOK {
		err = errors.Join(err, fmt.Errorf("%s: %s", resp.Status, body))
	}
	return body, err
}

// value evaluates an expression until it has a value. On a busy machine a scrape may come too late,
// and its series are missing until the next one.
func (s *server) value(expr string, by ...string) (got map[string]float64, err error) {
	for deadline := time.Now().Add(patience / 9); time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		if got, err = s.query(expr, by...); err != nil || len(got) > 0 {
			break
		}
	}
	return got, err
}

// query evaluates an expression once, and returns its values by those of the named labels. It
// leaves out NaN.
func (s *server) query(expr string, by ...string) (map[string]float64, error) {
	body, err := s.get("/api/v1/query", url.Values{"query": {expr}})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", expr, err)
	}
	var response struct {
		Data struct {
			ResultType string
			Result     json.RawMessage
		}
	}
	if err := json.Unmarshal(body, &response); err != nil {
		return nil, err
	}
	type sample struct {
		Metric map[string]string
		Value  [2]any
	}
	var samples []sample
	if response.Data.ResultType == "scalar" {
		samples = make([]sample, 1)
		err = json.Unmarshal(response.Data.Result, &samples[0].Value)
	} else {
		err = json.Unmarshal(response.Data.Result, &samples)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", expr, err)
	}
	got := map[string]float64{}
	for _, m := range samples {
		key := make([]string, 0, len(by))
		for _, l := range by {
			key = append(key, m.Metric[l])
		}
		text, _ := m.Value[1].(string)
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", expr, err)
		}
		if !math.IsNaN(v) {
			got[strings.Join(key, " ")] += v
		}
	}
	return got, nil
}

// exemplars returns the exemplars of a selector as the server writes them.
func (s *server) exemplars(selector string) (string, error) {
	now := time.Now()
	body, err := s.get("/api/v1/query_exemplars", url.Values{
		"query": {selector}, "start": {now.Add(-time.Hour).Format(time.RFC3339)}, "end": {now.Add(time.Hour).Format(time.RFC3339)},
	})
	return string(body), err
}

// await waits until an expression has a value.
func (s *server) await(expr string, want float64) {
	s.t.Helper()
	var got map[string]float64
	var err error
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		if got, err = s.query(expr); err == nil && len(got) == 1 && got[""] == want {
			return
		}
	}
	s.t.Fatalf("%s is %v, want %v (%v)", expr, got, want, err)
}

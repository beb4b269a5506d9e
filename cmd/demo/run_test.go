package main

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/gracy-go/gracy/internal/pokeapi"
	"github.com/gracy-go/gracy/replay/store/bolt"
)

// runDemo runs the demo with -json and returns the code, the summary and the text.
func runDemo(t *testing.T, args ...string) (int, *Summary, string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), append([]string{"-json"}, args...), &stdout, &stderr)
	s := &Summary{}
	if err := json.Unmarshal(stdout.Bytes(), s); err != nil {
		t.Fatalf("code %d, stdout is not JSON: %v\n%s%s", code, err, stdout.String(), stderr.String())
	}
	return code, s, stderr.String()
}

func TestARunIsCompleteWithoutViolations(t *testing.T) {
	t.Parallel()
	code, s, text := runDemo(t, "-n", "12")
	if code != exitOK || !s.OK || len(s.Problems) > 0 {
		t.Fatalf("code %d, problems %q\n%s", code, s.Problems, text)
	}
	if s.Server.Violations != 0 || s.Server.Requests <= 33 || s.Server.Peak > slots {
		t.Errorf("the server counted %+v", s.Server)
	}
	if s.Server.Faults["status"] < 2 {
		t.Errorf("faults %v: want at least the scripted 503 and 429", s.Server.Faults)
	}
	if !s.Complete || s.Done != 33 || s.Wanted != 33 || s.Failures != 0 {
		t.Errorf("done %d of %d, %d failures", s.Done, s.Wanted, s.Failures)
	}
	if !s.Equal || s.Bytes < 5000 || len(s.SHA256) != 64 {
		t.Errorf("equal %v, %d bytes, %q", s.Equal, s.Bytes, s.SHA256)
	}
	if s.Tape.Replayed == 0 || s.Tape.Replayed != s.Tape.Recorded || s.Tape.Missed+s.Tape.Dials != 0 || s.Tape.Arrivals != 0 {
		t.Errorf("tape %+v", s.Tape)
	}
	// Client and server agree on what was sent.
	if int(s.Total.Attempts) != s.Server.Requests {
		t.Errorf("%d attempts, %d requests", s.Total.Attempts, s.Server.Requests)
	}
	if s.Total.Throttled == 0 || s.Total.Waits.Quota == 0 {
		t.Errorf("no call waited for the quota: %+v", s.Total.Waits)
	}
	for _, want := range []string{
		`200 after 3 attempts`, `503 +retryable`, `429 +throttled`, `200 +ok +pause [\d.]+m?s`, `, replayed`,
		`metrics > logging > timeout > retry > replay > concurrency > throttle >`, `no pokémon "missingno"`, `│ TOTAL`,
	} {
		if !regexp.MustCompile(want).MatchString(text) {
			t.Errorf("the text lacks %q:\n%s", want, text)
		}
	}
	if strings.ContainsAny(text, "\x1b\r") {
		t.Error("the text has escape sequences, and stderr is not a terminal")
	}
	for line := range strings.Lines(text) {
		if n := len([]rune(strings.TrimRight(line, "\n"))); n > 80 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	if _, err := os.Stat(s.Tape.Path); err == nil {
		t.Errorf("the temporary tape %s still exists", s.Tape.Path)
	}
}

// Without -json the text is written to stdout.
func TestARunWithoutJSONWritesTextToStdout(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), []string{"-n", "1", "-faults", "0"}, &stdout, &stderr); code != exitOK {
		t.Errorf("code %d: %s", code, stderr.String())
	}
	if stderr.Len() > 0 || !strings.HasSuffix(stdout.String(), "ok  0 violations, 3 of 3, the same bytes from the tape\n") {
		t.Errorf("stderr %q, stdout %q", stderr.String(), stdout.String())
	}
}

// The same seed gives the same faults, another seed gives other faults.
func TestASeedRepeatsTheFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: two runs against a real quota")
	}
	t.Parallel()
	faults := func(seed string) map[string]int {
		code, s, text := runDemo(t, "-n", "5", "-seed", seed, "-faults", "0.3")
		if code != exitOK {
			t.Fatalf("seed %s: code %d\n%s", seed, code, text)
		}
		return s.Server.Faults
	}
	a, b := faults("7"), faults("7")
	if !maps.Equal(a, b) {
		t.Errorf("seed 7 gave %v, then %v", a, b)
	}
	if c := faults("8"); maps.Equal(a, c) {
		t.Errorf("seeds 7 and 8 both gave %v", c)
	}
}

func TestAControlRunShowsWhatTheLayerIsFor(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		without string
		shown   func(*Summary) int
		want    string
	}{
		{"throttle", func(s *Summary) int { return s.Server.Violations }, "violations of the quota"},
		{"retry", func(s *Summary) int { return s.Failures }, "failures"},
		{"replay", func(s *Summary) int { return s.Tape.Arrivals }, "requests of the second job"},
	} {
		t.Run(tt.without, func(t *testing.T) {
			t.Parallel()
			code, s, text := runDemo(t, "-n", "10", "-without", tt.without)
			if code != exitOK || !s.OK || tt.shown(s) == 0 {
				t.Errorf("code %d, shown %d, problems %q", code, tt.shown(s), s.Problems)
			}
			if len(s.Control) != 1 || !strings.Contains(s.Control[0], tt.want) || !strings.Contains(text, "as expected  without "+tt.without) {
				t.Errorf("control %q, want %q in it\n%s", s.Control, tt.want, text)
			}
			if tt.without == "replay" && (s.Server.Violations > 0 || !s.Equal) {
				t.Errorf("%d violations, equal %v: both jobs share the limits", s.Server.Violations, s.Equal)
			}
		})
	}
}

// A watcher calls do once, when a line that matches has been written.
type watcher struct {
	want *regexp.Regexp

	mu  sync.Mutex // mu guards all below
	buf bytes.Buffer
	do  func(line string)
}

func (w *watcher) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.buf.Write(p)
	if m := w.want.FindString(w.buf.String()); m != "" && w.do != nil {
		w.do(m)
		w.do = nil
	}
	return len(p), nil
}

// The recordings of an interrupted run stay on its tape, and the next run with the same
// tape does not send those requests again.
func TestAnInterruptedRunKeepsItsRecordings(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: seconds against a real quota")
	}
	t.Parallel()
	path := filepath.Join(t.TempDir(), "kept.tape")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var stdout bytes.Buffer
	stderr := &watcher{want: regexp.MustCompile(`pokeapi: \d+ calls`), do: func(string) { cancel() }} // after two seconds
	code := run(ctx, []string{"-json", "-n", "32", "-tape", path}, &stdout, stderr)
	s := &Summary{}
	if err := json.Unmarshal(stdout.Bytes(), s); err != nil {
		t.Fatal(err)
	}
	if code != exitCanceled || !s.Canceled || s.OK || s.Failures != 0 {
		t.Errorf("code %d, canceled %v, OK %v, %d failures", code, s.Canceled, s.OK, s.Failures)
	}
	if !strings.Contains(stderr.buf.String(), "interrupted: ") {
		t.Errorf("the text does not say so:\n%s", stderr.buf.String())
	}
	stored := count(t, path)
	if stored < 14 || stored != int(s.Tape.Recorded) || stored >= 80 {
		t.Errorf("%d exchanges on the tape, the run reports %d", stored, s.Tape.Recorded)
	}

	code, next, text := runDemo(t, "-n", "32", "-tape", path)
	if code != exitOK || !next.Equal || next.Done != 73 {
		t.Fatalf("second run: code %d, %d done, problems %q\n%s", code, next.Done, next.Problems, text)
	}
	if next.Tape.Before < int64(stored)*9/10 || next.Server.Requests > 120-stored {
		t.Errorf("%d on the tape, %d of them replayed, %d requests", stored, next.Tape.Before, next.Server.Requests)
	}
	if all := count(t, path); all != stored+int(next.Tape.Recorded) {
		t.Errorf("%d exchanges: want %d and %d", all, stored, next.Tape.Recorded)
	}
}

func count(t *testing.T, path string) (n int) {
	t.Helper()
	store, err := bolt.OpenReadOnly(path)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	for _, err := range store.Scan(0) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	return n
}

// A run whose context has ended before it starts ends too, even with -listen.
func TestARunThatIsCanceledBeforeItStartsEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stdout, stderr bytes.Buffer
	if code := run(ctx, []string{"-listen", "127.0.0.1:0"}, &stdout, &stderr); code != exitCanceled {
		t.Errorf("code %d: %s%s", code, stdout.String(), stderr.String())
	}
}

// With a base URL there is no embedded server, and the text says nothing of violations.
func TestABaseURLReplacesTheEmbeddedServer(t *testing.T) {
	t.Parallel()
	server, err := pokeapi.Start(pokeapi.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	code, s, text := runDemo(t, "-n", "2", "-base-url", server.Base())
	if code != exitOK || s.Server != nil || !s.Equal || s.Done != 6 {
		t.Errorf("code %d, server %+v, equal %v, %d done\n%s", code, s.Server, s.Equal, s.Done, text)
	}
	if strings.Contains(text, "violation") {
		t.Errorf("the text speaks of violations:\n%s", text)
	}
	if n := server.Counts().Total; n != 11 {
		t.Errorf("%d requests: want 3 lists, 6 resources, a missing one and one in detail", n)
	}
}

package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay"
)

func TestAnErrorHasOneLine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	foreign := filepath.Join(dir, "foreign.tape")
	if err := os.WriteFile(foreign, []byte(strings.Repeat("not a tape at all\n", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	locked := filepath.Join(dir, "locked.tape")
	tape, err := replay.Open(locked, replay.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tape.Close() })
	const gone = "http://127.0.0.1:1" // a port that was free just now could be taken by another test
	other := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(other.Close)

	for _, tt := range []struct {
		name string
		args string
		code int
		want string
	}{
		{"unknown flag", "-nope", exitUsage, "-nope"},
		{"argument", "fast", exitUsage, `unexpected argument "fast"`},
		{"n", "-n 0", exitUsage, "-n 0: want 1"},
		{"n text", "-n many", exitUsage, `"many" for flag -n`},
		{"faults", "-faults 1.5", exitUsage, "-faults 1.5: want 0 to 0.5"},
		{"faults NaN", "-faults NaN", exitUsage, "want 0 to 0.5"},
		{"without", "-without speed", exitUsage, `"speed" is not one of throttle, retry, replay`},
		{"no tape to keep", "-without replay -tape x.tape", exitUsage, "-tape has no effect"},
		{"base", "-base-url pokeapi.co", exitUsage, "-base-url: want http://"},
		{"base empty", "-base-url=", exitUsage, "-base-url: want http://"},
		{"base secret", "-base-url http://u:hunter2@h/", exitUsage, "want no user"},
		{"base control", "-base-url http://h/ -without throttle", exitUsage, "-without is for the embedded server"},
		{"listen name", "-listen example.com:80", exitUsage, `"example.com" is not an IP address`},
		{"listen port", "-listen :http-alt", exitUsage, "not a number"},
		{"listen taken", "-listen " + other.Listener.Addr().String(), exitFailed, "-listen: "},
		{"html empty", "-html=", exitUsage, "-html: want a file name"},
		{"html folder", "-html " + dir, exitFailed, "-html: "},
		{"unreachable", "-base-url " + gone, exitFailed, "cannot reach " + gone},
		{"no API", "-base-url " + other.URL, exitFailed, other.URL + ": list"},
		{"foreign tape", "-tape " + foreign, exitFailed, "foreign.tape"},
		{"locked tape", "-tape " + locked, exitFailed, "tape is locked"},
		{"tape is a folder", "-tape " + dir, exitFailed, filepath.Base(dir)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			code := run(t.Context(), strings.Fields(tt.args), &stdout, &stderr)
			text := stderr.String()
			if code != tt.code || strings.Count(text, "\n") != 1 || !strings.HasPrefix(text, "demo: ") || !strings.Contains(text, tt.want) {
				t.Errorf("code %d, want %d; stderr %q, want a line with %q", code, tt.code, text, tt.want)
			}
			if strings.Contains(text, "hunter2") {
				t.Error("the text has a password")
			}
		})
	}
	t.Cleanup(func() {
		if b, err := os.ReadFile(foreign); err != nil || !bytes.HasPrefix(b, []byte("not a tape")) {
			t.Errorf("the foreign file was changed: %v", err)
		}
	})
}

func TestHelpListsTheFlagsAndExitCodes(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), []string{"-help"}, &stdout, &stderr); code != exitOK || stderr.Len() > 0 {
		t.Errorf("code %d, stderr %q", code, stderr.String())
	}
	for _, want := range []string{"-base-url", "-faults", "-html", "-json", "-listen", "-n ", "-seed", "-tape", "-without", "exit codes"} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("-help lacks %q", want)
		}
	}
	for line := range strings.Lines(stdout.String()) {
		if len(strings.ReplaceAll(strings.TrimRight(line, "\n"), "\t", "        ")) > 90 {
			t.Errorf("too wide: %s", line)
		}
	}
}

func TestListenIsOnLoopbackUnlessAnotherHostIsNamed(t *testing.T) {
	for in, want := range map[string]string{
		":9090": "127.0.0.1:9090", "9090": "127.0.0.1:9090", "localhost:0": "127.0.0.1:0",
		"127.0.0.5:80": "127.0.0.5:80", "[::1]:80": "[::1]:80", "0.0.0.0:8080": "0.0.0.0:8080",
	} {
		if got, err := listenAddress(in); err != nil || got != want {
			t.Errorf("%q: %q, %v; want %q", in, got, err, want)
		}
	}
	for _, in := range []string{"", "localhost", ":99999", ":-1", "host:80"} {
		if got, err := listenAddress(in); err == nil {
			t.Errorf("%q: %q", in, got)
		}
	}
	var out strings.Builder
	o, err := parseFlags([]string{"-without", "retry,throttle", "-without", "retry"}, &out)
	if err != nil || !slices.Equal(o.without, []string{"retry", "throttle"}) {
		t.Errorf("%v, %v", o, err)
	}
}

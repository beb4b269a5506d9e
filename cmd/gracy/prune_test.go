package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/replay/store/text"
)

// meddling is a context that does something when it is asked for its error, which a command
// that reads a tape does for each exchange.
type meddling struct {
	context.Context
	meddle func()
}

func (m meddling) Err() error {
	m.meddle()
	return m.Context.Err()
}

// copied returns a copy of testdata/tape.json.
func copied(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "tape.json"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "tape.json")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// What an editor wrote while prune reads stays, and nothing is said to be deleted.
func TestPruneOfATapeThatIsEditedMeanwhile(t *testing.T) {
	path := copied(t)
	edit := func() {
		if err := os.WriteFile(path, []byte("edited"), 0o600); err != nil {
			t.Error(err)
		}
	}
	var stdout, stderr bytes.Buffer
	code := run(meddling{t.Context(), edit}, []string{"tape", "prune", path, "--status", "404"}, &stdout, &stderr)
	if code != exitFailed || !strings.Contains(stderr.String(), "has changed the file") {
		t.Errorf("exit code %d: %s, want %d and why", code, &stderr, exitFailed)
	}
	if stdout.Len() > 0 {
		t.Errorf("nothing was deleted, but it says %q", &stdout)
	}
	if b, err := os.ReadFile(path); string(b) != "edited" || err != nil {
		t.Errorf("the file has %q, %v, want what was written meanwhile", b, err)
	}
}

// While prune has a text tape open, nobody else writes to it.
func TestPruneKeepsOthersOut(t *testing.T) {
	path := copied(t)
	var err error
	tries := 0
	other := func() {
		if tries++; tries > 1 {
			return // it waits a second
		}
		var s store.Store
		if s, err = text.Open(path); err == nil {
			_ = s.Close()
		}
	}
	if code := run(meddling{t.Context(), other}, []string{"tape", "prune", path, "--status", "404"}, io.Discard, io.Discard); code != exitDone {
		t.Errorf("exit code %d", code)
	}
	if !errors.Is(err, store.ErrLocked) {
		t.Errorf("another that opens it meanwhile gets %v, want ErrLocked", err)
	}
}

const (
	recorderVariable = "GRACY_TEST_RECORDER"
	recorded         = 30
)

// TestRecorder is not a test but the process that the next one starts: it records, and opens the
// tape anew for each exchange.
func TestRecorder(t *testing.T) {
	path, url, ok := strings.Cut(os.Getenv(recorderVariable), "|")
	if !ok {
		return
	}
	for n := range recorded {
		tape, err := openTape(t.Context(), path, replay.Options{})
		for errors.Is(err, replay.ErrLocked) {
			tape, err = openTape(t.Context(), path, replay.Options{})
		}
		if err != nil {
			t.Fatal(err)
		}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fmt.Sprintf("%s/%d", url, n), nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := tape.Wrap(http.DefaultTransport).RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		if err := tape.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// Another process records while a tape is pruned again and again: each exchange that was to stay is
// there in the end, and none that was to go.
func TestPruneBesideAProcessThatRecords(t *testing.T) {
	for _, name := range []string{"t.json", "t.tape", "t.sqlite"} {
		t.Run(name, func(t *testing.T) { pruneBesideAProcessThatRecords(t, name) })
	}
}

func pruneBesideAProcessThatRecords(t *testing.T, name string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.URL.Path[1:])
		w.WriteHeader(200 + n%2*204)
	}))
	defer server.Close()
	path := filepath.Join(t.TempDir(), name)
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestRecorder$")
	child.Env = append(os.Environ(), recorderVariable+"="+path+"|"+server.URL)
	var said bytes.Buffer
	child.Stdout, child.Stderr = &said, &said
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error)
	go func() { ended <- child.Wait() }()
	prunes := 0
	prune := func() {
		var stderr strings.Builder
		code := run(t.Context(), []string{"tape", "prune", path, "--status", "404"}, io.Discard, &stderr)
		if text := stderr.String(); code != exitDone && !strings.Contains(text, "locked") && !strings.Contains(text, "no such file") {
			t.Errorf("exit code %d: %s", code, text)
		}
		prunes++
	}
	for running := true; running; {
		select {
		case err := <-ended:
			if running = false; err != nil {
				t.Fatalf("%v: %s", err, &said)
			}
		default:
			prune()
		}
	}
	prune()
	s, err := read(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	left := 0
	for x, err := range s.Scan(0) {
		if err != nil {
			t.Fatal(err)
		}
		if left++; x.Response.StatusCode != http.StatusOK {
			t.Errorf("%s is left", x.Request.URL)
		}
	}
	if left != recorded/2 {
		t.Errorf("%d exchanges are left after %d times, want %d", left, prunes, recorded/2)
	}
	t.Logf("pruned %d times", prunes)
}

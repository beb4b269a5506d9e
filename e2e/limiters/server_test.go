package limiters

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"
)

// installed returns the folder into which limiters.sh has installed the limiters.
func installed(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("GRACY_LIMITERS")
	if dir == "" {
		t.Skip("make e2e-limiters installs the limiters and runs this")
	}
	return dir
}

// An arrival is a request as the server saw it, before its limiter did.
type arrival struct {
	From   string `json:"from"`
	At     int64  `json:"at"` // microseconds
	Status int    `json:"status"`
}

// A server is a process with one limiter.
type server struct {
	url     string
	version string

	mu   sync.Mutex
	seen map[string][]arrival // by the address of the client
	more chan struct{}        // closed and replaced at each arrival
}

// start starts the server of a limiter. It ends with the test.
func start(t *testing.T, dir, runtime, name string) *server {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	argv := []string{filepath.Join(dir, "limiters"), name}
	if runtime == "node" {
		argv = []string{"node", filepath.Join(dir, "node", "server.mjs"), name}
	}
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe() // the process ends when this is closed, even if the test is killed
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s := &server{seen: map[string][]arrival{}, more: make(chan struct{})}
	lines := bufio.NewScanner(out)
	read := make(chan struct{})
	t.Cleanup(func() {
		_ = in.Close()
		<-read
		_ = cmd.Wait()
		cancel()
	})
	var first struct {
		Port    int    `json:"port"`
		Version string `json:"version"`
	}
	if !lines.Scan() || json.Unmarshal(lines.Bytes(), &first) != nil {
		close(read)
		t.Fatalf("%s did not print its port: %q", name, lines.Text())
	}
	s.url, s.version = "http://127.0.0.1:"+strconv.Itoa(first.Port), first.Version
	go func() {
		defer close(read)
		for lines.Scan() {
			var a arrival
			if json.Unmarshal(lines.Bytes(), &a) == nil {
				s.add(a)
			}
		}
	}()
	return s
}

func (s *server) add(a arrival) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen[a.From] = append(s.seen[a.From], a)
	close(s.more)
	s.more = make(chan struct{})
}

// arrivals returns the first n requests of a client. It waits for them, because the server prints a
// request a little after it has responded. It fails unless there are exactly n.
func (s *server) arrivals(t *testing.T, from string, n int) []arrival {
	t.Helper()
	late := time.NewTimer(5 * time.Second)
	defer late.Stop()
	for {
		s.mu.Lock()
		got, more := s.seen[from], s.more
		s.mu.Unlock()
		if len(got) == n {
			return got
		}
		if len(got) > n {
			t.Fatalf("the server has seen %d requests of %s, of which %d were sent", len(got), from, n)
		}
		select {
		case <-more:
		case <-late.C:
			t.Fatalf("the server has seen %d of %d requests of %s", len(got), n, from)
		}
	}
}

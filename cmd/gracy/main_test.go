package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// process is the command as a process of its own.
type process struct {
	*exec.Cmd
	said  *bufio.Reader // the standard output and error
	pipe  *os.File
	first string
}

// begin begins a process, and waits for its first line.
func begin(t *testing.T, name string, args ...string) *process {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no signals")
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{Cmd: exec.CommandContext(t.Context(), name, args...), said: bufio.NewReader(r), pipe: r}
	p.Stdout, p.Stderr = w, w
	err = errors.Join(p.Start(), w.Close())
	if err == nil {
		p.first, err = p.said.ReadString('\n')
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// ends sends a signal and returns the exit code.
func (p *process) ends(t *testing.T, signal os.Signal) int {
	t.Helper()
	if err := p.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(time.Minute, func() { _ = p.Process.Kill() })
	defer late.Stop()
	if _, exited := errors.AsType[*exec.ExitError](p.Wait()); !exited && !p.ProcessState.Exited() {
		t.Fatal(p.ProcessState)
	}
	return p.ProcessState.ExitCode()
}

// fetches sends a request through the process.
func (p *process) fetches(t *testing.T, target string) int {
	t.Helper()
	address, _, _ := strings.Cut(p.first, ": ")
	proxyURL, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	tr := &http.Transport{Proxy: http.ProxyURL(proxyURL), DisableKeepAlives: true}
	status, _ := fetch(t, &http.Client{Transport: tr, Timeout: time.Minute}, target)
	return status
}

// A program that reads the address of a proxy and closes the pipe does not end it by the next line of its log.
func TestALogThatNobodyReads(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(api))
	defer srv.Close()
	dir := t.TempDir()
	p := begin(t, "gracy", "proxy", "--listen", "127.0.0.1:0", "--attempts", "1", "--ca", filepath.Join(dir, "ca"), filepath.Join(dir, "api.json"))
	if err := p.pipe.Close(); err != nil {
		t.Fatal(err)
	}
	if status := p.fetches(t, "http://127.0.0.1:1/"); status != http.StatusBadGateway {
		t.Errorf("a port where nothing listens gives %d", status)
	}
	if status := p.fetches(t, srv.URL+"/binary"); status != http.StatusOK {
		t.Errorf("after that it gives %d", status)
	}
	if code := p.ends(t, syscall.SIGTERM); code != exitDone {
		t.Errorf("it ends with %d", code)
	}
}

// A terminal that is closed ends a proxy as Ctrl-C does, and nohup keeps it.
func TestATerminalThatIsClosed(t *testing.T) {
	// If the tests run under nohup, so would their children: what is ignored is inherited, what is caught is not.
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	srv := httptest.NewServer(http.HandlerFunc(api))
	defer srv.Close()
	dir := t.TempDir()
	tape := filepath.Join(dir, "api.json")
	args := []string{"gracy", "proxy", "--listen", "127.0.0.1:0", "--ca", filepath.Join(dir, "ca"), tape}
	p := begin(t, args[0], args[1:]...)
	if status := p.fetches(t, srv.URL+"/binary"); status != http.StatusOK {
		t.Errorf("it gives %d", status)
	}
	if code := p.ends(t, syscall.SIGHUP); code != exitDone {
		t.Errorf("it ends with %d", code)
	}
	if _, err := os.Stat(tape); err != nil {
		t.Errorf("the tape is not written: %v", err)
	}
	p = begin(t, "sh", "-c", `trap "" HUP; exec "$@"`, "sh", args[0], args[1], args[2], args[3], args[4], args[5], args[6])
	if err := p.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	if status := p.fetches(t, srv.URL+"/binary"); status != http.StatusOK {
		t.Errorf("with nohup it gives %d", status)
	}
	if code := p.ends(t, syscall.SIGTERM); code != exitDone {
		t.Errorf("with nohup it ends with %d", code)
	}
}

// What net/http logs of a server that sends too much is not what it sent.
func TestWhatNetHTTPLogs(t *testing.T) {
	origin := raw(t, func(string) string {
		return "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi" + `{"access_token":"s3cr3t-abcdef0123456789"}`
	})
	p := begin(t, "gracy", "proxy", "--listen", "127.0.0.1:0", "--mode", "off", "--ca", filepath.Join(t.TempDir(), "ca"))
	if status := p.fetches(t, origin); status != http.StatusOK {
		t.Errorf("it gives %d", status)
	}
	if line, err := p.said.ReadString('\n'); line != "Unsolicited response received on idle HTTP channel\n" {
		t.Errorf("it logs %q, %v", line, err)
	}
	if code := p.ends(t, syscall.SIGTERM); code != exitDone {
		t.Errorf("it ends with %d", code)
	}
}

func TestWhatAnEndByASignalSays(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stderr strings.Builder
	if code := run(ctx, []string{"tape", "ls", filepath.Join("testdata", "tape.json")}, io.Discard, &stderr); code != exitFailed || stderr.String() != "gracy: interrupted\n" {
		t.Errorf("%d, %q", code, &stderr)
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) {
	return 0, &os.PathError{Op: "write", Path: "/dev/stdout", Err: syscall.ENOSPC}
}

func TestOutputThatCannotBeWritten(t *testing.T) {
	for _, args := range [][]string{{"--version"}, {"tape", "ls", filepath.Join("testdata", "tape.json")}} {
		var stderr strings.Builder
		if code := run(t.Context(), args, fullDisk{}, &stderr); code != exitFailed || stderr.String() != "gracy: write /dev/stdout: no space left on device\n" {
			t.Errorf("%q: %d, %q", args, code, &stderr)
		}
	}
}

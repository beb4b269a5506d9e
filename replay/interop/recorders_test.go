package interop_test

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/gracy-go/gracy/internal/fault"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/interop"
	"github.com/gracy-go/gracy/replay/store"
)

// These tests are steps of e2e/recorders/recorders.sh, which lets other recorders record a server
// that runs here. GRACY_RECORDINGS names the folder with their files. The name of a file begins
// with its format.
const recordingsVariable = "GRACY_RECORDINGS"

func recordings(t *testing.T) string {
	t.Helper()
	dir := os.Getenv(recordingsVariable)
	if dir == "" {
		t.Skip("no recordings: run make e2e-recorders")
	}
	return dir
}

// origin responds as the server of the fixtures did.
type origin struct {
	mu    sync.Mutex // mu guards times
	times map[string]int
}

func (o *origin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	x := &store.Exchange{Request: store.Request{Method: r.Method, URL: "http://" + r.Host + r.RequestURI, Header: r.Header, Body: body}}
	o.mu.Lock()
	if r.URL.Path == "/start" { // another recorder starts
		clear(o.times)
	}
	o.times[r.RequestURI]++
	times := o.times[r.RequestURI]
	o.mu.Unlock()
	s, ok := whatWasSent(x, times)
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	maps.Copy(h, s.header)
	if s.kind != "" {
		h.Set("Content-Type", s.kind)
	}
	content := s.body
	if r.URL.Path == "/gzip" && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		content = zipped(content)
	}
	w.WriteHeader(s.status)
	for _, piece := range strings.SplitAfter(content, "\n") {
		_, _ = io.WriteString(w, piece)
		if r.URL.Path == "/stream" {
			_ = http.NewResponseController(w).Flush()
		}
	}
}

// TestOrigin serves until its standard input ends, and writes its address to a file.
func TestOrigin(t *testing.T) {
	dir := recordings(t)
	path := os.Getenv("GRACY_ORIGIN")
	if path == "" {
		t.Skip("GRACY_ORIGIN names no file for the address")
	}
	server, err := fault.Start(&origin{times: map[string]int{}})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	if err := os.WriteFile(filepath.Join(dir, path), []byte(server.URL), 0o600); err != nil {
		t.Fatal(err)
	}
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
}

// Each recording has what the server sent, apart from the reported losses, and can be replayed.
func TestRecordingsHoldWhatTheServerSent(t *testing.T) {
	dir := recordings(t)
	files, err := filepath.Glob(filepath.Join(dir, "*.*"))
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, path := range files {
		name, _, _ := strings.Cut(filepath.Base(path), ".")
		recorder, _, _ := strings.Cut(name, "-")
		format := map[string]interop.Format{
			"govcr3": interop.GoVCR, "govcr4": interop.GoVCR, "vcrpy": interop.VCRPy, "rubyvcr": interop.RubyVCR, "betamax": interop.Betamax,
			"nock": interop.Nock, "polly": interop.Polly, "playwright": interop.HAR,
		}[recorder]
		if format == "" {
			continue
		}
		seen++
		t.Run(filepath.Base(path), func(t *testing.T) {
			if got, err := interop.Detect(path); got != format || err != nil {
				t.Errorf("the format is %q, %v", got, err)
			}
			if n := holdsWhatWasSent(t, path, format); n < 13 {
				t.Errorf("compared %d exchanges, want more", n)
			}
			replaysAll(t, path, filepath.Join(t.TempDir(), "t.tape"))
		})
	}
	if seen < 8 {
		t.Errorf("there are files of %d recorders, want 8 at least", seen)
	}
}

// TestExportOfTheOrigin records the origin onto a tape and exports it as HAR, which a browser opens
// next.
func TestExportOfTheOrigin(t *testing.T) {
	dir := recordings(t)
	address, err := os.ReadFile(filepath.Join(dir, "origin"))
	if err != nil {
		t.Skip("no origin: run make e2e-recorders")
	}
	tape, err := replay.Open(filepath.Join(t.TempDir(), "a.tape"), replay.Options{Mode: replay.ModeRecord})
	if err != nil {
		t.Fatal(err)
	}
	defer tape.Close()
	client := &http.Client{Transport: tape.Wrap(&http.Transport{DisableKeepAlives: true})}
	type response struct {
		Status int
		Body   string // in base64
	}
	want := map[string]response{}
	for _, path := range []string{"/json", "/gzip", "/png", "/cookies", "/headers", "/empty", "/stream", "/utf8", "/latin1", "/status/404"} {
		resp, err := client.Get(string(address) + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		want[path] = response{resp.StatusCode, base64.StdEncoding.EncodeToString(body)}
	}
	if err := tape.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(filepath.Join(dir, "export.har"))
	if err != nil {
		t.Fatal(err)
	}
	report, err := interop.WriteHAR(f, tape.Exchanges())
	if err != nil || f.Close() != nil || report.Done != len(want) {
		t.Fatalf("%v, %v", report, err)
	}
	b, err := json.Marshal(want)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "export"), b, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println(len(want), "exchanges were exported")
}

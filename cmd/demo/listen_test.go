package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/report"
)

// The text names the address at the start. Both jobs are on the page, in /metrics and in the
// stream, which ends with the program.
func TestListenServesThePageAndTheMetricsOfBothJobs(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	got := map[string]string{}
	var stream *http.Response
	var events *bufio.Reader
	stdout := &watcher{want: regexp.MustCompile(`serving (http://127\.0\.0\.1:\d+/) until Ctrl-C`)}
	stdout.do = func(line string) {
		defer cancel()
		url := strings.Fields(line)[1]
		for _, name := range []string{"", "metrics", "page.css", "frame.json"} {
			resp, err := http.Get(url + name)
			if err != nil {
				t.Error(err)
				return
			}
			b, err := io.ReadAll(resp.Body)
			if err != nil || resp.StatusCode != http.StatusOK {
				t.Errorf("%s: %d, %v", url+name, resp.StatusCode, err)
			}
			_ = resp.Body.Close()
			got[name] = string(b)
		}
		var err error
		if stream, err = http.Get(url + "events"); err != nil {
			t.Error(err)
			return
		}
		events = bufio.NewReader(stream.Body)
		for line := ""; err == nil && line != "event: frame\n"; {
			line, err = events.ReadString('\n')
		}
		if err != nil {
			t.Error(err)
		}
	}
	var stderr bytes.Buffer
	file := filepath.Join(t.TempDir(), "demo.html")
	if code := run(ctx, []string{"-n", "1", "-faults", "0", "-listen", ":0", "-html", file}, stdout, &stderr); code != exitOK {
		t.Errorf("code %d: %s", code, stderr.String())
	}
	for name, wants := range map[string][]string{
		"":           {"<!doctype html>", `data-live="events"`, "/pokemon/{name}"},
		"metrics":    {`client="pokeapi"`, `client="tape"`, `/pokemon/{name}`, "# TYPE gracy_"},
		"page.css":   {":root"},
		"frame.json": {"/pokemon/{name}"},
	} {
		for _, want := range wants {
			if !strings.Contains(got[name], want) {
				t.Errorf("/%s lacks %q:\n%.600s", name, want, got[name])
			}
		}
	}
	text := stdout.buf.String()
	head, _, _ := strings.Cut(text, "\n1  ")
	if !regexp.MustCompile(`(?m)^  Open http://127\.0\.0\.1:\d+/ for the live page`).MatchString(head) {
		t.Errorf("the head does not say the address:\n%s", head)
	}
	if stream != nil {
		defer stream.Body.Close()
		rest, err := io.ReadAll(events)
		if err != nil || !bytes.HasSuffix(rest, []byte("event: end\ndata:\n\n")) {
			t.Errorf("%v, the stream ends with %q", err, rest[max(0, len(rest)-200):])
		}
	}
	saved, err := report.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	if s := saved.Snapshot(); s.Total.Calls != 16 || !strings.Contains(text, "the page is in "+file) {
		t.Errorf("the file has %d calls, want 8 of each job:\n%s", s.Total.Calls, text)
	}
}

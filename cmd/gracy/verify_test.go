package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/codings"
)

// A server that says something else now: a line for each request, in words and as JSON, whose
// names are as those of all commands.
func TestVerify(t *testing.T) {
	says := `{"name":"ditto","weight":40}`
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(says))
	}))
	defer srv.Close()
	path := filepath.Join(t.TempDir(), "tape.json")
	tape, err := replay.Open(path, replay.Options{Mode: replay.ModeRecord})
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: gracy.Chain(tape)}
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		req, err := http.NewRequestWithContext(t.Context(), method, srv.URL+"/pokemon/ditto", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
	}
	if err := tape.Close(); err != nil {
		t.Fatal(err)
	}
	verify := func(want int, flags ...string) (stdout, stderr string) {
		var out, errs bytes.Buffer
		if got := run(t.Context(), append([]string{"tape", "verify", path, "--rate", "1000"}, flags...), &out, &errs); got != want {
			t.Errorf("%q: exit code %d, want %d: %s", flags, got, want, &errs)
		}
		return out.String(), errs.String()
	}
	if out, _ := verify(0); strings.Count(out, "as recorded") != 1 || strings.Count(out, "not sent: the method is not safe") != 1 {
		t.Errorf("nothing differs: %q", out)
	}
	says = `{"name":"ditto","weight":41}`
	if out, _ := verify(1); !strings.Contains(out, "body /weight: 41, on tape 40") {
		t.Errorf("another weight: %q", out)
	}
	out, _ := verify(1, "--json")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 2 {
		t.Fatalf("lines %q, want 2", lines)
	}
	var differs, skipped map[string]any
	for i, into := range []*map[string]any{&differs, &skipped} {
		if err := json.Unmarshal([]byte(lines[i]), into); err != nil {
			t.Fatal(err)
		}
		delete(*into, "recorded")
	}
	url := srv.URL + "/pokemon/ditto"
	if want := map[string]any{"method": "GET", "url": url, "route": "/pokemon/ditto", "differences": []any{
		map[string]any{"place": "body /weight", "taped": "40", "actual": "41"},
	}}; !reflect.DeepEqual(differs, want) {
		t.Errorf("differs: %v, want %v", differs, want)
	}
	if want := map[string]any{"method": "POST", "url": url, "route": "/pokemon/ditto", "skipped": "the method is not safe"}; !reflect.DeepEqual(skipped, want) {
		t.Errorf("skipped: %v, want %v", skipped, want)
	}
	srv.Close()
	if _, errs := verify(3); !strings.Contains(errs, "1 request failed") {
		t.Errorf("a server that is gone: %q", errs)
	}
}

// A proxy records bodies in br and zstd, so they are compared by their content, too.
func TestVerifyOpensAllCodings(t *testing.T) {
	for _, coding := range codings.All() {
		weight := 40
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Encoding", coding.Name)
			packed, err := coding.NewWriter(w)
			if err != nil {
				t.Error(err)
				return
			}
			_, _ = fmt.Fprintf(packed, `{"weight":%d}`, weight)
			_ = packed.Close()
		}))
		defer srv.Close()
		path := filepath.Join(t.TempDir(), "tape.json")
		tape, err := replay.Open(path, replay.Options{Mode: replay.ModeRecord, Codings: codings.All()})
		if err != nil {
			t.Fatal(err)
		}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept-Encoding", coding.Name)
		resp, err := tape.Wrap(nil).RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		if err := tape.Close(); err != nil {
			t.Fatal(err)
		}
		weight = 41
		var out, errs bytes.Buffer
		if got := run(t.Context(), []string{"tape", "verify", path}, &out, &errs); got != exitFound || !strings.Contains(out.String(), "body /weight: 41, on tape 40") {
			t.Errorf("%s: exit code %d: %s%s", coding.Name, got, &out, &errs)
		}
	}
}

package interop_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/interop"
	"github.com/gracy-go/gracy/replay/store"
)

type writer func(io.Writer, iter.Seq2[*store.Exchange, error]) (interop.Report, error)

func writers() map[interop.Format]writer {
	return map[interop.Format]writer{interop.HAR: interop.WriteHAR, interop.JSON: interop.WriteJSON}
}

func seq(list []*store.Exchange) iter.Seq2[*store.Exchange, error] {
	return func(yield func(*store.Exchange, error) bool) {
		for _, x := range list {
			if !yield(x, nil) {
				return
			}
		}
	}
}

// export writes exchanges to a file and returns its path.
func export(t *testing.T, f interop.Format, list iter.Seq2[*store.Exchange, error]) string {
	t.Helper()
	var b bytes.Buffer
	if _, err := writers()[f](&b, list); err != nil {
		t.Fatal(err)
	}
	return written(t, b.String())
}

// TestExportsAreReadBackWithoutALoss compares what is read with what was written, field by field.
func TestExportsAreReadBackWithoutALoss(t *testing.T) {
	for f := range writers() {
		t.Run(string(f), func(t *testing.T) {
			path := export(t, f, seq(kinds(t)))
			if got, err := interop.Detect(path); got != f || err != nil {
				t.Errorf("the format is %q, %v", got, err)
			}
			want, n := kinds(t), 0
			for r, err := range interop.Read(path, f) {
				if err != nil {
					t.Fatal(err)
				}
				if len(r.Losses) > 0 || r.Skipped != "" {
					t.Errorf("%s: lost %v, skipped %q", r.Exchange.Request.URL, r.Losses, r.Skipped)
				}
				if !reflect.DeepEqual(r.Exchange, want[n]) {
					t.Errorf("%s:\ngot  %+v %+v\nwant %+v %+v", want[n].Request.URL, r.Exchange, r.Exchange.Response, want[n], want[n].Response)
				}
				n++
			}
			if n != len(want) {
				t.Errorf("read %d of %d", n, len(want))
			}
		})
	}
}

// TestATapeGoesThroughExports exports a tape and imports it again. Both tapes hold the same.
func TestATapeGoesThroughExports(t *testing.T) {
	for f := range writers() {
		t.Run(string(f), func(t *testing.T) {
			first := open(t, filepath.Join(t.TempDir(), "a.tape"), replay.ModeRecord)
			for _, x := range kinds(t) {
				if x.Request.BodySum != nil || x.Identity != nil || strings.Contains(x.Request.URL, "-coding") || strings.Contains(x.Request.URL, "is-none") {
					continue
				}
				if err := first.Add(x); err != nil {
					t.Fatal(err)
				}
			}
			if err := first.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "b.tape")
			imported(t, export(t, f, first.Exchanges()), f, path)
			second := open(t, path, replay.ModeReplay)
			next, stop := iter.Pull2(second.Exchanges())
			defer stop()
			n := 0
			for x, err := range first.Exchanges() {
				if err != nil {
					t.Fatal(err)
				}
				y, err, ok := next()
				if !ok || err != nil {
					t.Fatalf("%s is missing: %v", x.Request.URL, err)
				}
				n++
				y.ID = x.ID
				y.Key, y.Identity, y.Secrets = x.Key, x.Identity, x.Secrets // hashed with the key of the tape
				if !reflect.DeepEqual(x, y) {
					t.Errorf("%s:\ngot  %+v %+v\nwant %+v %+v", x.Request.URL, y, y.Response, x, x.Response)
				}
			}
			if n < 30 {
				t.Errorf("compared %d exchanges, want more", n)
			}
		})
	}
}

// TestHARIsAsOthersReadIt reads an export without the field of gracy.
func TestHARIsAsOthersReadIt(t *testing.T) {
	b, err := os.ReadFile(export(t, interop.HAR, seq(kinds(t))))
	if err != nil {
		t.Fatal(err)
	}
	var har struct {
		Log struct {
			Version string
			Creator map[string]string
			Entries []map[string]any
		}
	}
	if err := json.Unmarshal(b, &har); err != nil {
		t.Fatal(err)
	}
	if har.Log.Version != "1.2" || har.Log.Creator["name"] != "gracy" || len(har.Log.Entries) != len(kinds(t)) {
		t.Errorf("got version %s, creator %v, %d entries", har.Log.Version, har.Log.Creator, len(har.Log.Entries))
	}
	for _, e := range har.Log.Entries {
		for _, name := range []string{"startedDateTime", "time", "request", "response", "cache", "timings"} {
			if _, ok := e[name]; !ok {
				t.Errorf("an entry has no %s", name)
			}
		}
		response := e["response"].(map[string]any)
		content := response["content"].(map[string]any)
		u := e["request"].(map[string]any)["url"].(string)
		switch {
		case strings.HasSuffix(u, "/gzip-that-was-asked-for"):
			if content["text"] != "zipped text" || content["size"] != 11.0 {
				t.Errorf("the content of gzip is %v, want it decoded", content)
			}
		case strings.HasSuffix(u, "/PNG"):
			if content["encoding"] != "base64" {
				t.Errorf("the content of a PNG is %v, want base64", content)
			}
		case strings.HasSuffix(u, "/a-refused-connection"):
			if response["status"] != 0.0 || response["_error"] == "" {
				t.Errorf("the response of a fault is %v", response)
			}
		}
	}
}

func TestAnExportEndsWithItsFirstError(t *testing.T) {
	broken := errors.New("broken")
	for f, write := range writers() {
		report, err := write(io.Discard, func(yield func(*store.Exchange, error) bool) {
			if yield(kinds(t)[0], nil) {
				yield(nil, broken)
			}
		})
		if !errors.Is(err, broken) || report.Done != 1 {
			t.Errorf("%s: got %v, %v", f, report, err)
		}
		_, err = write(full{}, seq(kinds(t)))
		if !errors.Is(err, errFull) {
			t.Errorf("%s: got %v for a writer that is full", f, err)
		}
		missing := kinds(t)[0]
		missing.SetMissingBody(5)
		if report, err := write(io.Discard, seq([]*store.Exchange{missing})); err != nil || report.Skipped != 1 || report.Done != 0 {
			t.Errorf("%s: got %v, %v for a body in parts", f, report, err)
		}
	}
}

var errFull = errors.New("full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

// A body that its caller left ends at the same place after an export and an import.
func TestABodyThatItsCallerLeftStaysSo(t *testing.T) {
	left := &store.Exchange{
		Request:  store.Request{Method: "GET", URL: "https://a.test/stream"},
		Response: &store.Response{Status: "200 OK", StatusCode: 200, Proto: "HTTP/1.1", Header: http.Header{"Content-Type": {"text/event-stream"}}, Body: []byte("data: 1\n\n"), ContentLength: -1},
		Fault:    &store.Fault{Text: "the caller left before the end", Kind: store.FaultCallerLeft},
		Start:    time.Unix(1_700_000_000, 0), FirstByte: time.Second, Total: 2 * time.Second, Attempt: 1, Route: "/stream",
	}
	for name, write := range map[string]func(io.Writer) error{
		"a.jsonl": func(w io.Writer) error { _, err := interop.WriteJSON(w, seq([]*store.Exchange{left})); return err },
		"a.har":   func(w io.Writer) error { _, err := interop.WriteHAR(w, seq([]*store.Exchange{left})); return err },
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		file, path := filepath.Join(t.TempDir(), name), filepath.Join(t.TempDir(), "t.json")
		if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		tape := open(t, path, replay.ModeRecord)
		report, err := interop.Import(t.Context(), tape, file, "")
		if err != nil || report.Done != 1 {
			t.Errorf("%s: %v, %v", name, report, err)
		}
		if err := tape.Close(); err != nil {
			t.Fatal(err)
		}
		resp, err := (&http.Client{Transport: open(t, path, replay.ModeReplay).Wrap(nil)}).Get("https://a.test/stream")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if string(got) != "data: 1\n\n" || !errors.Is(err, store.ErrCut) {
			t.Errorf("%s: replayed %q, %v", name, got, err)
		}
	}
}

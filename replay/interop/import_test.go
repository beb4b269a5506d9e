package interop_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/interop"
	"github.com/gracy-go/gracy/replay/store"
)

// nobody is a base that must not be called.
type nobody struct{}

func (nobody) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("sent")
}

func open(t *testing.T, path string, mode replay.Mode) *replay.Tape {
	t.Helper()
	tape, err := replay.Open(path, replay.Options{Mode: mode, Errors: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := tape.Close(); err != nil {
			t.Error(err)
		}
	})
	return tape
}

func imported(t *testing.T, file string, f interop.Format, path string) interop.Report {
	t.Helper()
	tape, err := replay.Open(path, replay.Options{Mode: replay.ModeRecord, Errors: true})
	if err != nil {
		t.Fatal(err)
	}
	report, err := interop.Import(t.Context(), tape, file, f)
	if err := errors.Join(err, tape.Close()); err != nil {
		t.Fatal(err)
	}
	return report
}

// TestFixturesReplay imports each fixture and sends each of its requests. The responses come in the
// order of the file.
func TestFixturesReplay(t *testing.T) {
	for name := range fixtures() {
		for _, ext := range []string{".tape", ".json"} {
			t.Run(name+ext, func(t *testing.T) {
				if done := replaysAll(t, filepath.Join("testdata", name), filepath.Join(t.TempDir(), "t"+ext)); done < 19 {
					t.Errorf("%d exchanges were imported, want more than 18", done)
				}
			})
		}
	}
}

// replaysAll imports a file onto a tape, sends each of its requests, and returns how many there
// are.
func replaysAll(t *testing.T, file, path string) (done int) {
	t.Helper()
	report := imported(t, file, "", path)
	rt := open(t, path, replay.ModeReplay).Wrap(nobody{})
	skipped := 0
	for r, err := range interop.Read(file, "") {
		if err != nil {
			t.Fatal(err)
		}
		if r.Skipped != "" {
			skipped++
			continue
		}
		done++
		if err := replays(rt, r.Exchange); err != nil {
			t.Errorf("%s %s: %v", r.Exchange.Request.Method, r.Exchange.Request.URL, err)
		}
	}
	if report.Done != done || report.Skipped != skipped {
		t.Errorf("the report has %d done and %d skipped, want %d and %d", report.Done, report.Skipped, done, skipped)
	}
	return done
}

// replays sends the request of an exchange and compares the response.
func replays(rt http.RoundTripper, x *store.Exchange) error {
	req, err := requestOf(x)
	if err != nil {
		return err
	}
	resp, err := rt.RoundTrip(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	want := x.Response
	if resp.StatusCode != want.StatusCode || resp.Status != want.Status || resp.Proto != want.Proto || resp.ContentLength != want.ContentLength {
		return fmt.Errorf("got %s %s of %d, want %s %s of %d", resp.Proto, resp.Status, resp.ContentLength, want.Proto, want.Status, want.ContentLength)
	}
	if !bytes.Equal(body, want.Body) {
		return fmt.Errorf("the body is %q, want %q", body, want.Body)
	}
	for _, name := range slices.Sorted(maps.Keys(want.Header)) {
		if name == "Set-Cookie" {
			if len(resp.Header[name]) != len(want.Header[name]) {
				return fmt.Errorf("%d cookies, want %d", len(resp.Header[name]), len(want.Header[name]))
			}
			continue // masked
		}
		if !slices.Equal(resp.Header[name], want.Header[name]) {
			return fmt.Errorf("%s is %q, want %q", name, resp.Header[name], want.Header[name])
		}
	}
	for name, values := range want.Trailer {
		if !slices.Equal(resp.Trailer[name], values) {
			return fmt.Errorf("the trailer %s is %q, want %q", name, resp.Trailer[name], values)
		}
	}
	return nil
}

func requestOf(x *store.Exchange) (*http.Request, error) {
	var body io.Reader
	if x.Request.Body != nil {
		body = bytes.NewReader(x.Request.Body)
	}
	req, err := http.NewRequest(x.Request.Method, x.Request.URL, body)
	if err == nil {
		req.Header = x.Request.Header.Clone()
		req.Host = x.Request.Host
	}
	return req, err
}

// If the body of a recorded POST is missing, its exchange must not match a request without a body.
func TestARequestWithoutItsBodyRepliesToNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.tape")
	imported(t, "testdata/playwright.har", interop.HAR, path)
	rt := open(t, path, replay.ModeReplay).Wrap(nobody{})
	for _, body := range []io.Reader{nil, strings.NewReader("other")} {
		req, err := http.NewRequest(http.MethodPost, "http://127.0.0.1:7080/echo?multipart=1", body)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := rt.RoundTrip(req)
		if _, ok := errors.AsType[*replay.MissError](err); !ok {
			t.Errorf("got %v, %v; want a miss", resp, err)
		}
	}
}

// The secrets of this cassette must not be on the tape or in the report.
const secretCassette = `version: 2
interactions:
    - request:
        url: https://user:hunter2secret@api.test/v1?api_key=querysecret99&page=1
        method: POST
        headers:
            Authorization: [Bearer headersecret99]
            Cookie: [sid=cookiesecret99]
            Content-Type: [application/json]
        body: '{"password":"bodysecret99"}'
        content_length: 27
      response:
        code: 200
        status: 200 OK
        headers:
            Set-Cookie: [sid=setcookiesecret99; Path=/]
            Content-Length: ["3"]
        body: '{"access_token":"tokensecret99"}'
    - request:
        url: https://api.test/v1?api_key=querysecret99
        method: POST
        headers: {Content-Type: [application/json]}
        content_length: 27
      response: {code: 200, status: 200 OK}
`

func TestNoSecretIsOnTheTapeOrInTheReport(t *testing.T) {
	secrets := []string{"hunter2secret", "querysecret99", "headersecret99", "cookiesecret99", "bodysecret99", "setcookiesecret99", "tokensecret99"}
	for _, s := range secrets {
		if !strings.Contains(secretCassette, s) {
			t.Fatalf("%s is not planted", s)
		}
	}
	for _, ext := range []string{".tape", ".json"} {
		path := filepath.Join(t.TempDir(), "t"+ext)
		report := imported(t, written(t, secretCassette), interop.GoVCR, path)
		if report.Done != 1 || report.Skipped != 1 || len(report.Losses) != 2 {
			t.Errorf("got %v", report)
		}
		tape, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range secrets {
			if strings.Contains(report.String(), s) {
				t.Errorf("%s is in the report: %s", s, report)
			}
			if bytes.Contains(tape, []byte(s)) {
				t.Errorf("%s is on the tape %s", s, ext)
			}
		}
	}
}

// written writes a text to a file and returns its path.
func written(tb testing.TB, text string) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "file")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

func TestAnImportEndsWithItsErrors(t *testing.T) {
	t.Run("a tape that only replays", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "t.json")
		imported(t, "testdata/nock.json", "", path)
		report, err := interop.Import(t.Context(), open(t, path, replay.ModeReplay), "testdata/nock.json", "")
		if !errors.Is(err, store.ErrReadOnly) || report.Done != 0 {
			t.Errorf("got %v, %v", report, err)
		}
	})
	t.Run("a file that is cut", func(t *testing.T) {
		b, err := os.ReadFile("testdata/nock.json")
		if err != nil {
			t.Fatal(err)
		}
		tape := open(t, filepath.Join(t.TempDir(), "t.tape"), replay.ModeRecord)
		report, err := interop.Import(t.Context(), tape, written(t, string(b[:len(b)/2])), interop.Nock)
		fe, ok := errors.AsType[*interop.FormatError](err)
		if !ok || fe.Item != report.Done+1 || report.Done < 5 {
			t.Errorf("got %v, %v", report, err)
		}
	})
	t.Run("a format that is unknown", func(t *testing.T) {
		tape := open(t, filepath.Join(t.TempDir(), "t.tape"), replay.ModeRecord)
		for _, text := range []string{"", "hello", "{}", "[]", "PK"} {
			_, err := interop.Import(t.Context(), tape, written(t, text), "")
			if _, ok := errors.AsType[*interop.FormatError](err); !ok {
				t.Errorf("%q: got %v, want a FormatError", text, err)
			}
		}
	})
	t.Run("a body that is too long for the tape", func(t *testing.T) {
		tape, err := replay.Open(filepath.Join(t.TempDir(), "t.tape"), replay.Options{Mode: replay.ModeRecord, MaxBody: 60})
		if err != nil {
			t.Fatal(err)
		}
		defer tape.Close()
		report, err := interop.Import(t.Context(), tape, "testdata/govcr4.yaml", "")
		if err != nil || report.Skipped != 5 {
			t.Errorf("got %v, %v; want 5 skipped", report, err)
		}
	})
}

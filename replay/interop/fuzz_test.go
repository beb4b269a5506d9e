package interop

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// fuzz feeds a format with its fixtures and mutations of them. Each ends with records or with a
// FormatError.
func fuzz(f *testing.F, format Format, fixtures ...string) {
	f.Helper()
	for _, name := range fixtures {
		b, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	lim := limits{item: 1 << 16, body: 1 << 16, attached: 1 << 18, nodes: 1 << 12}
	f.Fuzz(func(t *testing.T, b []byte) {
		start := bytes.TrimSpace(bytes.TrimPrefix(b, []byte("\ufeff")))
		for r, err := range readFrom(bytes.NewReader(b), format, len(start) > 0 && start[0] == '{', lim) {
			if err != nil {
				if _, ok := errors.AsType[*FormatError](err); !ok {
					t.Errorf("%v is no FormatError", err)
				}
				return
			}
			r.named()
			if r.Exchange == nil {
				t.Fatal("a record without an exchange")
			}
			if resp := r.Exchange.Response; format != JSON && resp != nil && r.Exchange.Request.Method != "HEAD" &&
				r.Skipped == "" && resp.ContentLength > 0 && resp.ContentLength != int64(len(resp.Body)) && format != HAR {
				t.Errorf("the length is %d of %d", resp.ContentLength, len(resp.Body))
			}
		}
	})
}

func FuzzGoVCR(f *testing.F)   { fuzz(f, GoVCR, "govcr3.yaml", "govcr4.yaml") }
func FuzzVCRPy(f *testing.F)   { fuzz(f, VCRPy, "vcrpy.yaml") }
func FuzzRubyVCR(f *testing.F) { fuzz(f, RubyVCR, "rubyvcr.yml") }
func FuzzBetamax(f *testing.F) { fuzz(f, Betamax, "betamax.json", "betamax-exact.json") }
func FuzzNock(f *testing.F)    { fuzz(f, Nock, "nock.json") }
func FuzzPolly(f *testing.F)   { fuzz(f, Polly, "polly-node.har", "polly-fetch.har") }

func FuzzHAR(f *testing.F) {
	fuzz(f, HAR, "playwright.har", "playwright-minimal.har", "mitmproxy.har")
}

func FuzzJSON(f *testing.F) {
	f.Add([]byte(`{"gracy":1,"start":"2026-11-28T10:00:00Z","request":{"method":"GET","url":"http://a.test/","header":{"A":["1",{"base64":"/w=="}]}},` +
		`"response":{"code":200,"status":"200 OK","trailer":{"X":null},"body":{"base64":"/w=="},"content_length":1,"pieces":[{"bytes":1}]},"fault":{"text":"x"}}` + "\n"))
	fuzz(f, JSON)
}

// FuzzZip feeds whole files, because a zip is read from its end.
func FuzzZip(f *testing.F) {
	b, err := os.ReadFile("testdata/playwright.har.zip")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	path := filepath.Join(f.TempDir(), "x.zip")
	f.Fuzz(func(t *testing.T, b []byte) {
		if !isZip(b) {
			return
		}
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, err := range read(path, HAR, limits{item: 1 << 16, body: 1 << 16, attached: 1 << 18, nodes: 1 << 12}) {
			if err != nil {
				if _, ok := errors.AsType[*FormatError](err); !ok {
					t.Errorf("%v is no FormatError", err)
				}
			}
		}
	})
}

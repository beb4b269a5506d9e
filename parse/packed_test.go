package parse_test

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/parse"
)

func packed(t *testing.T, body string, with func(io.Writer) io.WriteCloser) string {
	t.Helper()
	var b bytes.Buffer
	w := with(&b)
	_, _ = io.WriteString(w, body)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func gzipped(t *testing.T, body string) string {
	t.Helper()
	return packed(t, body, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) })
}

// encoded is a header that names a coding.
func encoded(coding string) http.Header { return http.Header{"Content-Encoding": {coding}} }

func TestAPackedBodyIsUnpackedOrNamed(t *testing.T) {
	gz := gzipped(t, pikachu)
	zl := packed(t, pikachu, func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) })
	fl := packed(t, pikachu, func(w io.Writer) io.WriteCloser { fw, _ := flate.NewWriter(w, 9); return fw })
	for name, tt := range map[string]struct {
		coding, body string
		text         string // "": the body is decoded
	}{
		"gzip":              {"gzip", gz, ""},
		"x-gzip":            {"X-GZip", gz, ""},
		"beside identity":   {"identity, gzip", gz, ""},
		"deflate":           {"deflate", zl, ""},
		"deflate, bare":     {"deflate", fl, ""},
		"gzip that is gone": {"gzip", pikachu, ""},
		"br that is gone":   {"br", pikachu, ""},
		"deflate, gone":     {"deflate", pikachu, ""},
		"a charset":         {"utf-8", pikachu, ""},
		"identity":          {"identity", pikachu, ""},
		"gzip, not said":    {"", gz, ": gzip data without a Content-Encoding"},
		"gzip, identity":    {"identity", gz, ": gzip data without a Content-Encoding"},
		"br":                {"br", "\x8b\x0c\x80", ": no decoder for Content-Encoding br"},
		"zstd":              {"zstd", "\x28\xb5\x2f\xfd", ": no decoder for Content-Encoding zstd"},
		"two codings":       {"gzip, gzip", gzipped(t, gz), ": no decoder for Content-Encoding gzip, gzip"},
		"gzip, cut off":     {"gzip", gz[:len(gz)-9], ": Content-Encoding gzip: unexpected end"},
		"gzip, damaged":     {"gzip", gz[:12] + "\xff\xff" + gz[14:], ": Content-Encoding gzip: malformed"},
		"malformed inside":  {"gzip", gzipped(t, "{{"), " at byte 2: malformed"},
		"a long coding":     {strings.Repeat("z", 100), "{{", ": no decoder for Content-Encoding " + strings.Repeat("z", 40) + "..."},
	} {
		t.Run(name, func(t *testing.T) {
			in := reply{status: 200, header: encoded(tt.coding), body: tt.body}
			for _, opts := range [][]parse.Option{nil, {parse.Check(func(*pokemon) error { return nil })}} {
				_, client := serve(t, in)
				got, err := parse.Get[pokemon](t.Context(), retrying(client, 1), url, opts...)
				if tt.text == "" {
					if err != nil || got.ID != 25 {
						t.Errorf("%v, %v", got, err)
					}
					continue
				}
				if !errors.Is(err, parse.ErrDecode) || !strings.HasSuffix(err.Error(), ": decode application/json"+tt.text) {
					t.Errorf("text %q, want %q at its end", err, tt.text)
				}
			}
		})
	}
	if got, err := get[string](t, reply{header: encoded("gzip"), body: gzipped(t, "hello")}); got != "hello" || err != nil {
		t.Errorf("string: %q, %v", got, err)
	}
	if got, err := get[*pokemon](t, reply{header: encoded("gzip"), body: gzipped(t, "")}); got != (*pokemon)(nil) || err != nil {
		t.Errorf("nothing, packed: %v, %v", got, err)
	}
	// What is not decoded is as the server sent it.
	if got, err := get[[]byte](t, reply{header: encoded("gzip"), body: gz}); string(got.([]byte)) != gz || err != nil {
		t.Errorf("[]byte: %q, %v", got, err)
	}
}

func TestMaxBytesBoundsWhatIsUnpacked(t *testing.T) {
	for name, with := range map[string]func(io.Writer) io.WriteCloser{
		"gzip":          func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
		"deflate":       func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) },
		"deflate, bare": func(w io.Writer) io.WriteCloser { fw, _ := flate.NewWriter(w, 9); return fw },
	} {
		bomb := packed(t, `"`+strings.Repeat("x", 10<<20)+`"`, with)
		coding, _, _ := strings.Cut(name, ",")
		_, err := get[string](t, reply{header: encoded(coding), body: bomb}, parse.MaxBytes(1<<20))
		if te, ok := errors.AsType[*parse.TooLargeError](err); !ok || te.Limit != 1<<20 {
			t.Errorf("%s: %d bytes that become 10 MiB: %v, want a TooLargeError of 1 MiB", name, len(bomb), err)
		}
		// The control: the bomb is whole.
		if got, err := get[string](t, reply{header: encoded(coding), body: bomb}); err != nil || len(got.(string)) != 10<<20+2 {
			t.Errorf("%s: without the limit: %v", name, err)
		}
	}
}

// One byte, though a coding starts with it, is too short for one.
func TestABodyOfOneByteIsNotPacked(t *testing.T) {
	if got, err := get[int](t, reply{header: encoded("deflate"), body: "8"}); got != 8 || err != nil {
		t.Errorf("%v, %v", got, err)
	}
}

func TestAPackedFailureIsUnpacked(t *testing.T) {
	const doc = `{"title":"Oops"}`
	_, err := get[pokemon](t, reply{status: 422, typ: "application/problem+json", header: encoded("gzip"), body: gzipped(t, doc)})
	se, ok := errors.AsType[*parse.StatusError](err)
	if !ok || string(se.Body) != doc || se.Problem == nil || se.Truncated || se.Header.Get("Content-Encoding") != "" {
		t.Fatalf("%v: %+v", err, se)
	}
	_, err = get[pokemon](t, reply{status: 500, header: encoded("gzip"), body: gzipped(t, strings.Repeat("x", 1<<20))})
	if se, ok := errors.AsType[*parse.StatusError](err); !ok || len(se.Body) != 64<<10 || !se.Truncated {
		t.Errorf("a bomb: %v", err)
	}
	packed := gzipped(t, doc)
	_, err = get[pokemon](t, reply{status: 422, header: encoded("gzip"), body: packed[:len(packed)-8]}) // without its checksum and length
	if se, ok := errors.AsType[*parse.StatusError](err); !ok || string(se.Body) != doc || !se.Truncated || se.Header.Get("Content-Length") != "" {
		t.Errorf("cut off: %v: %+v", err, se)
	}
	_, err = get[pokemon](t, reply{status: 422, header: encoded("gzip"), body: packed[:5]})
	if se, ok := errors.AsType[*parse.StatusError](err); !ok || string(se.Body) != packed[:5] || se.Header.Get("Content-Encoding") != "gzip" {
		t.Errorf("cut off in its header: %v: %+v", err, se)
	}
	_, err = get[pokemon](t, reply{status: 500, header: encoded("br"), body: "\x8b\x0c"})
	if se, ok := errors.AsType[*parse.StatusError](err); !ok || string(se.Body) != "\x8b\x0c" || se.Header.Get("Content-Encoding") != "br" {
		t.Errorf("another coding: %v", err)
	}
}

// The two ways in which net/http leaves a body packed.
func TestABodyThatNetHTTPLeavesPackedIsUnpacked(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = io.WriteString(w, gzipped(t, pikachu))
	}))
	defer srv.Close()
	if got, err := parse.Get[pokemon](t.Context(), srv.Client(), srv.URL, parse.Header("Accept-Encoding", "gzip")); err != nil || got.ID != 25 {
		t.Errorf("asked for by the caller: %v, %v", got, err)
	}
	base := &http.Transport{DisableCompression: true}
	defer base.CloseIdleConnections()
	if got, err := parse.Get[pokemon](t.Context(), &http.Client{Transport: base}, srv.URL); err != nil || got.ID != 25 {
		t.Errorf("sent unasked: %v, %v", got, err)
	}
}

package replay_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay"
)

// base64s is a coding that gracy does not know.
func base64s() replay.Coding {
	return replay.Coding{
		Name: "b64",
		NewReader: func(r io.Reader) (io.ReadCloser, error) {
			return io.NopCloser(base64.NewDecoder(base64.StdEncoding, r)), nil
		},
		NewWriter: func(w io.Writer) (io.WriteCloser, error) { return base64.NewEncoder(base64.StdEncoding, w), nil },
	}
}

// cutOff is a coding whose reader reports any body as truncated, as the one of br does for some
// texts.
func cutOff() replay.Coding {
	return replay.Coding{
		Name: "cut",
		NewReader: func(io.Reader) (io.ReadCloser, error) {
			return io.NopCloser(readerFunc(func([]byte) (int, error) { return 0, io.ErrUnexpectedEOF })), nil
		},
		NewWriter: func(w io.Writer) (io.WriteCloser, error) { return nil, io.ErrShortWrite },
	}
}

// A body that the tape can decode is masked and recorded, whatever its codings. A body without a
// secret stays byte for byte what it was.
func TestCodings(t *testing.T) {
	b64 := func(b []byte) []byte { return []byte(base64.StdEncoding.EncodeToString(b)) }
	secret := []byte(`{"password":"` + named + `","n":1}`)
	plain := []byte(`{"name":"pikachu","n":1}`)
	gzip := func(b []byte) []byte { return zipped(string(b)) }
	same := func(b []byte) []byte { return b }
	cut := func(b []byte) []byte { b = gzip(b); return b[:len(b)-9] }
	framed := func(b []byte) []byte {
		return fmt.Appendf(nil, "%x;chunk-signature=0\r\n%s\r\n0;chunk-signature=0\r\n\r\n", len(b), b)
	}
	for _, c := range []struct {
		encoding string
		pack     func([]byte) []byte
		secret   bool // a body with a secret is recorded, masked
		plain    bool // one without is recorded
	}{
		{"b64", b64, true, true},
		{"B64", b64, true, true},
		{"identity", same, true, true},
		{"gzip, b64", func(b []byte) []byte { return b64(gzip(b)) }, true, true},
		{"gzip, gzip", func(b []byte) []byte { return gzip(gzip(b)) }, true, true},
		{"aws-chunked", same, true, true},
		{"aws-chunked,gzip", gzip, true, true},
		{"aws-chunked", framed, false, false},
		{"gzip", cut, false, true}, // it could not be packed again
		{"gzip", same, false, false},
		{"other", same, false, false},
		{"cut", same, false, true}, // not in that coding, but readable as it is
		{"cut, gzip", gzip, false, true},
		{"gzip, gzip, gzip, gzip, gzip", func(b []byte) []byte { return gzip(gzip(gzip(gzip(gzip(b))))) }, false, false},
	} {
		for _, body := range [][]byte{secret, plain} {
			stored := c.plain
			if bytes.Equal(body, secret) {
				stored = c.secret
			}
			path := t.TempDir() + "/t.json"
			opts := replay.Options{Mode: replay.ModeRecord, Codings: []replay.Coding{base64s(), cutOff()}}
			tape := open(t, path, opts)
			packed := c.pack(body)
			rt := tape.Wrap(&script{fn: func(_ int, req *http.Request) (*http.Response, error) {
				resp := respond(req, 200, string(packed))
				resp.Header = http.Header{"Content-Type": {"application/json"}, "Content-Encoding": {c.encoding}}
				return resp, nil
			}})
			if _, got := get(t, rt, api+"/a"); got != string(packed) {
				t.Errorf("%s: the caller's bytes were changed", c.encoding)
			}
			err := tape.Close()
			if s := tape.Stats(); (s.Recorded == 1) != stored || (s.Withheld == 1) == stored || (err == nil) != stored {
				t.Errorf("%s of %s: %+v, %v", c.encoding, body, s, err)
				continue
			}
			if !stored {
				continue
			}
			opts.Mode = replay.ModeReplay
			_, got := get(t, open(t, path, opts).Wrap(noNetwork(t)), api+"/a")
			wanted := string(packed)
			if bytes.Equal(body, secret) {
				wanted = string(c.pack([]byte(strings.Replace(string(secret), named, "REDACTED", 1))))
			}
			if got != wanted {
				t.Errorf("%s: replayed %q, want %q", c.encoding, got, wanted)
			}
		}
	}
}

// A body that decodes to more than the bound is withheld, whatever the coding.
func TestACodingIsReadUpToTheBound(t *testing.T) {
	read := int64(0)
	endless := replay.Coding{
		Name: "endless",
		NewReader: func(io.Reader) (io.ReadCloser, error) {
			return io.NopCloser(readerFunc(func(p []byte) (int, error) { read += int64(len(p)); return len(p), nil })), nil
		},
		NewWriter: func(io.Writer) (io.WriteCloser, error) { return nil, io.ErrShortWrite },
	}
	tape := open(t, t.TempDir()+"/t.json", replay.Options{MaxBody: 1 << 10, Codings: []replay.Coding{endless}})
	get(t, tape.Wrap(&script{fn: func(_ int, req *http.Request) (*http.Response, error) {
		resp := respond(req, 200, "x")
		resp.Header.Set("Content-Encoding", "endless")
		return resp, nil
	}}), api+"/a")
	if err := tape.Close(); err == nil || tape.Stats().Withheld != 1 || read > 16<<10 {
		t.Errorf("%v, %+v, %d bytes were read", err, tape.Stats(), read)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

package codings_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/codings"
)

func pack(t *testing.T, c replay.Coding, s string) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := c.NewWriter(&b)
	if err == nil {
		_, err = io.WriteString(w, s)
	}
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func unpack(c replay.Coding, b []byte) (string, error) {
	r, err := c.NewReader(bytes.NewReader(b))
	if err != nil {
		return "", err
	}
	defer r.Close()
	plain, err := io.ReadAll(r)
	return string(plain), err
}

// server responds with one body.
type server struct {
	encoding string
	body     []byte
}

func (s server) RoundTrip(req *http.Request) (*http.Response, error) {
	return &http.Response{
		Status: "200 OK", StatusCode: 200, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: req,
		Header: http.Header{"Content-Type": {"application/json"}, "Content-Encoding": {s.encoding}},
		Body:   io.NopCloser(bytes.NewReader(s.body)), ContentLength: int64(len(s.body)),
	}, nil
}

func body(t *testing.T, rt http.RoundTripper) []byte {
	t.Helper()
	resp, err := (&http.Client{Transport: rt}).Get("https://api.test/")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A body in br or zstd is recorded with its secret masked. A body without a secret is replayed byte
// for byte. Without the codings both are withheld.
func TestBodiesAreOpened(t *testing.T) {
	for _, c := range codings.All() {
		for text, masked := range map[string]string{
			`{"name":"pikachu"}`:                 `{"name":"pikachu"}`,
			`{"password":"correct-horse","n":1}`: `{"password":"REDACTED","n":1}`,
		} {
			path := filepath.Join(t.TempDir(), "t.json")
			live := server{c.Name, pack(t, c, text)}
			for _, list := range [][]replay.Coding{nil, codings.All()} {
				tape, err := replay.Open(path, replay.Options{Mode: replay.ModeRecord, Codings: list})
				if err != nil {
					t.Fatal(err)
				}
				if got := body(t, tape.Wrap(live)); !bytes.Equal(got, live.body) {
					t.Errorf("%s: the caller's bytes were changed", c.Name)
				}
				if err := tape.Close(); (err == nil) != (list != nil) {
					t.Errorf("%s, with %d codings: Close: %v", c.Name, len(list), err)
				}
			}
			tape, err := replay.Open(path, replay.Options{Mode: replay.ModeReplay, Codings: codings.All()})
			if err != nil {
				t.Fatal(err)
			}
			got := body(t, tape.Wrap(server{}))
			plain, err := unpack(c, got)
			if err != nil || plain != masked || text == masked && !bytes.Equal(got, live.body) {
				t.Errorf("%s: replayed %q, %v; want %q", c.Name, plain, err, masked)
			}
			_ = tape.Close()
		}
	}
}

// A truncated body ends with io.ErrUnexpectedEOF. A body in another coding is an error.
func TestDamage(t *testing.T) {
	for _, c := range codings.All() {
		whole := pack(t, c, strings.Repeat("0123456789abcdef", 20_000))
		if _, err := unpack(c, whole[:len(whole)-1]); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s, cut off: %v, want io.ErrUnexpectedEOF", c.Name, err)
		}
		if got, err := unpack(c, []byte("no such thing, for sure")); err == nil {
			t.Errorf("%s of something else: %q", c.Name, got)
		}
	}
}

func ExampleAll() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	tape, err := replay.Open(filepath.Join(dir, "api.tape"), replay.Options{Codings: codings.All()})
	if err != nil {
		panic(err)
	}
	client := &http.Client{Transport: tape.Wrap(server{"br", []byte{0x0b, 0x01, 0x80, 'a', 'b', 'c', 0x03}})}
	resp, err := client.Get("https://api.test/")
	if err != nil {
		panic(err)
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	fmt.Println(tape.Close(), tape.Stats().Recorded)
	// Output: <nil> 1
}

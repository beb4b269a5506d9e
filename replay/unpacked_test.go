package replay_test

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay"
)

// A client gets no content coding that it does not ask for, whoever recorded the response. If it asks
// for none, net/http would ask by itself and decode it. A client that asks for the coding, or that was
// sent it unasked, gets what was recorded.
func TestAResponseIsReplayedInACodingThatItsClientAskedFor(t *testing.T) {
	const plain = `{"name":"pikachu"}`
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(plain))
	_ = w.Close()
	packed := b.String()
	var z bytes.Buffer
	d := zlib.NewWriter(&z)
	_, _ = d.Write([]byte(plain))
	_ = d.Close()
	other := z.String()
	for _, c := range []struct {
		recorded, asked, coding, body, want string
	}{
		{"gzip, deflate", "", "gzip", packed, plain},
		{"gzip", "identity", "GZIP", packed, plain},
		{"gzip", "gzip", "gzip", packed, packed},
		{"gzip", "gzip;q=0.5", "gzip", packed, packed},
		{"", "", "gzip", packed, packed}, // sent unasked
		{"identity", "", "gzip", packed, packed},
		{"gzip", "", "", plain, plain},
		{"gzip", "", "identity", plain, plain},
		{"gzip", "", "gzip", packed[:len(packed)-9], plain}, // cut off, as the recording is
		{"gzip, deflate", "gzip", "deflate", other, plain},
		{"deflate", "gzip, *;q=0", "deflate", other, plain},
		{"gzip", "deflate, gzip;q=0", "gzip", packed, plain},
		{"*", "deflate", "gzip", packed, plain},
		{"gzip", "deflate, *;q=0.1", "gzip", packed, packed},
		{"gzip", "X-GZIP", "gzip", packed, packed},
		{"x-gzip", "gzip", "x-gzip", packed, packed},
		{"gzip", "gzip", "deflate", other, other}, // sent unasked
		{"gzip", "", "deflate", other, other},
		{"gzip", "", "aws-chunked,gzip", packed, plain},
		{"gzip", "gzip", "aws-chunked,gzip", packed, packed},
	} {
		for _, name := range stores() {
			path := filepath.Join(t.TempDir(), name)
			tape := open(t, path, replay.Options{})
			send(t, tape.Wrap(&script{fn: func(_ int, req *http.Request) (*http.Response, error) {
				resp := respond(req, 200, c.body)
				resp.Header.Set("Content-Type", "application/json")
				if c.coding != "" {
					resp.Header.Set("Content-Encoding", c.coding)
				}
				return resp, nil
			}}), withHeader(t, "Accept-Encoding", c.recorded))
			closeTape(t, tape)
			resp, err := openReplay(t, path).Wrap(noNetwork(t)).RoundTrip(withHeader(t, "Accept-Encoding", c.asked))
			if err != nil {
				t.Fatal(err)
			}
			got, decoded := readAll(t, resp), c.want != c.body
			if got != c.want || resp.Uncompressed != decoded || (resp.Header.Get("Content-Encoding") == "") != (decoded || c.coding == "") {
				t.Errorf("recorded for %q, replayed for %q: %q, Content-Encoding %q, Uncompressed %v", c.recorded, c.asked, got, resp.Header.Get("Content-Encoding"), resp.Uncompressed)
			}
			if length := resp.Header.Get("Content-Length"); decoded && (length != "" || resp.ContentLength != -1) || !decoded && resp.ContentLength != int64(len(c.body)) {
				t.Errorf("recorded for %q, replayed for %q: length %d, %q", c.recorded, c.asked, resp.ContentLength, length)
			}
		}
	}
}

// A part of a packed body cannot be decoded, and net/http asks for none in a coding.
func TestAPartOfAPackedBodyStays(t *testing.T) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(strings.Repeat("x", 99)))
	_ = w.Close()
	packed := b.String()
	path := filepath.Join(t.TempDir(), "tape.json")
	tape := open(t, path, replay.Options{})
	rt := tape.Wrap(&script{fn: func(_ int, req *http.Request) (*http.Response, error) {
		resp := respond(req, 206, packed)
		resp.Header.Set("Content-Encoding", "gzip")
		return resp, nil
	}})
	ranged := func(coding string) *http.Request {
		req := withHeader(t, "Accept-Encoding", coding)
		req.Header.Set("Range", "bytes=0-99")
		return req
	}
	send(t, rt, ranged("gzip"))
	closeTape(t, tape)
	if _, got := send(t, openReplay(t, path).Wrap(noNetwork(t)), ranged("")); got != packed {
		t.Errorf("a part is replayed as %q", got)
	}
}

// A body that a storage keeps in parts is decoded, too.
func TestALongPackedBodyIsDecoded(t *testing.T) {
	var plain, packed bytes.Buffer
	for r := rand.New(rand.NewPCG(1, 2)); plain.Len() < 3<<20; {
		_, _ = fmt.Fprintf(&plain, "%x\n", r.Uint64())
	}
	w := gzip.NewWriter(&packed)
	_, _ = w.Write(plain.Bytes())
	_ = w.Close()
	if packed.Len() < 1<<20 {
		t.Fatalf("the packed body has only %d bytes", packed.Len())
	}
	for _, name := range stores() {
		path := filepath.Join(t.TempDir(), name)
		tape := open(t, path, replay.Options{})
		send(t, tape.Wrap(&script{fn: func(_ int, req *http.Request) (*http.Response, error) {
			resp := respond(req, 200, packed.String())
			resp.Header.Set("Content-Encoding", "gzip")
			return resp, nil
		}}), withHeader(t, "Accept-Encoding", "gzip"))
		closeTape(t, tape)
		rt := openReplay(t, path).Wrap(noNetwork(t))
		for asked, want := range map[string]string{"": plain.String(), "gzip": packed.String()} {
			resp, err := rt.RoundTrip(withHeader(t, "Accept-Encoding", asked))
			if err != nil {
				t.Fatal(err)
			}
			if got := readAll(t, resp); got != want || resp.Uncompressed != (asked == "") || (resp.Header.Get("Content-Encoding") == "") != (asked == "") {
				t.Errorf("%s, for %q: %d bytes, want %d, Uncompressed %v", name, asked, len(got), len(want), resp.Uncompressed)
			}
		}
	}
}

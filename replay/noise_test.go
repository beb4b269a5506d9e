package replay_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/replay"
)

// inChunks frames a payload like a client that signs each chunk.
func inChunks(payload string, size int, signature string) string {
	var b strings.Builder
	b.Grow(len(payload) + 100*(len(payload)/size+3))
	for rest := payload; ; {
		n := min(size, len(rest))
		fmt.Fprintf(&b, "%x;chunk-signature=%s\r\n%s\r\n", n, strings.Repeat(signature, 64), rest[:n])
		if rest = rest[n:]; n == 0 {
			return strings.TrimSuffix(b.String(), "\r\n") + "x-amz-checksum-crc32:" + signature + "\r\n\r\n"
		}
	}
}

// upload sends a body, with or without GetBody.
func upload(t *testing.T, rt http.RoundTripper, url, body string, header http.Header, again bool) error {
	t.Helper()
	req := request(t, "PUT", url, body)
	maps.Copy(req.Header, header)
	if !again {
		req.GetBody = nil
	}
	resp, err := rt.RoundTrip(req)
	if err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.Body.Close()
}

// uploaded is a base that reads the request body.
func uploaded() *script {
	return &script{fn: func(_ int, req *http.Request) (*http.Response, error) {
		if _, err := io.Copy(io.Discard, req.Body); err != nil {
			return nil, err
		}
		return respond(req, 200, "ok"), nil
	}}
}

func TestChunkSignaturesDoNotMatter(t *testing.T) {
	large := 1 << 20 // longer than MaxRequest with its frames
	if long.Wanted() {
		large = 5 << 20
	}
	for name, header := range map[string]http.Header{
		"by digest": {"X-Amz-Content-Sha256": {"STREAMING-AWS4-HMAC-SHA256-PAYLOAD"}},
		"by coding": {"Content-Encoding": {"aws-chunked"}, "X-Amz-Content-Sha256": {"STREAMING-UNSIGNED-PAYLOAD-TRAILER"}},
	} {
		for _, size := range []int{12, large} {
			for _, mode := range []replay.Mode{replay.ModeSmart, replay.ModeRecord} {
				for _, again := range []bool{true, false} {
					t.Run(fmt.Sprintf("%s, %d bytes, %v, again %v", name, size, mode, again), func(t *testing.T) {
						path := filepath.Join(t.TempDir(), "t.json")
						payload := strings.Repeat("x", size)
						for _, ignore := range []replay.Noise{0, replay.ChunkSignatures, replay.SDKNoise} {
							match := replay.Match{Ignore: ignore}
							tape := open(t, path, replay.Options{Mode: mode, Match: match})
							if err := upload(t, tape.Wrap(uploaded()), api+"/o", inChunks(payload, 64<<10, "a"), header, again); err != nil {
								t.Fatal(err)
							}
							closeTape(t, tape)
							tape = open(t, path, replay.Options{Mode: replay.ModeReplay, Match: match})
							err := upload(t, tape.Wrap(noNetwork(t)), api+"/o", inChunks(payload, 32<<10, "b"), header, again)
							if ignore == 0 && !errors.Is(err, replay.ErrMiss) {
								t.Errorf("control: %v, want a miss", err)
							}
							if ignore != 0 && err != nil {
								t.Error(err)
							}
							if err := upload(t, tape.Wrap(noNetwork(t)), api+"/o", inChunks(payload[1:]+"y", 64<<10, "a"), header, again); !errors.Is(err, replay.ErrMiss) {
								t.Errorf("another payload: %v, want a miss", err)
							}
							closeTape(t, tape)
							path = filepath.Join(t.TempDir(), "u.json")
						}
					})
				}
			}
		}
	}
}

// blocks uploads an object in blocks whose ids begin with a letter.
func blocks(t *testing.T, rt http.RoundTripper, letter string, contents []string, kind string) error {
	t.Helper()
	var list strings.Builder
	for i, content := range contents {
		id := base64.StdEncoding.EncodeToString([]byte(strings.Repeat(letter, 63) + strconv.Itoa(i)))
		if err := upload(t, rt, api+"/c/b?comp=block&blockid="+strings.ReplaceAll(id, "=", "%3D"), content, nil, true); err != nil {
			return fmt.Errorf("block %d: %w", i, err)
		}
		fmt.Fprintf(&list, "<%s>%s</%[1]s>", kind, id)
	}
	xml := `<?xml version="1.0" encoding="utf-8"?>` + "\n<BlockList>" + list.String() + "</BlockList>"
	return upload(t, rt, api+"/c/b?comp=blocklist", xml, http.Header{"Content-Type": {"application/xml"}}, true)
}

func TestBlockIDsDoNotMatter(t *testing.T) {
	for _, ignore := range []replay.Noise{0, replay.BlockIDs, replay.SDKNoise} {
		path := filepath.Join(t.TempDir(), "t.json")
		opts := replay.Options{Match: replay.Match{Ignore: ignore}}
		tape := open(t, path, opts)
		if err := blocks(t, tape.Wrap(uploaded()), "a", []string{"one", "two"}, "Latest"); err != nil {
			t.Fatal(err)
		}
		closeTape(t, tape)
		opts.Mode = replay.ModeReplay
		rt := open(t, path, opts).Wrap(noNetwork(t))
		err := blocks(t, rt, "b", []string{"one", "two"}, "Latest")
		if ignore == 0 {
			if !errors.Is(err, replay.ErrMiss) {
				t.Errorf("control: %v, want a miss", err)
			}
			continue
		}
		if err != nil {
			t.Error(err)
		}
		for name, err := range map[string]error{
			"another block":  blocks(t, rt, "b", []string{"one", "three"}, "Latest"),
			"a shorter list": blocks(t, rt, "b", []string{"one"}, "Latest"),
			"another kind":   blocks(t, rt, "b", []string{"one", "two"}, "Committed"),
			"no list":        upload(t, rt, api+"/c/b?comp=blocklist", "<X/>", nil, true),
		} {
			if !errors.Is(err, replay.ErrMiss) {
				t.Errorf("%s: %v, want a miss", name, err)
			}
		}
	}
}

func TestSigningTimesDoNotMatter(t *testing.T) {
	for _, c := range [][3]string{
		{"sv=1&st=2026-01-01&se=2026-01-02&sig=aa11", "sv=1&st=2026-01-03&se=2026-01-04&sig=bb22", "sv=2&st=2026-01-03&se=2026-01-04&sig=bb22"},
		{"Expires=1&Signature=aa11", "Expires=2&Signature=bb22", "Expires=2"},
	} {
		for _, ignore := range []replay.Noise{0, replay.SigningTimes, replay.SDKNoise} {
			path := filepath.Join(t.TempDir(), "t.json")
			opts := replay.Options{Match: replay.Match{Ignore: ignore}}
			tape := open(t, path, opts)
			want(t, tape.Wrap(numbered()), api+"/o?"+c[0], 200, "1")
			closeTape(t, tape)
			opts.Mode = replay.ModeReplay
			rt := open(t, path, opts).Wrap(noNetwork(t))
			_, err := rt.RoundTrip(request(t, "GET", api+"/o?"+c[1], ""))
			if ignore == 0 && !errors.Is(err, replay.ErrMiss) || ignore != 0 && err != nil {
				t.Errorf("ignore %d, %s: %v", ignore, c[1], err)
			}
			if _, err := rt.RoundTrip(request(t, "GET", api+"/o?"+c[2], "")); !errors.Is(err, replay.ErrMiss) {
				t.Errorf("ignore %d, %s: %v, want a miss", ignore, c[2], err)
			}
		}
	}
}

package replay_test

import (
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay"
)

func bench(b *testing.B, rt http.RoundTripper, urls int) {
	b.Helper()
	reqs := make([]*http.Request, urls)
	for i := range reqs {
		req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, fmt.Sprintf("%s/item/%d?page=1", api, i), nil)
		if err != nil {
			b.Fatal(err)
		}
		reqs[i] = req
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		resp, err := rt.RoundTrip(reqs[i%urls])
		if err != nil {
			b.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		i++
	}
}

func benchBase() *script {
	body := `{"items":[` + strings.Repeat(`{"name":"pikachu","id":25},`, 40) + `{}]}`
	return &script{fn: func(_ int, req *http.Request) (*http.Response, error) {
		resp := respond(req, 200, body)
		resp.Header.Set("Content-Type", "application/json")
		return resp, nil
	}}
}

func benchTape(b *testing.B, path string, mode replay.Mode) *replay.Tape {
	b.Helper()
	tape, err := replay.Open(path, replay.Options{Mode: mode})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = tape.Close() })
	return tape
}

func BenchmarkBase(b *testing.B) { bench(b, benchBase(), 100) }

func BenchmarkRecord(b *testing.B) {
	bench(b, benchTape(b, filepath.Join(b.TempDir(), "t"), replay.ModeRecord).Wrap(benchBase()), 100)
}

func BenchmarkReplay(b *testing.B) {
	path := filepath.Join(b.TempDir(), "t")
	tape := benchTape(b, path, replay.ModeSmart)
	rt := tape.Wrap(benchBase())
	for i := range 100 {
		req, _ := http.NewRequestWithContext(b.Context(), http.MethodGet, fmt.Sprintf("%s/item/%d?page=1", api, i), nil)
		resp, err := rt.RoundTrip(req)
		if err != nil {
			b.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
	}
	_ = tape.Close()
	bench(b, benchTape(b, path, replay.ModeReplay).Wrap(nil), 100)
}

package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/long"
)

// medians asks each URL in turn, so that a busy machine is one for all, and returns the
// median of each.
func medians(t *testing.T, n int, ask ...func() error) []time.Duration {
	t.Helper()
	took := make([][]time.Duration, len(ask))
	for range n {
		for i, f := range ask {
			start := time.Now()
			if err := f(); err != nil {
				t.Fatal(err)
			}
			took[i] = append(took[i], time.Since(start))
		}
	}
	all := make([]time.Duration, len(ask))
	for i := range took {
		slices.Sort(took[i])
		all[i] = took[i][n/2]
	}
	return all
}

func asker(client *http.Client, url string) func() error {
	return func() error {
		resp, err := client.Get(url)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		_, err = io.Copy(io.Discard, resp.Body)
		return err
	}
}

// A request through the proxy takes about as long as one through a bare reverse proxy, and
// one to a tape about as long as one to a file server: how long depends on the machine, so
// that it is said, and only what is far off fails.
func TestWhatAProxyCosts(t *testing.T) {
	long.Only(t)
	dir := t.TempDir()
	content := strings.Repeat("0123456789abcdef", 32)
	if err := os.WriteFile(filepath.Join(dir, "file.txt"), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	files := httptest.NewServer(http.FileServer(http.Dir(dir)))
	defer files.Close()
	to, err := url.Parse(files.URL)
	if err != nil {
		t.Fatal(err)
	}
	bare := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to) }})
	defer bare.Close()
	ca, tape := filepath.Join(dir, "ca"), filepath.Join(dir, "tape")
	recorder := start(t, "proxy", "--listen", "127.0.0.1:0", "--mode", "record", "--ca", ca, tape)
	through(t, recorder, ca)
	if err := asker(through(t, recorder, ca), files.URL+"/file.txt")(); err != nil {
		t.Fatal(err)
	}
	recorder.stop()
	served := start(t, "tape", "serve", tape)
	off := start(t, "proxy", "--listen", "127.0.0.1:0", "--mode", "off", "--ca", ca, tape)
	record := start(t, "proxy", "--listen", "127.0.0.1:0", "--mode", "record", "--ca", ca, filepath.Join(dir, "other"))
	all := medians(t, 2000,
		asker(http.DefaultClient, files.URL+"/file.txt"),
		asker(http.DefaultClient, "http://"+served.address+"/file.txt"),
		asker(http.DefaultClient, bare.URL+"/file.txt"),
		asker(through(t, off, ca), files.URL+"/file.txt"),
		asker(through(t, record, ca), files.URL+"/file.txt"),
	)
	t.Logf("file server %v, tape %v; reverse proxy %v, our proxy without a tape %v, recording %v", all[0], all[1], all[2], all[3], all[4])
	if all[1] > 10*all[0] || all[4] > 10*all[2] {
		t.Error("a tape, or the proxy, takes more than ten times as long as what is bare")
	}
}

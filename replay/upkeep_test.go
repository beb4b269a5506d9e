package replay_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/replay"
)

func TestPruneAndUnused(t *testing.T) {
	for _, name := range stores() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			synctest.Test(t, func(t *testing.T) {
				tape := open(t, path, replay.Options{})
				rt := tape.Wrap(codes())
				want(t, rt, api+"/a", 200, "1")
				want(t, rt, api+"/b", 200, "2")
				time.Sleep(time.Hour)
				want(t, rt, api+"/c", 200, "3")
				if n, err := tape.Prune(time.Now().Add(-time.Minute)); n != 2 || err != nil {
					t.Errorf("Prune = %d, %v, want 2", n, err)
				}
				closeTape(t, tape)
				tape = openReplay(t, path)
				rt = tape.Wrap(noNetwork(t))
				if _, err := rt.RoundTrip(request(t, "GET", api+"/a", "")); !errors.Is(err, replay.ErrMiss) {
					t.Errorf("pruned one: %v", err)
				}
				unused, err := tape.Unused()
				if err != nil || len(unused) != 1 || unused[0].Request.URL != api+"/c" {
					t.Errorf("unused %v, %v", unused, err)
				}
				want(t, rt, api+"/c", 200, "3")
				if unused, _ := tape.Unused(); len(unused) != 0 {
					t.Errorf("%d unused after use", len(unused))
				}
				closeTape(t, tape)
			})
		})
	}
}

// Changing Match or the names of secrets loses no recording.
func TestMatchChangeKeepsRecordings(t *testing.T) {
	for _, name := range stores() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			tape := open(t, path, replay.Options{})
			want(t, tape.Wrap(numbered()), api+"/a?t=1&tenant=acme", 200, "1")
			closeTape(t, tape)
			for _, opts := range []replay.Options{
				{Match: replay.Match{IgnoreQuery: []string{"t"}}},
				{Match: replay.Match{Key: func(*http.Request) string { return "" }}},
				{Match: replay.Match{IgnoreQuery: []string{"t"}}, Redact: redact.Rules{Query: []string{"tenant"}}},
			} {
				opts.Mode = replay.ModeReplay
				tape := open(t, path, opts)
				want(t, tape.Wrap(noNetwork(t)), api+"/a?tenant=acme&t=2", 200, "1")
				closeTape(t, tape)
			}
			// And back.
			tape = openReplay(t, path)
			rt := tape.Wrap(noNetwork(t))
			want(t, rt, api+"/a?t=1&tenant=acme", 200, "1")
			if _, err := rt.RoundTrip(request(t, "GET", api+"/a?t=2&tenant=acme", "")); !errors.Is(err, replay.ErrMiss) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestReindexAfterAChangedKey(t *testing.T) {
	for _, name := range stores() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			suffix := "-old"
			opts := replay.Options{Match: replay.Match{Key: func(r *http.Request) string { return r.URL.RawQuery + suffix }}}
			tape := open(t, path, opts)
			rt := tape.Wrap(numbered())
			want(t, rt, api+"/a?x", 200, "1")
			if err := tape.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
			suffix = "-new"
			want(t, rt, api+"/a?x", 200, "2")
			if err := tape.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := tape.Reindex(); err != nil {
				t.Fatal(err)
			}
			tape.Rewind()
			want(t, rt, api+"/a?x", 200, "1")
			want(t, rt, api+"/a?x", 200, "2")
		})
	}
}

// ModeReplay writes nothing and leaves no other file, even if the keys must be made anew.
func TestReplayNeverWrites(t *testing.T) {
	for _, name := range stores() {
		dir := t.TempDir()
		path := filepath.Join(dir, name)
		tape := open(t, path, replay.Options{})
		want(t, tape.Wrap(numbered()), api+"/a?t=1", 200, "1")
		closeTape(t, tape)
		state := func() string {
			var text strings.Builder
			entries, err := os.ReadDir(dir)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range entries {
				info, err := e.Info()
				if err != nil {
					t.Fatal(err)
				}
				b, _ := os.ReadFile(filepath.Join(dir, e.Name()))
				fmt.Fprintf(&text, "%s %v %v %x\n", e.Name(), info.ModTime(), info.Mode(), sha256.Sum256(b))
			}
			return text.String()
		}
		before := state()
		tape = open(t, path, replay.Options{
			Mode: replay.ModeReplay, Match: replay.Match{IgnoreQuery: []string{"t"}}, Redact: redact.Rules{Fields: []string{"x"}},
		})
		rt := tape.Wrap(noNetwork(t))
		want(t, rt, api+"/a?t=2", 200, "1")
		if _, err := rt.RoundTrip(request(t, "GET", api+"/b", "")); !errors.Is(err, replay.ErrMiss) {
			t.Error(err)
		}
		if err := tape.Reindex(); err != nil {
			t.Error(err)
		}
		want(t, rt, api+"/a?t=3", 200, "1")
		closeTape(t, tape)
		if after := state(); after != before {
			t.Errorf("%s: before\n%safter\n%s", name, before, after)
		}
	}
}

func TestExchangesAreInTheOrderOfTheirRequests(t *testing.T) {
	for _, name := range stores() {
		path := filepath.Join(t.TempDir(), name)
		tape := open(t, path, replay.Options{})
		rt := tape.Wrap(codes())
		for i, p := range []string{"/b", "/a", "/b"} {
			want(t, rt, api+p, 200, strconv.Itoa(i+1))
		}
		if err := tape.Flush(t.Context()); err != nil {
			t.Error(err)
		}
		var got []string
		for x, err := range tape.Exchanges() {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, strings.TrimPrefix(x.Request.URL, api)+" "+string(x.Response.Body))
		}
		if s := strings.Join(got, ", "); s != "/b 1, /a 2, /b 3" {
			t.Errorf("%s: %s", name, s)
		}
		closeTape(t, tape)
		for x, err := range open(t, path, replay.Options{Mode: replay.Off}).Exchanges() {
			t.Errorf("a tape that is off has %v, %v", x, err)
		}
	}
}

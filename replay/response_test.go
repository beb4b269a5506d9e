package replay_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/gracy-go/gracy/replay"
)

func zipped(s string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(s))
	_ = w.Close()
	return b.Bytes()
}

var big = strings.Repeat("0123456789abcdef", 40<<10) // 640 KiB: three parts of a blob

func server(t *testing.T) (*httptest.Server, *atomic.Int64) {
	t.Helper()
	var count atomic.Int64
	mux := http.NewServeMux()
	mux.HandleFunc("/plain", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Add("X-Multi", "one")
		w.Header().Add("X-Multi", "two")
		fmt.Fprint(w, "hello")
	})
	mux.HandleFunc("/chunked", func(w http.ResponseWriter, _ *http.Request) {
		for i := range 3 {
			fmt.Fprintf(w, "line %d\n", i)
			_ = http.NewResponseController(w).Flush()
		}
	})
	mux.HandleFunc("/json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"b":[1,2.50,1e3],"a":"<é & \u2028>"}`+"\n")
	})
	mux.HandleFunc("/binary", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte{0, 255, 254, 10, 0x80, 'x'})
	})
	mux.HandleFunc("/gzip", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Type", "text/plain")
		_, _ = w.Write(zipped("zipped text"))
	})
	mux.HandleFunc("/204", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) })
	mux.HandleFunc("/304", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("ETag", `"x"`)
		w.WriteHeader(304)
	})
	mux.HandleFunc("/empty", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("/trailer", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Trailer", "X-Sum")
		fmt.Fprint(w, "body")
		w.Header().Set("X-Sum", "42")
	})
	mux.HandleFunc("/big", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, big) })
	mux.HandleFunc("/hop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/hop2?id=7", http.StatusFound) })
	mux.HandleFunc("/hop2", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/plain", http.StatusTemporaryRedirect)
	})
	mux.HandleFunc("/404", http.NotFound)
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %d %x", r.Method, len(b), sha256.Sum256(b))
	})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		count.Add(1)
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	return srv, &count
}

type outcome struct {
	Status, Proto string
	Code          int
	Header        http.Header
	Trailer       http.Header
	Before        http.Header // trailer before the body was read
	Body          string
	Length        int64
	Transfer      []string
	Uncompressed  bool
	Nothing       bool
	URL           string
}

func outcomeOf(t *testing.T, c *http.Client, req *http.Request) outcome {
	t.Helper()
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	o := outcome{
		Status: resp.Status, Proto: resp.Proto, Code: resp.StatusCode, Header: resp.Header.Clone(),
		Length: resp.ContentLength, Transfer: resp.TransferEncoding, Uncompressed: resp.Uncompressed,
		Nothing: resp.Body == http.NoBody, URL: resp.Request.URL.String(), Before: maps.Clone(resp.Trailer),
	}
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	o.Body, o.Trailer = string(b), resp.Trailer
	return o
}

// What comes from the tape is what came from the server, in every detail.
func TestReplayIsFaithful(t *testing.T) {
	for _, name := range stores() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			srv, count := server(t)
			type ask struct{ method, path, accept, body string }
			asks := []ask{
				{"GET", "/plain", "", ""},
				{"GET", "/chunked", "", ""},
				{"GET", "/json", "", ""},
				{"GET", "/binary", "", ""},
				{"GET", "/gzip", "", ""},
				{"GET", "/gzip", "gzip", ""},
				{"HEAD", "/plain", "", ""},
				{"HEAD", "/gzip", "gzip", ""},
				{"GET", "/204", "", ""},
				{"GET", "/304", "", ""},
				{"GET", "/empty", "", ""},
				{"GET", "/trailer", "", ""},
				{"GET", "/big", "", ""},
				{"GET", "/hop", "", ""},
				{"GET", "/404", "", ""},
				{"POST", "/echo", "", "a body"},
				{"PUT", "/echo", "", big + big},
			}
			all := func(rt http.RoundTripper) (got []outcome) {
				c := &http.Client{Transport: rt}
				for _, a := range asks {
					req := request(t, a.method, srv.URL+a.path, a.body)
					if a.accept != "" {
						req.Header.Set("Accept-Encoding", a.accept)
					}
					got = append(got, outcomeOf(t, c, req))
				}
				return got
			}
			opts := replay.Options{Match: replay.Match{Headers: []string{"accept-encoding"}}}
			base := &http.Transport{}
			defer base.CloseIdleConnections()
			tape := open(t, path, opts)
			live := all(tape.Wrap(base))
			closeTape(t, tape)
			if s := tape.Stats(); s.Skipped+s.Incomplete+s.Withheld+s.Failed != 0 {
				t.Fatalf("%+v", s)
			}
			sent := count.Load()
			opts.Mode = replay.ModeReplay
			tape = open(t, path, opts)
			taped := all(tape.Wrap(noNetwork(t)))
			if count.Load() != sent {
				t.Error("the server was asked again")
			}
			for i := range asks {
				if !reflect.DeepEqual(live[i], taped[i]) {
					l, p := live[i], taped[i]
					l.Body, p.Body = fmt.Sprintf("%.60q", l.Body), fmt.Sprintf("%.60q", p.Body)
					t.Errorf("%v\n live %+v\ntaped %+v", asks[i], l, p)
				}
			}
		})
	}
}

// Two callers share nothing: what one does to its response the next does not see.
func TestResponsesShareNothing(t *testing.T) {
	for _, name := range stores() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			tape := open(t, path, replay.Options{})
			rt := tape.Wrap(&script{fn: func(_ int, req *http.Request) (*http.Response, error) {
				resp := respond(req, 200, "body")
				resp.Header["X-A"] = []string{"a"}
				return resp, nil
			}})
			for i := range 3 {
				resp, err := rt.RoundTrip(request(t, "GET", api+"/a", ""))
				if err != nil {
					t.Fatal(err)
				}
				if resp.Header.Get("X-A") != "a" || resp.Header.Get("X-B") != "" {
					t.Errorf("header %v", resp.Header)
				}
				resp.Header["X-A"][0] = "changed"
				resp.Header.Set("X-B", "new")
				if b, err := io.ReadAll(resp.Body); err != nil || string(b) != "body" {
					t.Errorf("%q, %v", b, err)
				}
				clear(resp.Header)
				_ = resp.Body.Close()
				if _, err := resp.Body.Read(make([]byte, 1)); i > 0 && !errors.Is(err, http.ErrBodyReadAfterClose) {
					t.Errorf("read after Close: %v", err)
				}
			}
		})
	}
}

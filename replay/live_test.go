package replay_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/gracy-go/gracy/replay"
)

// A view is all that a caller sees of an exchange: each field of the response, what its
// body gives, and what can be asked of an error.
type view map[string]any

// viewOf reads a response to its end.
func viewOf(resp *http.Response, err error, halfway chan struct{}) view {
	v := make(view)
	if err != nil {
		v.fault("Error", err)
		return v
	}
	defer resp.Body.Close()
	for field := range reflect.TypeFor[http.Response]().Fields() {
		switch field.Name {
		case "Body", "Request", "TLS": // below; TLS is that of a connection, of which a tape has none
		default:
			v[field.Name] = reflect.ValueOf(*resp).FieldByIndex(field.Index).Interface()
		}
	}
	v["Header"] = resp.Header.Clone()
	v["Trailer before the end"] = maps.Clone(resp.Trailer)
	v["URL"] = resp.Request.Method + " " + resp.Request.URL.String()
	v["no body"] = resp.Body == http.NoBody
	var body bytes.Buffer
	if halfway != nil {
		_, _ = io.CopyN(&body, resp.Body, int64(len("half of it")))
		select {
		case halfway <- struct{}{}:
		default: // there is no server
		}
	}
	_, err = io.Copy(&body, resp.Body)
	v["Body"] = body.String()
	v["Trailer"] = maps.Clone(resp.Trailer)
	if err != nil {
		v.fault("error of the body", err)
	}
	return v
}

// fault describes an error. Its type is another on replay: a store.Fault, so that
// errors.As finds no *net.OpError.
func (v view) fault(name string, err error) {
	v[name] = err.Error()
	var is []string
	for _, target := range []error{
		io.EOF, io.ErrUnexpectedEOF, context.DeadlineExceeded, syscall.ECONNREFUSED, syscall.ECONNRESET, syscall.EPIPE,
	} {
		if errors.Is(err, target) {
			is = append(is, target.Error())
		}
	}
	v[name+" is"] = is
	var timeout net.Error
	v[name+" is a timeout"] = errors.As(err, &timeout) && timeout.Timeout()
}

// differing returns the names of what is not the same.
func differing(a, b view) (names []string) {
	for name := range a {
		if got, ok := b[name]; !ok || !reflect.DeepEqual(a[name], got) {
			names = append(names, name)
		}
	}
	for name := range b {
		if _, ok := a[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// kindServers are real servers for the kinds, over HTTP/1.1 and HTTP/2.
type kindServers struct {
	one, two *httptest.Server

	mu    sync.Mutex // mu guards count
	count map[string]int
}

func startKinds(t *testing.T, list []kind) *kindServers {
	t.Helper()
	s := &kindServers{count: make(map[string]int)}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i := slices.IndexFunc(list, func(k kind) bool { return k.path() == r.URL.Path })
		if i < 0 {
			t.Errorf("%s %s is no kind", r.Method, r.URL)
			return
		}
		s.mu.Lock()
		s.count[r.URL.Path]++
		n := s.count[r.URL.Path]
		s.mu.Unlock()
		w.Header().Set("Date", "Sat, 28 Nov 2026 10:00:00 GMT") // a tape does not change it
		list[i].serve(w, r, n)
	})
	s.one, s.two = httptest.NewServer(handler), httptest.NewUnstartedServer(handler)
	s.two.EnableHTTP2 = true
	s.two.StartTLS()
	t.Cleanup(s.close)
	return s
}

func (s *kindServers) close() {
	s.one.Close()
	s.two.Close()
}

// again makes the servers count from 1.
func (s *kindServers) again() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.count)
}

// ask makes the requests of a kind through what wrap puts around a new transport.
func (s *kindServers) ask(t *testing.T, k kind, wrap func(http.RoundTripper) http.RoundTripper) (views []view) {
	t.Helper()
	server := s.one
	if k.http2 {
		server = s.two
	}
	base := server.Client().Transport.(*http.Transport).Clone()
	defer base.CloseIdleConnections()
	if k.transport != nil {
		k.transport(base)
	}
	client := &http.Client{Transport: wrap(base)}
	if k.unfollowed {
		client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	}
	for range max(k.times, 1) {
		resp, err := client.Do(k.request(t, server.URL))
		views = append(views, viewOf(resp, err, k.halfway))
	}
	return views
}

func unwrapped(rt http.RoundTripper) http.RoundTripper { return rt }

// recordKinds asks for each kind without a tape and with one in path, stops the servers,
// and returns what was seen with the tape.
func recordKinds(t *testing.T, path string, list []kind) (s *kindServers, live [][]view) {
	t.Helper()
	s = startKinds(t, list)
	tape := open(t, path, replay.Options{Mode: replay.ModeRecord, Errors: true})
	for _, k := range list {
		plain := s.ask(t, k, unwrapped)
		s.again()
		recorded := s.ask(t, k, tape.Wrap)
		s.again()
		live = append(live, recorded)
		for i := range plain {
			if names := differing(plain[i].withoutPorts(), recorded[i].withoutPorts()); names != nil {
				t.Errorf("%s: the tape changes what a caller sees of the server: %s", k.name, inBoth(plain[i], recorded[i], names))
			}
		}
	}
	closeTape(t, tape)
	if s := tape.Stats(); s.Skipped+s.Incomplete+s.Withheld+s.Failed != 0 {
		t.Fatalf("%+v", s)
	}
	s.close()
	return s, live
}

// withoutPorts leaves the ports of a connection out of the errors, which each has its own of.
func (v view) withoutPorts() view {
	v = maps.Clone(v)
	for name, value := range v {
		if text, ok := value.(string); ok {
			v[name] = regexp.MustCompile(`127\.0\.0\.1:\d+`).ReplaceAllString(text, "local")
		}
	}
	return v
}

func inBoth(a, b view, names []string) string {
	var lines []string
	for _, name := range names {
		lines = append(lines, fmt.Sprintf("%s: %.120q, then %.120q", name, fmt.Sprint(a[name]), fmt.Sprint(b[name])))
	}
	return strings.Join(lines, "; ")
}

// replayKinds asks for each kind on a tape, and returns for each the names of what is not
// as it was live, but for what has to differ.
func replayKinds(t *testing.T, s *kindServers, tape *replay.Tape, list []kind, live [][]view) (names, said [][]string) {
	t.Helper()
	for i, k := range list {
		var differences, words []string
		taped := s.ask(t, k, func(http.RoundTripper) http.RoundTripper { return tape.Wrap(noNetwork(t)) })
		for j := range live[i] {
			was := maps.Clone(live[i][j])
			if k.intended != nil && taped[j]["Header"] != nil {
				was["Header"] = was["Header"].(http.Header).Clone()
				k.intended(was, taped[j])
			}
			if d := differing(was, taped[j]); d != nil {
				differences = append(differences, d...)
				words = append(words, inBoth(was, taped[j], d))
			}
		}
		names, said = append(names, differences), append(said, words)
	}
	return names, said
}

// What comes from a tape is what came from the server, for each kind of exchange and in
// every field, with the server gone. What differs is masked (cookies), not on
// the tape (whether a trailer had been announced), or of a connection (the field TLS,
// which is nil, and the type of an error).
func TestEachKindOfExchangeReplaysAsItWas(t *testing.T) {
	if n := len(kinds()); n != 25 {
		t.Fatalf("%d kinds, want the 25 of the review", n)
	}
	list := slices.Concat(kinds(), moreKinds(), faultKinds())
	for _, name := range stores() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			s, live := recordKinds(t, path, list)
			_, said := replayKinds(t, s, openReplay(t, path), list, live)
			for i, words := range said {
				if words != nil {
					t.Errorf("%s: live, then on replay: %s", list[i].name, strings.Join(words, "; "))
				}
			}
		})
	}
}

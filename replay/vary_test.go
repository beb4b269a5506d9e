package replay_test

import (
	"errors"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay"
)

// negotiating numbers its responses and repeats what the request has in certain headers.
func negotiating(vary string) *script {
	return &script{fn: func(n int, req *http.Request) (*http.Response, error) {
		body := strconv.Itoa(n)
		for _, name := range []string{"Accept", "Range", "If-None-Match", "If-Modified-Since", "X-Tenant", "Accept-Language", "X-Amz-Target", "Soapaction", "X-Tc-Action", "X-Acs-Action", "X-Http-Method-Override"} {
			body += "|" + req.Header.Get(name)
		}
		resp := respond(req, 200, body)
		if vary != "" {
			resp.Header["Vary"] = strings.Split(vary, "; ")
		}
		return resp, nil
	}}
}

// withHeader returns a request with one header.
func withHeader(t *testing.T, name, value string) *http.Request {
	t.Helper()
	req := request(t, "GET", api+"/file", "")
	if value != "" {
		req.Header.Set(name, value)
	}
	return req
}

func TestWhatDecidesTheResponseIsCompared(t *testing.T) {
	etags := [2]string{`"9b2cf535f27731c974343645a3985328"`, `W/"0f2cf535f27731c974343645a398532a"`}
	for _, c := range []struct{ name, first, second, vary string }{
		{"Range", "bytes=0-1", "bytes=4-5", ""},
		{"Accept", "application/json", "text/csv", ""},
		{"Accept", "application/json", "", ""},
		{"If-None-Match", etags[0], etags[1], ""},
		{"If-None-Match", "", etags[1], ""},
		{"If-Modified-Since", "Sat, 28 Nov 2026 00:00:00 GMT", "", ""},
		{"X-Amz-Target", "DynamoDB_20120810.ListTables", "DynamoDB_20120810.DescribeLimits", ""}, // the body of both is {}
		{"Soapaction", `"urn:list"`, `"urn:delete"`, ""},
		{"X-Tc-Action", "DescribeZones", "DescribeRegions", ""},
		{"X-Acs-Action", "DescribeZones", "DescribeRegions", ""},
		{"X-Http-Method-Override", "PATCH", "", ""},
		{"X-Tenant", "a", "b", "Accept-Encoding, x-tenant"},
		{"X-Tenant", "a", "", "Accept-Encoding; X-Tenant"},
		{"Accept-Language", "de", "en", "*, Accept-Language"},
	} {
		for _, name := range stores() {
			path := filepath.Join(t.TempDir(), name)
			tape := open(t, path, replay.Options{})
			rt := tape.Wrap(negotiating(c.vary))
			var live [2]string
			for i, value := range []string{c.first, c.second} {
				_, live[i] = send(t, rt, withHeader(t, c.name, value))
			}
			closeTape(t, tape)
			if live[0][:2] != "1|" || live[1][:2] != "2|" {
				t.Errorf("%s %q: the second is not sent: %q", c.name, c.second, live)
			}
			for _, order := range [][2]int{{0, 1}, {1, 0}} {
				rt = openReplay(t, path).Wrap(noNetwork(t))
				for _, i := range order {
					if _, got := send(t, rt, withHeader(t, c.name, []string{c.first, c.second}[i])); got != live[i] {
						t.Errorf("%s: replayed %q, want %q", c.name, got, live[i])
					}
				}
			}
			var miss *replay.MissError
			_, err := rt.RoundTrip(withHeader(t, c.name, "other"))
			if !errors.As(err, &miss) || !slices.ContainsFunc(miss.Differences, func(d replay.Difference) bool { return d.Place == "header "+c.name }) || (miss.Reason == replay.MissVaries) != (c.vary != "") {
				t.Errorf("%s: %v, want a miss that names it", c.name, err)
			}
		}
	}
}

func TestHeadersThatDoNotDecide(t *testing.T) {
	for _, c := range []struct {
		name, first, second, vary string
		match                     replay.Match
	}{
		{"X-Tenant", "a", "b", "", replay.Match{}},
		{"Accept", "*/*", "", "", replay.Match{}},
		{"Accept", "a/b", "c/d", "Accept", replay.Match{IgnoreHeaders: []string{"accept"}}},
		{"X-Tenant", "a", "b", "X-Tenant", replay.Match{IgnoreHeaders: []string{"x-tenant"}}},
		{"Range", "bytes=0-1", "bytes=4-5", "", replay.Match{Key: func(*http.Request) string { return "" }}},
		{"X-Tenant", "a", "b", "X-Tenant", replay.Match{Key: func(*http.Request) string { return "" }}},
		{"Authorization", "Bearer one", "Bearer two", "Authorization", replay.Match{}}, // a single identity responds to any
	} {
		path := filepath.Join(t.TempDir(), "t.json")
		tape := open(t, path, replay.Options{Match: c.match})
		_, want := send(t, tape.Wrap(negotiating(c.vary)), withHeader(t, c.name, c.first))
		closeTape(t, tape)
		tape = open(t, path, replay.Options{Mode: replay.ModeReplay, Match: c.match})
		if _, got := send(t, tape.Wrap(noNetwork(t)), withHeader(t, c.name, c.second)); got != want {
			t.Errorf("%s: %q, want %q", c.name, got, want)
		}
	}
}

// Each variant has a sequence of its own, whatever the order of the requests.
func TestVariantsAreSequences(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.json")
	tape := open(t, path, replay.Options{Mode: replay.ModeRecord, End: replay.EndMiss})
	rt := tape.Wrap(negotiating("X-Tenant"))
	for _, tenant := range []string{"a", "b", "a", "b", "a"} {
		send(t, rt, withHeader(t, "X-Tenant", tenant))
	}
	closeTape(t, tape)
	rt = open(t, path, replay.Options{Mode: replay.ModeReplay, End: replay.EndMiss}).Wrap(noNetwork(t))
	var got []string
	for _, tenant := range []string{"b", "b", "a", "a", "a"} {
		_, body := send(t, rt, withHeader(t, "X-Tenant", tenant))
		got = append(got, body[:1])
	}
	if s := strings.Join(got, ""); s != "24135" {
		t.Errorf("replayed %s, want 24135", s)
	}
}

// The last response of a request is only for those that it was recorded for, also after so many
// different Varies that its place is kept for everybody.
func TestTheLastOfManyVariesIsNotForEverybody(t *testing.T) {
	const many = 40
	path := filepath.Join(t.TempDir(), "tape")
	get := func(rt http.RoundTripper, value string) (string, error) {
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, api+"/a", nil)
		for i := range many {
			req.Header.Set("X-"+strconv.Itoa(i+1), value)
		}
		resp, err := rt.RoundTrip(req)
		if err != nil {
			return "", err
		}
		return readAll(t, resp), nil
	}
	tape := open(t, path, replay.Options{Mode: replay.ModeRecord})
	rt := tape.Wrap(&script{fn: func(n int, req *http.Request) (*http.Response, error) {
		resp := respond(req, 200, strconv.Itoa(n))
		resp.Header.Set("Vary", "X-"+strconv.Itoa(n))
		return resp, nil
	}})
	for range many {
		if _, err := get(rt, "one"); err != nil {
			t.Fatal(err)
		}
	}
	if err := tape.Close(); err != nil {
		t.Fatal(err)
	}
	rt = openReplay(t, path).Wrap(noNetwork(t))
	for i := range many + 3 {
		if got, err := get(rt, "one"); got != strconv.Itoa(min(i+1, many)) || err != nil {
			t.Errorf("request %d got %q, %v", i+1, got, err)
		}
	}
	if got, err := get(rt, "another"); !errors.Is(err, replay.ErrMiss) {
		t.Errorf("a request with other headers got %q, %v, want a miss", got, err)
	}
}

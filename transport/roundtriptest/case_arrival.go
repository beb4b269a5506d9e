package roundtriptest

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
)

// The cases of this file compare the request that next gets with the caller's. requestCases
// lists them.

// full makes a request that uses every field that a client may use.
func (p *probe) full(ctx context.Context) (*http.Request, *upload) {
	req, u := p.post(ctx, http.MethodPut, "a full request", true)
	req.Host = "host.example"
	req.Header["X-Roundtriptest-Many"] = []string{"b", "a", "b"}
	req.Header["x-roundtriptest-odd-CASE"] = []string{"kept"}
	req.Header.Set("Cookie", "a=1")
	req.Trailer = http.Header{"X-Late": nil}
	req.TransferEncoding = []string{"chunked"}
	req.Close = true
	req.Cancel = make(chan struct{}) //nolint:staticcheck // deprecated, and still obeyed by http.Transport
	req.Response = &http.Response{StatusCode: http.StatusFound}
	req.Pattern = "PUT /{roundtriptest}"
	req.SetPathValue(pathValue, "value")
	req.URL.RawQuery = "q=1&q=2&%zz"
	req.URL.RawPath = "/up%6Coad"
	return req, u
}

// requestFields returns the fields of a request that arrive as the caller set them, by value or by
// identity. Those that are left out have checks of their own.
func requestFields() []string {
	var names []string
	for _, f := range reflect.VisibleFields(reflect.TypeFor[http.Request]()) {
		if f.IsExported() && !slices.Contains([]string{"URL", "Header", "Body", "GetBody", "Trailer"}, f.Name) {
			names = append(names, f.Name)
		}
	}
	return names
}

func requestArrivesWhole(p *probe) {
	base := Script(Step{Body: "fine"})
	req, u := p.full(context.Background())
	want := *req
	headers := req.Header.Clone()
	p.finishBody(p.get(p.layer(base), req))
	call := base.Calls()[0]
	got := call.Request
	for _, name := range requestFields() {
		g, w := reflect.ValueOf(got).Elem().FieldByName(name), reflect.ValueOf(&want).Elem().FieldByName(name)
		if !reflect.DeepEqual(g.Interface(), w.Interface()) {
			p.errorf("next got %s %v; want %v", name, g, w)
		}
	}
	if g, w := got.URL.String(), want.URL.String(); g != w {
		p.errorf("next got URL %v; want %v", g, w)
	}
	if call.Length != want.ContentLength || string(call.Body) != u.payload {
		p.errorf("next got ContentLength %d and body %q; want %d and %q", call.Length, call.Body, want.ContentLength, u.payload)
	}
	if g, w := got.PathValue(pathValue), want.PathValue(pathValue); g != w {
		p.errorf("next got path value %q; want %q", g, w)
	}
	if _, ok := got.Trailer["X-Late"]; !ok {
		p.errorf("next got Trailer %v; want the announced X-Late", got.Trailer)
	}
	p.compareHeaders(call.Header, headers)
}

// compareHeaders records a breach unless next got the headers that the caller sent. With
// Edits others may be changed and added.
func (p *probe) compareHeaders(got, want http.Header) {
	for name, values := range want {
		switch own := strings.HasPrefix(strings.ToLower(name), "x-roundtriptest"); {
		case slices.Equal(got[name], values):
		case own:
			p.errorf("next got header %s: %q; want %q", name, got[name], values)
		default:
			p.errorUnless(Edits, "next got header %s: %q; want %q", name, got[name], values)
		}
	}
	for name, values := range got {
		if _, ok := want[name]; !ok {
			p.errorUnless(Edits, "next got header %s: %q that the caller did not send", name, values)
		}
	}
}

// spellings returns functions that each change one part of a URL.
func spellings() map[string]func(*url.URL) {
	return map[string]func(*url.URL){
		"user and password": func(u *url.URL) { u.User = url.UserPassword("user", "pass word") },
		"user alone":        func(u *url.URL) { u.User = url.User("user") },
		"fragment":          func(u *url.URL) { u.Fragment, u.RawFragment = "a b/c", "a%20b%2Fc" },
		"opaque":            func(u *url.URL) { u.Opaque = "//one.example/%2f/opaque" },
		"empty query":       func(u *url.URL) { u.ForceQuery = true },
		"odd query":         func(u *url.URL) { u.RawQuery = "b=2&a=1;c&&b=%zz&=&d+e" },
		"no path":           func(u *url.URL) { u.Path = "" },
		"dots and slashes":  func(u *url.URL) { u.Path = "/a//b/../c/./" },
		"escaped slash":     func(u *url.URL) { u.Path, u.RawPath = "/a/b", "/a%2Fb" },
		"host in capitals":  func(u *url.URL) { u.Host = "One.EXAMPLE" },
		"default port":      func(u *url.URL) { u.Host = "one.example:80" },
		"other port":        func(u *url.URL) { u.Host = "one.example:8080" },
		"host with dot":     func(u *url.URL) { u.Host = "one.example." },
		"address":           func(u *url.URL) { u.Host = "[fe80::1%eth0]:8080" },
		"https":             func(u *url.URL) { u.Scheme = "https" },
		"scheme of a kind":  func(u *url.URL) { u.Scheme = "HTTP" },
		"no host":           func(u *url.URL) { u.Host, u.OmitHost = "", true },
	}
}

func requestURLKept(p *probe) {
	base := Script(Step{Body: "fine"})
	rt := p.layer(base)
	for what, spell := range spellings() {
		if p.may(Replays) { // two spellings of one URL may have one recording
			rt = p.layer(base)
		}
		req := p.request(context.Background(), "/url")
		spell(req.URL)
		want, host := *req.URL, req.Host
		p.finishBody(p.get(rt, req))
		calls := base.Calls()
		got := calls[len(calls)-1].Request
		if !reflect.DeepEqual(*got.URL, want) {
			p.errorf("%s: next got URL %#v; want %#v", what, *got.URL, want)
		}
		if got.Host != host {
			p.errorf("%s: next got Host %q; want %q", what, got.Host, host)
		}
	}
}

func requestLargeArrivesWhole(p *probe) {
	var received int64
	base := Script(Step{Unread: true, Respond: func(req *http.Request) (*http.Response, error) {
		defer closeBody(req)
		n, err := io.Copy(io.Discard, req.Body)
		received = n
		return newResponse(req, 200, "fine"), err
	}})
	rt := p.layer(base)
	for _, size := range []int64{64<<10 + 1, 1<<20 + 1, 4<<20 + 7} {
		for method, length := range map[string]int64{http.MethodPost: size, http.MethodPut: -1} {
			req, _ := p.post(context.Background(), method, "", false)
			req.Body, req.ContentLength = NewBody(filler(size)), length
			want, headers := *req, req.Header.Clone()
			p.finishBody(p.get(rt, req))
			calls := base.Calls()
			call := calls[len(calls)-1]
			got := call.Request
			if received != size || call.Length != length {
				p.errorf("%d bytes by %s: next got %d and ContentLength %d; want %d", size, method, received, call.Length, length)
			}
			if got.Method != method || *got.URL != *want.URL || got.Close || len(got.TransferEncoding) > 0 || len(got.Trailer) > 0 {
				p.errorf("%d bytes by %s: next got %s %v, Close %v, TransferEncoding %q, Trailer %v; want what the caller sent",
					size, method, got.Method, got.URL, got.Close, got.TransferEncoding, got.Trailer)
			}
			p.compareHeaders(call.Header, headers)
		}
	}
}

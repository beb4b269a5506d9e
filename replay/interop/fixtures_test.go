package interop_test

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay/interop"
	"github.com/gracy-go/gracy/replay/store"
)

var update = flag.Bool("update", false, "write the golden files anew")

// fixtures returns files that real recorders wrote of one server. Those of betamax and
// playwright-minimal were derived from them by hand.
func fixtures() map[string]interop.Format {
	return map[string]interop.Format{
		"govcr3.yaml": interop.GoVCR, "govcr4.yaml": interop.GoVCR, "vcrpy.yaml": interop.VCRPy, "rubyvcr.yml": interop.RubyVCR,
		"betamax.json": interop.Betamax, "betamax-exact.json": interop.Betamax, "nock.json": interop.Nock,
		"polly-node.har": interop.Polly, "polly-fetch.har": interop.Polly, "playwright.har": interop.HAR,
		"playwright-minimal.har": interop.HAR, "playwright.har.zip": interop.HAR, "mitmproxy.har": interop.HAR,
	}
}

func records(t *testing.T, name string) []*interop.Record {
	t.Helper()
	var list []*interop.Record
	for r, err := range interop.Read(filepath.Join("testdata", name), "") {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, r)
	}
	return list
}

// shown returns an exchange as a golden file shows it.
func shown(r *interop.Record) string {
	var b strings.Builder
	x := r.Exchange
	fmt.Fprintf(&b, "%s %s", x.Request.Method, x.Request.URL)
	if !x.Start.IsZero() {
		fmt.Fprintf(&b, " at %s, %s, %s", x.Start.Format("2006-01-02T15:04:05.000"), x.FirstByte, x.Total)
	}
	b.WriteString("\n")
	header := func(h http.Header) {
		for _, name := range slices.Sorted(maps.Keys(h)) {
			fmt.Fprintf(&b, "    %s: %q\n", name, h[name])
		}
	}
	header(x.Request.Header)
	if x.Request.Body != nil {
		fmt.Fprintf(&b, "    > %q\n", x.Request.Body)
	}
	y := x.Response
	fmt.Fprintf(&b, "  %s %s, length %d %v, uncompressed %v, no body %v\n", y.Proto, y.Status, y.ContentLength, y.TransferEncoding, y.Uncompressed, y.NoBody)
	header(y.Header)
	for _, name := range slices.Sorted(maps.Keys(y.Trailer)) {
		fmt.Fprintf(&b, "    trailer %s: %q\n", name, y.Trailer[name])
	}
	fmt.Fprintf(&b, "    < %q\n", y.Body)
	for _, l := range r.Losses {
		b.WriteString("  LOST " + l.What + ": " + l.Why + "\n")
	}
	if r.Skipped != "" {
		b.WriteString("  SKIPPED " + r.Skipped + "\n")
	}
	return b.String()
}

func TestFixturesAreReadAsTheyWere(t *testing.T) {
	for name, format := range fixtures() {
		t.Run(name, func(t *testing.T) {
			got, err := interop.Detect(filepath.Join("testdata", name))
			if err != nil || got != format {
				t.Fatalf("the format is %q, %v; want %q", got, err, format)
			}
			var b strings.Builder
			for _, r := range records(t, name) {
				b.WriteString(shown(r))
			}
			golden := filepath.Join("testdata", name+".golden")
			if *update {
				if err := os.WriteFile(golden, []byte(b.String()), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if b.String() != string(want) {
				t.Errorf("%s differs from %s:\n%s", name, golden, firstDifference(b.String(), string(want)))
			}
		})
	}
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range g {
		if i >= len(w) || g[i] != w[i] {
			return fmt.Sprintf("line %d: got %s\nwant %s", i+1, g[i], strings.Join(w[min(i, len(w)):min(i+1, len(w))], ""))
		}
	}
	return "the rest is missing"
}

// sent is a response of the server of the fixtures.
type sent struct {
	status int
	kind   string
	body   string // decoded
	header http.Header
}

var packed = `{"packed":true,"list":[1,2,3,4,5,6,7,8,9,10],"text":"` + strings.Repeat("abc", 40) + `"}`

func whatWasSent(x *store.Exchange, times int) (sent, bool) {
	u := x.Request.ParseURL()
	const js, text = "application/json; charset=utf-8", "text/plain; charset=utf-8"
	switch u.Path {
	case "/json":
		return sent{200, js, `{"id":1,"name":"pikachu","price":1.50,"ok":true}`, nil}, true
	case "/gzip":
		return sent{200, "application/json", packed, nil}, true
	case "/png":
		return sent{200, "image/png", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\xdacd\xf8\xcfP\x0f\x00\x03\x86\x01\x80\x5a4}k\x00\x00\x00\x00IEND\xaeB`\x82", nil}, true
	case "/cookies":
		return sent{200, js, `{"cookies":2}`, http.Header{"Set-Cookie": {"a=1; Path=/; HttpOnly", "b=2; Path=/; Expires=Wed, 09 Jun 2032 10:18:14 GMT"}}}, true
	case "/headers":
		return sent{200, js, `{"repeat":3}`, http.Header{"X-Repeat": {"one", "two", "one, two"}, "X-Lower-Case": {"kept"}, "X-Empty": {""}, "Link": {`</json>; rel="next"`}}}, true
	case "/redirect":
		return sent{302, "text/plain", "moved", http.Header{"Location": {"/json?from=redirect"}}}, true
	case "/query":
		return sent{200, js, `{"raw":"z=1&a=2&z=0&b=x%20y&b=x+y&empty=&flag"}`, nil}, true
	case "/seq":
		return sent{200, js, `{"n":` + strconv.Itoa(times) + `}`, nil}, true
	case "/empty":
		return sent{204, "", "", nil}, true
	case "/etag":
		if x.Request.Header.Get("If-None-Match") != "" {
			return sent{304, "", "", http.Header{"Etag": {`"v1"`}}}, true
		}
		return sent{200, js, `{"version":1}`, http.Header{"Etag": {`"v1"`}}}, true
	case "/stream":
		return sent{200, "application/x-ndjson", "{\"line\":1}\n{\"line\":2}\n{\"line\":3}\n", nil}, true
	case "/trailer":
		return sent{200, "text/plain", "body then trailer", nil}, true
	case "/utf8":
		return sent{200, text, "grüße — 日本語 🎉\r\nsecond line\n", nil}, true
	case "/latin1":
		return sent{200, "text/plain; charset=iso-8859-1", "gr\xfc\xdfe caf\xe9\n", nil}, true
	case "/status/404":
		return sent{404, text, "status 404", nil}, true
	case "/echo":
		s := sent{201, "application/json", fmt.Sprintf(`{"method":"POST","type":%q,"body":%q}`, x.Request.Header.Get("Content-Type"), x.Request.Body), nil}
		if u.RawQuery == "multipart=1" {
			s.kind, s.body = text, `{"title":9,"file":12}`
		}
		return s, true
	}
	return sent{}, false
}

// lostAsSaid reports whether a record names a loss.
func lostAsSaid(r *interop.Record, what string) bool {
	return slices.ContainsFunc(r.Losses, func(l interop.Loss) bool { return strings.Contains(l.What, what) })
}

// TestFixturesHoldWhatTheServerSent compares each exchange with what the server sent. Every
// difference must be reported as a loss.
func TestFixturesHoldWhatTheServerSent(t *testing.T) {
	for name, format := range fixtures() {
		t.Run(name, func(t *testing.T) {
			if n := holdsWhatWasSent(t, filepath.Join("testdata", name), format); n < 14 {
				t.Errorf("compared %d exchanges, want more", n)
			}
		})
	}
}

// holdsWhatWasSent compares a file with what the server sent, and returns how many exchanges it
// compared.
func holdsWhatWasSent(t *testing.T, path string, format interop.Format) (compared int) {
	t.Helper()
	times := map[string]int{}
	for r, err := range interop.Read(path, format) {
		if err != nil {
			t.Fatal(err)
		}
		x := r.Exchange
		times[x.Request.URL]++
		want, ok := whatWasSent(x, times[x.Request.URL])
		if !ok || r.Skipped != "" || unlikeOthers(format, t.Name(), x) {
			continue
		}
		compared++
		y := x.Response
		body := string(y.Body)
		if y.Header.Get("Content-Encoding") == "gzip" {
			body = unzipped(t, y.Body)
		}
		if y.StatusCode != want.status {
			t.Errorf("%s: the status is %d, want %d", x.Request.URL, y.StatusCode, want.status)
		}
		if body != want.body && !lostAsSaid(r, "of the response") && !lostAsSaid(r, "body of the request") {
			t.Errorf("%s: the body is %q, want %q, and no loss says so", x.Request.URL, body, want.body)
		}
		if got := y.Header.Get("Content-Type"); got != want.kind && want.kind != "" {
			t.Errorf("%s: Content-Type is %q, want %q", x.Request.URL, got, want.kind)
		}
		for name, values := range want.header {
			got := y.Header[name]
			if slices.Equal(got, values) || lostAsSaid(r, name) {
				continue
			}
			if joins(format, t.Name()) && strings.Join(got, ", ") == strings.Join(values, ", ") {
				continue // said once, in the notes
			}
			t.Errorf("%s: %s is %q, want %q, and no loss says so", x.Request.URL, name, got, values)
		}
		if n := y.ContentLength; n >= 0 && n != int64(len(y.Body)) && x.Request.Method != "HEAD" {
			t.Errorf("%s: the length is %d of %d", x.Request.URL, n, len(y.Body))
		}
		if l := y.Header.Get("Content-Length"); l != "" && l != strconv.Itoa(len(y.Body)) {
			t.Errorf("%s: Content-Length is %s of %d", x.Request.URL, l, len(y.Body))
		}
	}
	return compared
}

// joins reports whether a recorder joins the values of a header.
func joins(f interop.Format, test string) bool {
	return f == interop.Nock || f == interop.Polly || strings.Contains(test, "mitmproxy")
}

// unlikeOthers reports whether a recorder itself changes an exchange. Polly does on the wire.
// Betamax keeps only the last of several responses to a request, though not in the fixtures.
func unlikeOthers(f interop.Format, test string, x *store.Exchange) bool {
	p := x.Request.ParseURL().Path
	switch f {
	case interop.Polly:
		return p == "/query" || p == "/seq" || p == "/redirect"
	case interop.Betamax:
		return p == "/seq" && strings.HasPrefix(test, "TestRecordings")
	}
	return false
}

func unzipped(t *testing.T, b []byte) string {
	t.Helper()
	plain, err := readGzip(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

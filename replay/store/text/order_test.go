package text

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

// Exchanges are recorded again an hour later, in another order, with other IDs, dates and times.
// Those whose responses are the same do not show up in a diff.
func TestTheDiffOfOneChangedResponseIsThatResponse(t *testing.T) {
	n := times(10_000)
	path := tempTape(t)
	record := func(at time.Time, changed map[int]string) string {
		var list []*store.Exchange
		for i := range n {
			body := fmt.Sprintf(`{"id":%d,"name":"pikachu","price":1.50}`, i)
			if b, ok := changed[i]; ok {
				body = b
			}
			list = append(list, recorded(at, i, fmt.Sprintf("http://h/item/%d", i/2), body)) // two of each request
			list[i].Total += at.Sub(morning())
		}
		for i := range list { // concurrent calls end in any order
			j := min(n-1, i+i%5)
			list[i], list[j] = list[j], list[i]
		}
		return session(t, path, store.IDAt(at), list...)
	}
	first := record(morning(), nil)
	if again := record(morning().Add(time.Hour), nil); again != first {
		t.Errorf("recorded again:\n%.2000s", strings.Join(diff(first, again), "\n"))
	}
	at := morning().Add(2 * time.Hour)
	one := n / 3
	changed := record(at, map[int]string{one: fmt.Sprintf(`{"id":%d,"name":"raichu","price":1.50}`, one)})
	want := []string{
		`-          "Date": "Sat, 28 Nov 2026 10:00:00 GMT",`,
		fmt.Sprintf(`-          "X-Request-Id": "%d %d"`, morning().UnixNano(), one),
		`+          "Date": "Sat, 28 Nov 2026 12:00:00 GMT",`,
		fmt.Sprintf(`+          "X-Request-Id": "%d %d"`, at.UnixNano(), one),
		`-          "name": "pikachu",`,
		`+          "name": "raichu",`,
	}
	got := diff(first, changed)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("one changed response of %d shows\n%.2000s\nwant\n%s", n, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	// The control: a new tape shows each difference.
	fresh := session(t, tempTape(t), 0, recorded(at, 1, "http://h/item/0", "[]"), recorded(at, 2, "http://h/item/1", "[]"))
	other := session(t, tempTape(t), 0, recorded(at.Add(time.Hour), 1, "http://h/item/0", "[]"), recorded(at.Add(time.Hour), 2, "http://h/item/1", "[]"))
	if got := diff(fresh, other); len(got) != 8 {
		t.Errorf("two new tapes differ in %q", got)
	}
}

// New exchanges follow the others in the order in which their requests started. A sequence keeps
// its place, whatever its new length.
func TestOrder(t *testing.T) {
	order := func(file string) (urls string) {
		for l := range strings.Lines(file) {
			if _, url, ok := strings.Cut(l, `"url": "http://h/`); ok {
				urls += strings.Trim(url, "\",\n")
			}
			if _, body, ok := strings.Cut(l, `"text": `); ok {
				urls += strings.Trim(body, "\",\n") + " "
			}
		}
		return strings.TrimSpace(urls)
	}
	path := tempTape(t)
	at := func(hour, n int, url, body string) *store.Exchange {
		return recorded(morning().Add(time.Duration(hour)*time.Hour), n, "http://h/"+url, body)
	}
	later := func(hour int) store.ID { return store.IDAt(morning().Add(time.Duration(hour) * time.Hour)) }
	for _, c := range []struct {
		name string
		from store.ID
		list []*store.Exchange
		want string
	}{
		{"written in another order", 0, []*store.Exchange{at(0, 3, "b", "3"), at(0, 1, "a", "1"), at(0, 4, "a", "4"), at(0, 2, "b", "2")}, "a1 b2 b3 a4"},
		{"a sequence that ended backwards", later(1), []*store.Exchange{at(1, 4, "a", "8"), at(1, 1, "a", "5"), at(1, 2, "b", "6"), at(1, 3, "b", "7")}, "a5 b6 b7 a8"},
		{"shorter", later(2), []*store.Exchange{at(2, 1, "b", "9")}, "a5 b9 a8"},
		{"longer, and a new one", later(3), []*store.Exchange{at(3, 1, "c", "0"), at(3, 2, "b", "1"), at(3, 3, "b", "2"), at(3, 4, "a", "3")}, "a3 b1 c0 b2"},
	} {
		if got := order(session(t, path, c.from, c.list...)); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	// What was put first by hand stays first, and the exchanges of a request keep their order.
	s, err := Open(path)
	tapetest.Must(t, err)
	ids := tapetest.IDs(t, s, 0)
	tapetest.Must(t, s.Delete(ids[1]))
	tapetest.Must(t, s.Append(entries(at(4, 1, "b", "4"))))
	tapetest.Must(t, s.Close())
	if got := order(fileAt(t, path)); got != "a3 b2 c0 b4" {
		t.Errorf("the first of a sequence deleted, and one more: %s", got)
	}
}

func TestWhatIsTheSameStays(t *testing.T) {
	old := recorded(morning(), 10, "http://h/", "body")
	old.Request.Header.Set("Traceparent", "1")
	for name, c := range map[string]struct {
		change            func(x *store.Exchange)
		request, response bool // stay
	}{
		"nothing": {func(*store.Exchange) {}, true, true},
		"slow":    {func(x *store.Exchange) { x.Total = time.Hour }, true, true},
		"body":    {func(x *store.Exchange) { x.Response.Body = []byte("ydob") }, true, false},
		"ETag":    {func(x *store.Exchange) { x.Response.Header.Set("ETag", "1") }, true, false},
		"type":    {func(x *store.Exchange) { x.Response.Header.Set("Content-Type", "text/plain") }, true, false},
		"no date": {func(x *store.Exchange) { x.Response.Header.Del("Date") }, true, false},
		"status":  {func(x *store.Exchange) { x.Response.StatusCode = 500 }, true, false},
		"cut off": {func(x *store.Exchange) { x.Complete = false }, true, false},
		"fault":   {func(x *store.Exchange) { x.Response, x.Fault = nil, &store.Fault{} }, true, false},
		"request": {func(x *store.Exchange) { x.Request.Header.Set("Accept", "*/*") }, false, true},
		"sent":    {func(x *store.Exchange) { x.Request.Body = []byte("x") }, false, true},
	} {
		x := recorded(morning().Add(time.Hour), 10, "http://h/", "body")
		x.Request.Header.Set("Traceparent", "2")
		x.Identity = []byte("identity one")
		c.change(x)
		got := merged(old, x)
		if (got.Response == old.Response) != c.response || (got.Request.Header.Get("Traceparent") == "1") != c.request {
			t.Errorf("%s: %+v", name, got)
		}
		if got.ID != x.ID || string(got.Identity) != "identity one" || got.Total != old.Total {
			t.Errorf("%s: the ID and the identity are of the old one, or the time is not", name)
		}
	}
}

func TestFleetingHeaders(t *testing.T) {
	for name, want := range map[string]bool{
		"Date": true, "X-Request-Id": true, "X-Amzn-Requestid": true, "Traceparent": true, "X-Ratelimit-Remaining": true,
		"X-Amz-Date": true, "Cf-Ray": true,
		// S3, CloudFront, API Gateway, Cloud Storage, Google, Azure, Kubernetes, Vercel, Akamai, Swift,
		"X-Amz-Id-2": true, "X-Amz-Cf-Id": true, "X-Amz-Apigw-Id": true, "X-Guploader-Uploadid": true, "X-Cloud-Trace-Context": true,
		"X-Azure-Ref": true, "X-Msedge-Ref": true, "Audit-Id": true, "X-Vercel-Id": true, "Akamai-Grn": true, "X-Trans-Id": true,
		// Slack, GitLab, Twilio, Stripe, Sentry, Kong, FastAPI.
		"X-Slack-Req-Id": true, "X-Slack-Unique-Id": true, "X-Gitlab-Meta": true, "Twilio-Request-Duration": true, "Ratelimit-Observed": true,
		"X-Stripe-Client-Telemetry": true, "Sentry-Trace": true, "Baggage": true, "X-Kong-Upstream-Latency": true, "X-Process-Time": true,
		"X-Shopify-Shop-Api-Call-Limit": true, "X-Datadog-Parent-Id": true, "Reporting-Endpoints": true, "Elastic-Apm-Traceparent": true,
		"Etag": false, "Last-Modified": false, "Content-Type": false, "Retry-After": false, "X-Ratelimit-Limit": false, "Location": false,
		"X-Amz-Version-Id": false, "X-Goog-Hash": false, "Set-Cookie": false, "Content-Md5": false, "X-Account-Id": false, "Stripe-Version": false,
	} {
		if fleeting(name) != want {
			t.Errorf("%s: %v", name, !want)
		}
	}
}

// A cookie that counts visits or keeps out robots differs in each response, and identifies no
// request. One that may be a session identifies the next request.
func TestCookiesOfVisits(t *testing.T) {
	for name, c := range map[string]struct {
		old, now []string
		want     bool
	}{
		"the same":          {[]string{"sid=1; Path=/"}, []string{"sid=1; Path=/"}, true},
		"a session":         {[]string{"sid=1; Path=/"}, []string{"sid=2; Path=/"}, false},
		"robots":            {[]string{"__cf_bm=1; Path=/; Expires=Sat, 28 Nov 2026 10:00:00 GMT; HttpOnly"}, []string{"__cf_bm=2; Path=/; Expires=Sat, 28 Nov 2026 11:00:00 GMT; HttpOnly"}, true},
		"its path":          {[]string{"__cf_bm=1; Path=/a"}, []string{"__cf_bm=2; Path=/b"}, false},
		"another of them":   {[]string{"__cf_bm=1"}, []string{"_ga=1"}, false},
		"one more":          {[]string{"__cf_bm=1"}, []string{"__cf_bm=1", "sid=2"}, false},
		"a session, robots": {[]string{"__cf_bm=1", "sid=2"}, []string{"__cf_bm=2", "sid=3"}, false},
		"no cookie":         {[]string{"REDACTED"}, []string{"__cf_bm"}, false},
	} {
		if got := sameHeader(http.Header{"Set-Cookie": c.old}, http.Header{"Set-Cookie": c.now}); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// A client makes the boundary of a multipart body anew for each request.
func TestABoundaryIsNoChange(t *testing.T) {
	upload := func(boundary, file string) *store.Request {
		return &store.Request{
			Method: "POST", URL: "http://h/", Header: http.Header{"Content-Type": {"multipart/form-data; boundary=" + boundary}, "Accept": {"*/*"}},
			Body: []byte("--" + boundary + "\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n" + file + "\r\n--" + boundary + "--\r\n"),
		}
	}
	old := upload("1f2e3d4c", "\x00one")
	for name, c := range map[string]struct {
		now  *store.Request
		want bool
	}{
		"the same":         {upload("1f2e3d4c", "\x00one"), true},
		"another boundary": {upload("5a6b7c8d9e", "\x00one"), true},
		"another file":     {upload("5a6b7c8d9e", "\x00two"), false},
	} {
		if got := sameRequest(old, c.now); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	other := upload("5a6b7c8d9e", "\x00one")
	other.Header.Set("Accept", "text/plain")
	if sameRequest(old, other) {
		t.Error("another header is the same")
	}
	typed := upload("5a6b7c8d9e", "\x00one")
	typed.Header.Set("Content-Type", "multipart/mixed; boundary=5a6b7c8d9e")
	if sameRequest(old, typed) {
		t.Error("another media type is the same")
	}
	if first := upload("1f2e3d4c", "\x00one"); string(old.Body) != string(first.Body) || old.Header.Get("Content-Type") != first.Header.Get("Content-Type") {
		t.Error("the comparison changes what it compares")
	}
}

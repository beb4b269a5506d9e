package text

import (
	"bytes"
	"mime"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/gracy-go/gracy/internal/visits"
	"github.com/gracy-go/gracy/replay/store"
)

// arrange returns all exchanges, which are by ID, in the order of the file. The exchanges of a
// request take the places that it has in the file already, and the rest come last. So an exchange
// that was recorded again changes the file only if it says something else.
func arrange(file, all []*store.Exchange) []*store.Exchange {
	waiting := make(map[requestKey][]*store.Exchange)
	for _, x := range all {
		key := x.Key.Request()
		waiting[key] = append(waiting[key], x)
	}
	old := make(map[store.ID]bool)
	for _, x := range file {
		old[x.ID] = true
	}
	list := make([]*store.Exchange, 0, len(all))
	take := func(key requestKey) *store.Exchange {
		x := waiting[key][0]
		waiting[key] = waiting[key][1:]
		list = append(list, x)
		return x
	}
	for _, was := range file {
		key := was.Key.Request()
		if len(waiting[key]) == 0 {
			continue
		}
		if x := take(key); !old[x.ID] {
			list[len(list)-1] = merged(was, x)
		}
	}
	for _, x := range all {
		if key := x.Key.Request(); len(waiting[key]) > 0 && waiting[key][0] == x {
			take(key)
		}
	}
	return list
}

// merged returns what is written for an exchange that was recorded again: the new one, but with the
// times of the old one, which are never the same, and with the old request and response if they say
// the same.
func merged(old, x *store.Exchange) *store.Exchange {
	out := *x
	out.FirstByte, out.Total = old.FirstByte, old.Total
	if sameRequest(&old.Request, &x.Request) {
		out.Request = old.Request
	}
	if old.Complete == x.Complete && reflect.DeepEqual(old.Fault, x.Fault) && sameResponse(old.Response, x.Response) {
		out.Response = old.Response
	}
	return &out
}

// sameRequest reports whether two requests say the same, whatever the boundaries of their multipart
// bodies.
func sameRequest(a, b *store.Request) bool {
	if !bytes.Equal(a.Body, b.Body) {
		a = rebound(a, boundaryOf(a), boundaryOf(b))
	}
	return a.Method == b.Method && a.URL == b.URL && a.Host == b.Host && bytes.Equal(a.Body, b.Body) &&
		bytes.Equal(a.BodySum, b.BodySum) && sameHeader(a.Header, b.Header)
}

// rebound returns a multipart request with another boundary, or r if one of the two is "".
func rebound(r *store.Request, from, to string) *store.Request {
	if from == "" || to == "" {
		return r
	}
	out := *r
	out.Header = r.Header.Clone()
	for i, v := range out.Header["Content-Type"] {
		out.Header["Content-Type"][i] = strings.ReplaceAll(v, from, to)
	}
	out.Body = bytes.ReplaceAll(r.Body, []byte(from), []byte(to))
	return &out
}

// boundaryOf returns the boundary of a multipart request, or "".
func boundaryOf(r *store.Request) string {
	media, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if !strings.HasPrefix(media, "multipart/") {
		return ""
	}
	return params["boundary"]
}

func sameResponse(a, b *store.Response) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Status == b.Status && a.StatusCode == b.StatusCode && a.Proto == b.Proto &&
		bytes.Equal(a.Body, b.Body) && a.NoBody == b.NoBody && a.ContentLength == b.ContentLength &&
		slices.Equal(a.TransferEncoding, b.TransferEncoding) && a.Uncompressed == b.Uncompressed && a.Close == b.Close &&
		sameHeader(a.Header, b.Header) && sameHeader(a.Trailer, b.Trailer)
}

// sameHeader reports whether two headers have the same names and values. It ignores the values that
// are made anew for each message.
func sameHeader(a, b http.Header) bool {
	if len(a) != len(b) {
		return false
	}
	for name, values := range a {
		others, ok := b[name]
		switch {
		case !ok:
			return false
		case fleeting(name), slices.Equal(values, others):
		case name != "Set-Cookie" || !slices.EqualFunc(values, others, sameCookie):
			return false
		}
	}
	return true
}

// sameCookie reports whether two values of Set-Cookie are equal. The value and the lifetime of a
// cookie that does not identify its visitor may differ.
func sameCookie(a, b string) bool {
	name, _, _ := strings.Cut(a, "=")
	return a == b || visits.Cookie(name) && lasting(a) == lasting(b)
}

// lasting returns the name of a cookie and its attributes that do not change with time.
func lasting(cookie string) string {
	pair, attributes, _ := strings.Cut(cookie, ";")
	all, _, _ := strings.Cut(pair, "=")
	for a := range strings.SplitSeq(attributes, ";") {
		if key, _, _ := strings.Cut(strings.TrimSpace(a), "="); !strings.EqualFold(key, "expires") && !strings.EqualFold(key, "max-age") {
			all += ";" + a
		}
	}
	return all
}

// fleeting reports whether the value of a header differs from message to message and says nothing
// about the request or the response: times, tracing IDs, what is left of a rate limit, how long the
// server took.
func fleeting(name string) bool {
	n := strings.ToLower(name)
	switch n {
	case "date", "age", "expires", "traceparent", "tracestate", "baggage", "b3", "sentry-trace", "elastic-apm-traceparent",
		"server-timing", "x-runtime", "x-response-time", "x-process-time", "x-timer", "x-served-by", "x-cache", "x-cache-hits",
		"idempotency-key", "nel", "report-to", "reporting-endpoints",
		"x-amz-id-2", "x-amz-cf-id", "x-amz-cf-pop", "x-amz-apigw-id", "x-guploader-uploadid", "x-azure-ref", "x-msedge-ref",
		"audit-id", "x-vercel-id", "akamai-grn", "x-trans-id", "x-slack-unique-id", "x-gitlab-meta", "x-stripe-client-telemetry":
		return true
	}
	for _, suffix := range []string{
		"-date", "request-id", "requestid", "req-id", "trace-id", "traceid", "trace-context", "span-id", "spanid", "-parent-id",
		"correlation-id", "invocation-id", "-ray", "processing-ms", "service-time", "request-duration", "-latency", "api-call-limit",
	} {
		if strings.HasSuffix(n, suffix) {
			return true
		}
	}
	limit := strings.Contains(n, "ratelimit") || strings.Contains(n, "rate-limit")
	return limit && (strings.Contains(n, "remaining") || strings.Contains(n, "reset") || strings.Contains(n, "used") || strings.Contains(n, "observed"))
}

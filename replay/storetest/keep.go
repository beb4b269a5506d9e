package storetest

import (
	"bytes"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/gracy-go/gracy/replay/store"
)

// kinds are exchanges that differ in what they have. None has something that a text tape cannot
// keep exactly, such as a time in microseconds.
func kinds() []*store.Exchange {
	list := make([]*store.Exchange, 13)
	for i := range list {
		list[i] = exchange(store.ID(i+1), fmt.Sprintf("https://api.test/kind/%d?q=%d", i, i))
	}
	list[1].Response.Body, list[1].Response.NoBody, list[1].Response.ContentLength = nil, true, 0
	list[2].Response.Body = []byte("\x00\xff\xfe binary \r\n")
	list[3].Response.Body = []byte("{\"b\": 1.50, \"a\" : [1e3, null]}\n")
	list[4].Response.Header = http.Header{"Set-Cookie": {"a=1", "b=2"}, "X-Empty": {""}, "Content-Type": {"text/plain; charset=utf-8"}}
	list[5].Response.Trailer = http.Header{"X-Sum": {"1", "2"}}
	list[5].Response.ContentLength, list[5].Response.TransferEncoding = -1, []string{"chunked"}
	list[6].Response, list[6].Fault = nil, &store.Fault{Text: "dial tcp: connection refused", Kind: store.FaultConnRefused}
	list[7].Response.ContentLength, list[7].Fault = 100, &store.Fault{Text: "read: connection reset", Kind: store.FaultConnReset}
	list[8].Request = store.Request{
		Method: http.MethodPost, URL: "https://api.test/kind/8", Host: "other.test",
		Header: http.Header{"Content-Type": {"application/json"}, "X-Two": {"1", "2"}}, Body: []byte(`{"n": 1}`), BodySize: 8,
	}
	list[9].Request = store.Request{Method: http.MethodPut, URL: "https://api.test/kind/9", BodySize: 1 << 30, BodySum: bytes.Repeat([]byte{7}, 32)}
	list[10].Identity, list[10].Secrets = bytes.Repeat([]byte{1}, store.IdentitySize), bytes.Repeat([]byte{2}, store.IdentitySize)
	list[10].Masked, list[10].Response.Uncompressed, list[10].Response.Close = true, true, true
	list[10].Attempt, list[10].Route = 3, "/kind/{number}"
	list[11].Complete = false
	list[11].Response.ContentLength, list[11].Response.Status, list[11].Response.StatusCode = -1, "299 Odd words", 299
	list[11].Response.Pieces = []store.Piece{{Bytes: 1, Wait: 20 * time.Millisecond}, {Bytes: 1}}
	list[12].Complete, list[12].Fault = false, &store.Fault{Text: "the caller left before the end", Kind: store.FaultCallerLeft}
	for _, x := range list {
		if r := x.Response; r != nil && r.ContentLength > 0 && x.Fault == nil {
			r.ContentLength = int64(len(r.Body))
		}
		x.FirstByte, x.Total = 20*time.Millisecond, 70*time.Millisecond
		x.Key = keyOf(x)
		if x.Route != "/kind/{number}" {
			x.Route = x.Key.Path
		}
	}
	return list
}

func keepsEveryField(p *probe) {
	want := kinds()
	s := p.start()
	p.add(s, kinds()...)
	for _, when := range []string{"before", "after"} {
		got := p.scan(s, 0)
		if len(got) != len(want) {
			p.Fatalf("%s it was opened again, Scan gives %d exchanges, want %d", when, len(got), len(want))
		}
		for i := range want {
			compare(p, when, got[i], want[i])
			compare(p, when, p.find(s, want[i].Key, 0), want[i])
		}
		s = p.again(s)
	}
}

// compare compares two exchanges except for their IDs and start times, since a text tape keeps only
// days.
func compare(p *probe, when string, got, want *store.Exchange) {
	p.Helper()
	g, w := *got, *want
	for _, x := range []*store.Exchange{&g, &w} {
		x.ID, x.Start = 0, time.Time{}
		x.Request.Header, x.Request.Body = filled(x.Request.Header), append([]byte{}, x.Request.Body...)
		if x.Response != nil {
			r := *x.Response
			r.Header, r.Trailer, r.Body = filled(r.Header), filled(r.Trailer), append([]byte{}, r.Body...)
			x.Response = &r
		}
	}
	for _, part := range []struct {
		name      string
		got, want any
	}{
		{"key", g.Key, w.Key},
		{"request", g.Request, w.Request},
		{"response", deref(g.Response), deref(w.Response)},
		{"fault", g.Fault, w.Fault},
		{"rest", [...]any{g.FirstByte, g.Total, g.Attempt, g.Route, g.Complete, g.Masked, g.Identity, g.Secrets}, [...]any{w.FirstByte, w.Total, w.Attempt, w.Route, w.Complete, w.Masked, w.Identity, w.Secrets}},
	} {
		if !reflect.DeepEqual(part.got, part.want) {
			p.Errorf("%s it was opened again, the %s of %s %s is\n\t%s, want\n\t%s", when, part.name, w.Request.Method, w.Request.URL, brief(part.got), brief(part.want))
		}
	}
}

// filled returns a header that is not nil: no header and an empty one are the same to a storage.
func filled(h http.Header) http.Header {
	if h == nil {
		return http.Header{}
	}
	return h
}

// brief writes a value in a line.
func brief(v any) string { return fmt.Sprintf("%.400s", fmt.Sprintf("%+v", v)) }

func deref(r *store.Response) any {
	if r == nil {
		return nil
	}
	return *r
}

func keepsBodiesOfAnyLength(p *probe) {
	s := p.start()
	lengths := []int{0, 1, 4095, 4096, 64 << 10, store.PartSize, 2*store.PartSize + 1}
	var list []*store.Exchange
	for i, n := range lengths {
		x := exchange(store.ID(i+1), fmt.Sprintf("https://api.test/%d", n))
		x.Response.Body, x.Response.ContentLength, x.Response.NoBody = bytes.Repeat([]byte{byte(n)}, n), int64(n), n == 0
		list = append(list, x)
	}
	p.add(s, list...)
	for range 2 {
		for i, n := range lengths {
			if x := p.find(s, list[i].Key, 0); !bytes.Equal(x.Response.Body, bytes.Repeat([]byte{byte(n)}, n)) {
				p.Errorf("a body of %d bytes comes back with %d, or with other bytes", n, len(x.Response.Body))
			}
		}
		s = p.again(s)
	}
	long := exchange(100, "https://api.test/"+strings.Repeat("path/", 2000))
	p.add(s, long)
	compare(p, "before", p.find(s, long.Key, 0), long)
}

package bodies_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/layer/bodies"
)

// oneReader is a body whose GetBody rewinds it, and which counts how often it is closed.
type oneReader struct {
	*strings.Reader
	closed int
}

func (o *oneReader) Close() error { o.closed++; return nil }

// oneBody returns a body and a request that can send it again: by rewinding it, or because it is
// kept in memory.
func oneBody(t *testing.T, text string, rewinds bool, memory *bodies.Memory) (*oneReader, *http.Request, func()) {
	t.Helper()
	body := &oneReader{Reader: strings.NewReader(text)}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, "http://api.test/", io.NopCloser(nil))
	if err != nil {
		t.Fatal(err)
	}
	req.Body = struct{ io.ReadCloser }{body} // cannot seek
	if rewinds {
		req.Body = body
		req.GetBody = func() (io.ReadCloser, error) { body.Reset(text); return body, nil }
	}
	r, done := bodies.Limits{Known: 1 << 10, Unknown: 1 << 10, Memory: memory, Total: 1 << 20}.Replayable(req)
	return body, r, done
}

// take gets another body from a request.
func take(t *testing.T, req *http.Request) io.ReadCloser {
	t.Helper()
	b, err := req.GetBody()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The HTTP/2 of net/http gets a body to send a request again, and loses it without closing it if
// the server has gone away meanwhile. What was kept is freed nevertheless, and the caller's body is
// closed.
func TestABodyThatTheTransportLosesKeepsNothing(t *testing.T) {
	const text = "abcdefgh"
	read := func(b io.ReadCloser) {
		if got, err := io.ReadAll(b); string(got) != text || err != nil {
			t.Errorf("read %q, %v", got, err)
		}
	}
	for name, send := range map[string]func(*http.Request){
		"none, the control": func(r *http.Request) { read(r.Body); _ = r.Body.Close() },
		"lost, then another": func(r *http.Request) {
			read(r.Body)
			_ = r.Body.Close()
			take(t, r)
			b := take(t, r)
			read(b)
			_ = b.Close()
		},
		"lost before the first was closed": func(r *http.Request) {
			read(r.Body)
			take(t, r)
			_ = r.Body.Close()
			b := take(t, r)
			read(b)
			_ = b.Close()
		},
		"lost before the first was read": func(r *http.Request) {
			take(t, r)
			read(r.Body)
			_ = r.Body.Close()
		},
		"two lost, and one closed unread": func(r *http.Request) {
			read(r.Body)
			_ = r.Body.Close()
			take(t, r)
			take(t, r)
			_ = take(t, r).Close()
		},
	} {
		for kind, rewinds := range map[string]bool{"kept": false, "rewound": true} {
			var memory bodies.Memory
			body, r, done := oneBody(t, text, rewinds, &memory)
			send(r)
			done()
			if memory.InUse() != 0 || body.closed != 1 {
				t.Errorf("%s, %s: %d bytes in use, and the body was closed %d times; want 0, and once", kind, name, memory.InUse(), body.closed)
			}
		}
	}
}

// The body that was requested last is not lost: a server may respond before it is read.
func TestABodyThatIsReadAfterTheCallIsNotLost(t *testing.T) {
	var memory bodies.Memory
	r, done := bodies.Limits{Known: 8, Unknown: 8, Memory: &memory, Total: 1 << 10}.Replayable(streamed(t, 8, true))
	if got, err := io.ReadAll(r.Body); string(got) != "abcdefgh" || err != nil {
		t.Fatalf("sent %q, %v", got, err)
	}
	lost, again := take(t, r), take(t, r)
	if n, err := r.Body.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		t.Errorf("the first once more: %d, %v", n, err) // as what writes it to the connection may do
	}
	_ = r.Body.Close()
	done()
	if got, err := io.ReadAll(again); string(got) != "abcdefgh" || err != nil {
		t.Errorf("sent again %q, %v", got, err)
	}
	_ = again.Close()
	if n, err := lost.Read(make([]byte, 8)); n != 0 || err == nil {
		t.Errorf("of the body that was lost %d bytes were read, %v", n, err)
	}
	if memory.InUse() != 0 {
		t.Errorf("%d bytes in use", memory.InUse())
	}
}

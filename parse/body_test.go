package parse_test

import (
	"errors"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/parse"
)

func TestAHeadResponseHasNoBodyWhateverItsLength(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000000000000")
	}))
	defer srv.Close()
	e := parse.NewEndpoint[parse.None, parse.Response[*pokemon]]("HEAD /x")
	for _, c := range []*http.Client{srv.Client(), retrying(srv.Client(), 2)} {
		got, err := e.Call(t.Context(), parse.API{Client: c, Base: srv.URL}, parse.None{})
		if err != nil || got.Value != nil || got.Header.Get("Content-Length") != "1000000000000" {
			t.Errorf("%v, %v", got, err)
		}
	}
}

// A wrong Content-Length, which a mock or a proxy may send, changes nothing.
func TestABodyIsReadToItsEndWhateverItsLength(t *testing.T) {
	for _, size := range []int{0, 1, 511, 512, 513, 5000, 1<<20 + 1} {
		body := strings.Repeat("x", size)
		for _, length := range []int64{-1, 0, 1, int64(size) - 1, int64(size), int64(size) + 1, 1 << 40} {
			client := &http.Client{Transport: rttest.Func(func(req *http.Request) (*http.Response, error) {
				resp := rttest.Response(req, 200, body)
				resp.ContentLength = length
				return resp, nil
			})}
			got, err := parse.Get[string](t.Context(), client, url, parse.MaxBytes(1<<41))
			if err != nil || got != body {
				t.Errorf("%d bytes that are said to be %d: %d bytes, %v", size, length, len(got), err)
			}
		}
	}
}

// endless is a body without end that counts what was read of it.
type endless struct{ n int64 }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	e.n += int64(len(p))
	return len(p), nil
}

func TestABodyBeyondMaxBytesIsATooLargeError(t *testing.T) {
	tests := []struct {
		name string
		in   reply
		opts []parse.Option
		max  int64
	}{
		{"announced", reply{status: 200, body: strings.Repeat(" ", 200)}, []parse.Option{parse.MaxBytes(100)}, 100},
		{"endless", reply{status: 200, reader: &endless{}}, []parse.Option{parse.MaxBytes(1000)}, 1000},
		{"default", reply{status: 200, reader: &endless{}}, nil, 32 << 20},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := get[pokemon](t, tt.in, tt.opts...)
			te, ok := errors.AsType[*parse.TooLargeError](err)
			if !ok || te.Limit != tt.max || !errors.Is(err, parse.ErrTooLarge) {
				t.Fatalf("%v", err)
			}
			if te.Route != "GET https://api.test/v2/pokemon/25" {
				t.Errorf("the route is %q", te.Route)
			}
			if e, ok := tt.in.reader.(*endless); ok && e.n > tt.max+1 {
				t.Errorf("%d bytes were read", e.n)
			}
		})
	}
	if _, err := get[[]byte](t, reply{body: "12345"}, parse.MaxBytes(5)); err != nil {
		t.Errorf("exactly the limit: %v", err)
	}
	_, client := serve(t, reply{status: 200, body: "12345"})
	if got, err := parse.Get[string](t.Context(), retrying(client, 1), url, parse.MaxBytes(math.MaxInt64), parse.WholeBody()); got != "12345" || err != nil {
		t.Errorf("the largest limit: %q, %v", got, err)
	}
}

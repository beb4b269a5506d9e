package parse_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/gracy-go/gracy/parse"
	"github.com/gracy-go/gracy/transport"
)

// brokenOff is a response with a body that breaks off before its length.
func brokenOff(body string) reply {
	return reply{status: 200, reader: io.MultiReader(strings.NewReader(body), iotest.ErrReader(io.ErrUnexpectedEOF))}
}

func TestABodyThatBreaksOffIsRetriedWithWholeBody(t *testing.T) {
	get := func(ctx context.Context, c *http.Client, opts ...parse.Option) error {
		p, err := parse.Get[pokemon](ctx, c, url, opts...)
		if err == nil && p.ID != 25 {
			return errors.New("another value")
		}
		return err
	}
	call := func(method string) func(context.Context, *http.Client, ...parse.Option) error {
		e := parse.NewEndpoint[parse.None, pokemon](method + " /x")
		return func(ctx context.Context, c *http.Client, opts ...parse.Option) error {
			_, err := e.Call(ctx, api(c), parse.None{}, opts...)
			return err
		}
	}
	inContext := func(ctx context.Context, c *http.Client, opts ...parse.Option) error {
		return get(transport.With(ctx, opts...), c)
	}
	for name, tt := range map[string]struct {
		call func(context.Context, *http.Client, ...parse.Option) error
		opts []parse.Option
		sent int
		good bool
	}{
		"Get":              {get, []parse.Option{parse.WholeBody()}, 2, true},
		"Endpoint":         {call("GET"), []parse.Option{parse.WholeBody()}, 2, true},
		"in the context":   {inContext, []parse.Option{parse.WholeBody()}, 2, true},
		"beside an Expect": {get, []parse.Option{parse.WholeBody(), transport.Expect{Status: []int{404}}}, 2, true},
		"beside one of the context": {func(ctx context.Context, c *http.Client, opts ...parse.Option) error {
			return get(transport.WithExpect(ctx, transport.Expect{Status: []int{404}}), c, opts...)
		}, []parse.Option{parse.WholeBody()}, 2, true},
		"an Expect as an option":      {get, []parse.Option{transport.Expect{Whole: 1 << 20}}, 2, true},
		"an Expect of its own":        {inContext, []parse.Option{transport.Expect{Whole: 1 << 20}}, 2, true},
		"POST: it may have been done": {call("POST"), []parse.Option{parse.WholeBody()}, 1, false},
		"without it":                  {get, nil, 1, false}, // the control
		"an Expect without it":        {get, []parse.Option{transport.Expect{Status: []int{404}}}, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			s, client := serve(t, brokenOff(pikachu[:9]), reply{status: 200, body: pikachu})
			err := tt.call(t.Context(), retrying(client, 3), tt.opts...)
			if len(s.got) != tt.sent || (err == nil) != tt.good {
				t.Errorf("%v after %d requests, want %d and success: %t", err, len(s.got), tt.sent, tt.good)
			}
			if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("%v, want the error of the body", err)
			}
		})
	}
}

func TestWholeBodyReadsUpToMaxBytes(t *testing.T) {
	long := `{"id":25,"name":"x","pad":"` + strings.Repeat("p", 2<<20)
	checks := 0
	s, client := serve(t, brokenOff(long), reply{status: 200, body: long + `"}`}, reply{status: 200, body: pikachu})
	_, err := parse.Get[pokemon](t.Context(), retrying(client, 3), url, parse.WholeBody(), wantName("pikachu", &checks))
	if err != nil || len(s.got) != 3 || checks != 2 {
		t.Errorf("%v after %d requests and %d checks, want success after 3 and 2: a Check has the bounds of WholeBody", err, len(s.got), checks)
	}
	e := &endless{}
	s, client = serve(t, reply{status: 200, reader: e})
	_, err = parse.Get[pokemon](t.Context(), retrying(client, 3), url, parse.MaxBytes(1000), parse.WholeBody())
	if !errors.Is(err, parse.ErrTooLarge) || len(s.got) != 1 || e.n > 1001 {
		t.Errorf("%v after %d requests and %d bytes, want ErrTooLarge after 1", err, len(s.got), e.n)
	}
}

// The bound of an Expect is its own, and not that of MaxBytes. Of two bounds the later one applies.
func TestAnExpectReadsAsMuchAsItSays(t *testing.T) {
	const length = 100
	for name, tt := range map[string]struct {
		opts []parse.Option
		sent int // 2 if the body is read within the attempt
	}{
		"enough":             {[]parse.Option{transport.Expect{Whole: length}}, 2},
		"too little":         {[]parse.Option{transport.Expect{Whole: 10}}, 1},
		"above MaxBytes":     {[]parse.Option{transport.Expect{Whole: length}, parse.MaxBytes(10)}, 2},
		"after WholeBody":    {[]parse.Option{parse.WholeBody(), transport.Expect{Whole: 10}}, 1},
		"before WholeBody":   {[]parse.Option{transport.Expect{Whole: 10}, parse.WholeBody()}, 2},
		"beside another one": {[]parse.Option{transport.Expect{Whole: length}, transport.Expect{Status: []int{404}}}, 2},
	} {
		s, client := serve(t, brokenOff(strings.Repeat("x", length-1)), reply{status: 200, body: "good"})
		body, err := parse.Get[io.ReadCloser](t.Context(), retrying(client, 3), url, tt.opts...)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		b, err := io.ReadAll(body)
		_ = body.Close()
		if good := err == nil && string(b) == "good"; len(s.got) != tt.sent || good != (tt.sent == 2) {
			t.Errorf("%s: %q, %v after %d requests, want %d", name, b, err, len(s.got), tt.sent)
		}
	}
}

func TestWholeBodyLeavesAResultThatTheCallerCloses(t *testing.T) {
	for _, c := range []func(*http.Client) *http.Client{
		func(c *http.Client) *http.Client { return c },
		func(c *http.Client) *http.Client { return retrying(c, 2) },
	} {
		_, client := serve(t, reply{status: 200, body: "12345"})
		body, err := parse.Get[io.ReadCloser](t.Context(), c(client), url, parse.WholeBody(), parse.MaxBytes(3))
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(body)
		_ = body.Close()
		if string(b) != "12345" || err != nil {
			t.Errorf("read %q, %v", b, err)
		}
	}
}

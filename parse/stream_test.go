package parse_test

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/gracy-go/gracy/parse"
	"github.com/gracy-go/gracy/transport"
)

const (
	events = "text/event-stream"
	ndjson = "application/x-ndjson"
)

// collect returns all that a loop yields.
func collect[T any](seq iter.Seq2[T, error]) (list []T, err error) {
	for v, e := range seq {
		if err != nil {
			return list, errors.New("the loop went on behind its error")
		}
		if err = e; err == nil {
			list = append(list, v)
		}
	}
	return list, err
}

// do sends a GET with the rules of a context.
func do(t *testing.T, client *http.Client, rules ...parse.Option) (*http.Response, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(transport.With(t.Context(), rules...), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return client.Do(req)
}

func TestLinesAreDecodedOneByOne(t *testing.T) {
	const body = "\xef\xbb\xbf" + `{"id":1}` + "\n\r\n \n\x1e" + `{"id":2}` + "\r\n" + `{"id":3}`
	for _, typ := range []string{ndjson, "application/jsonl", "application/json", "application/stream+json; charset=utf-8", "application/json-seq", "text/plain", "application/octet-stream"} {
		s, client := serve(t, reply{status: 200, typ: typ, reader: iotest.OneByteReader(strings.NewReader(body))})
		got, err := collect(parse.Lines[pokemon](do(t, client)))
		if !slices.Equal(got, []pokemon{{ID: 1}, {ID: 2}, {ID: 3}}) || err != nil {
			t.Errorf("%s: %v, %v", typ, got, err)
		}
		if n := s.sent[0].Closed; n == 0 {
			t.Errorf("%s: the body was not closed", typ)
		}
	}
}

func TestEventsAreDecodedOneByOne(t *testing.T) {
	const body = "event: ping\ndata:\n\nevent: add\nid: 5\ndata: {\"id\":1,\ndata: \"name\":\"a\"}\n\n: wait\n\ndata: {\"id\":2}\n\ndata: [DONE]\n\ndata: {\"id\":3}\n\n"
	respond := func() *http.Client {
		_, client := serve(t, reply{status: 200, typ: events + ";charset=utf-8", body: body})
		return client
	}
	if got, err := collect(parse.Events[pokemon](do(t, respond()))); !slices.Equal(got, []pokemon{{1, "a"}, {ID: 2}}) || err != nil {
		t.Errorf("as JSON: %v, %v", got, err)
	}
	want := []parse.Event{
		{Name: "ping"},
		{Name: "add", ID: "5", Data: "{\"id\":1,\n\"name\":\"a\"}"},
		{Name: "message", ID: "5", Data: `{"id":2}`},
		{Name: "message", ID: "5", Data: "[DONE]"},
		{Name: "message", ID: "5", Data: `{"id":3}`},
	}
	if got, err := collect(parse.Events[parse.Event](do(t, respond()))); !slices.Equal(got, want) || err != nil {
		t.Errorf("as events: %+v, %v", got, err)
	}
	if got, err := collect(parse.Events[string](do(t, respond()))); len(got) != 5 || got[3] != "[DONE]" || err != nil {
		t.Errorf("as text: %q, %v", got, err)
	}
	got, err := collect(parse.Events[[]byte](do(t, respond())))
	if len(got) != 5 || string(got[2]) != `{"id":2}` || string(got[4]) != `{"id":3}` || err != nil {
		t.Errorf("as bytes: %q, %v", got, err)
	}
}

// An event in gzip is returned as soon as its server has flushed it.
func TestAStreamInGzipIsReadAsItComes(t *testing.T) {
	r, w := io.Pipe()
	more := make(chan struct{})
	go func() {
		z := gzip.NewWriter(w)
		_, _ = io.WriteString(z, "data: 1\n\n")
		_ = z.Flush()
		<-more
		_, _ = io.WriteString(z, "data: 2\n\n")
		_ = z.Close()
		_ = w.Close()
	}()
	_, client := serve(t, reply{status: 200, typ: events, header: http.Header{"Content-Encoding": {"gzip"}}, reader: r})
	var got []int
	for n, err := range parse.Events[int](do(t, client)) {
		if err != nil {
			t.Fatal(err)
		}
		if got = append(got, n); n == 1 {
			close(more)
		}
	}
	if !slices.Equal(got, []int{1, 2}) {
		t.Errorf("%v", got)
	}
}

// Leaving a loop closes the body at once, and reads no more of it.
func TestALoopThatIsLeftClosesTheBody(t *testing.T) {
	never := iotest.ErrReader(errors.New("read too far"))
	s, client := serve(t, reply{status: 200, typ: events, reader: io.MultiReader(strings.NewReader("data: 1\n\ndata: 2\n\n"), never)})
	for n, err := range parse.Events[int](do(t, client)) {
		if n != 1 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		break
	}
	if s.sent[0].Closed != 1 {
		t.Errorf("closed %d times, want once", s.sent[0].Closed)
	}
	s, client = serve(t, reply{status: 200, typ: ndjson, body: "1\n2\n"})
	func() {
		defer func() { _ = recover() }()
		for n, err := range parse.Lines[int](do(t, client)) {
			panic(fmt.Sprint("in the loop: ", n, err))
		}
	}()
	if s.sent[0].Closed != 1 {
		t.Errorf("after a panic closed %d times, want once", s.sent[0].Closed)
	}
}

func TestAStreamEndsWithItsError(t *testing.T) {
	reset := errors.New("connection reset")
	cases := map[string]struct {
		reply reply
		seq   func(*http.Response, error) iter.Seq2[pokemon, error]
		rules []parse.Option
		items int
		check func(error) bool
		text  string
	}{
		"status": {
			reply{status: 503, body: "down"},
			parse.Events[pokemon], nil, 0,
			func(err error) bool { return errors.Is(err, parse.Status(503)) }, "503 Service Unavailable",
		},
		"media type of events": {
			reply{status: 200, body: `{"error":"no stream"}`},
			parse.Events[pokemon], nil, 0,
			func(err error) bool { return errors.Is(err, parse.ErrDecode) }, "decode application/json: wrong function for this media type: use JSON",
		},
		"media type of lines": {
			reply{status: 200, typ: events, body: "data: 1\n\n"},
			parse.Lines[pokemon], nil, 0,
			func(err error) bool { return errors.Is(err, parse.ErrDecode) }, "decode text/event-stream: wrong function for this media type: use Events",
		},
		"coding": {
			reply{status: 200, typ: events, header: http.Header{"Content-Encoding": {"br"}}, body: "x"},
			parse.Events[pokemon], nil, 0,
			func(err error) bool { return errors.Is(err, parse.ErrDecode) }, "no decoder for Content-Encoding br",
		},
		"coding that only a whole body may have": {
			reply{status: 200, typ: events, header: http.Header{"Content-Encoding": {"deflate"}}, body: "x"},
			parse.Events[pokemon], nil, 0,
			func(err error) bool { return errors.Is(err, parse.ErrDecode) }, "no decoder for Content-Encoding deflate",
		},
		"broken gzip": {
			reply{status: 200, typ: events, header: http.Header{"Content-Encoding": {"gzip"}}, body: "data: not packed\n\n"},
			parse.Events[pokemon], nil, 0,
			func(err error) bool { return errors.Is(err, parse.ErrDecode) }, "Content-Encoding gzip: malformed",
		},
		"malformed line": {
			reply{status: 200, typ: ndjson, body: "{\"id\":1}\n{\"id\":\"secret\"}\n{}\n"},
			parse.Lines[pokemon], nil, 1,
			func(err error) bool {
				e, ok := errors.AsType[*parse.DecodeError](err)
				return ok && e.Offset == 9+14 && e.Field == "id"
			}, "decode application/x-ndjson at byte 23, field id: got string, want int",
		},
		"cut line": {
			reply{status: 200, typ: ndjson, body: "{\"id\":1}\n{\"id\":"},
			parse.Lines[pokemon], nil, 1,
			func(err error) bool { return errors.Is(err, parse.ErrDecode) }, "at byte 15: unexpected end",
		},
		"null": {
			reply{status: 200, typ: ndjson, body: "null\n"},
			parse.Lines[pokemon], nil, 0,
			func(err error) bool { return errors.Is(err, parse.ErrEmpty) }, "null: a pointer type accepts it",
		},
		"malformed event": {
			reply{status: 200, typ: events, body: "data: {\"id\":1}\n\ndata: secret\n\n"},
			parse.Events[pokemon], nil, 1,
			func(err error) bool {
				e, ok := errors.AsType[*parse.DecodeError](err)
				return ok && e.Offset == 0 && e.Event == 2
			}, "decode text/event-stream, event 2: malformed",
		},
		"null event behind one that is none": {
			reply{status: 200, typ: events, body: "event: ping\ndata:\n\nid: 7\n\ndata: null\n\n"},
			parse.Events[pokemon], nil, 0,
			func(err error) bool {
				e, ok := errors.AsType[*parse.DecodeError](err)
				return ok && e.Event == 2 && errors.Is(err, parse.ErrEmpty)
			}, "event 2: null",
		},
		"field of an event": {
			reply{status: 200, typ: events, body: "data: {\"id\":\"secret\"}\n\n"},
			parse.Events[pokemon], nil, 0,
			func(err error) bool {
				e, ok := errors.AsType[*parse.DecodeError](err)
				return ok && e.Event == 1 && e.Field == "id"
			}, "decode text/event-stream, event 1, field id: got string, want int",
		},
		"cut event": {
			reply{status: 200, typ: events, body: "data: {\"id\":1}\n\ndata: {}\n"},
			parse.Events[pokemon], nil, 1,
			func(err error) bool { return errors.Is(err, io.ErrUnexpectedEOF) }, "read the body: unexpected EOF",
		},
		"break": {
			reply{status: 200, typ: events, reader: io.MultiReader(strings.NewReader("data: {\"id\":1}\n\n"), iotest.ErrReader(reset))},
			parse.Events[pokemon], nil, 1,
			func(err error) bool { return errors.Is(err, reset) }, "read the body: connection reset",
		},
		"long line": {
			reply{status: 200, typ: ndjson, body: "{}\n" + strings.Repeat(" ", 99)},
			parse.Lines[pokemon],
			[]parse.Option{parse.MaxBytes(50)},
			1,
			func(err error) bool {
				e, ok := errors.AsType[*parse.TooLargeError](err)
				return ok && e.Item && e.Limit == 50 && errors.Is(err, parse.ErrTooLarge)
			}, "a line or event is longer than MaxBytes, 50 bytes",
		},
		"long event": {
			reply{status: 200, typ: events, body: strings.Repeat("data: {\n", 99)},
			parse.Events[pokemon],
			[]parse.Option{parse.MaxBytes(50)},
			0,
			func(err error) bool { return errors.Is(err, parse.ErrTooLarge) }, "a line or event is longer than MaxBytes, 50 bytes",
		},
	}
	for name, c := range cases {
		s, client := serve(t, c.reply)
		got, err := collect(c.seq(do(t, client, c.rules...)))
		if len(got) != c.items || err == nil || !c.check(err) || !strings.Contains(err.Error(), c.text) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %d items, %v; want %d, %s", name, len(got), err, c.items, c.text)
		}
		if s.sent[0].Closed == 0 {
			t.Errorf("%s: the body was not closed", name)
		}
	}
}

func TestAnErrorOfTheCallIsThatOfTheLoop(t *testing.T) {
	_, client := serve(t, reply{err: errors.New("no route")})
	if got, err := collect(parse.Lines[int](do(t, client))); len(got) > 0 || err == nil || !strings.HasSuffix(err.Error(), ": no route") {
		t.Errorf("%v, %v", got, err)
	}
	_, client = serve(t, reply{status: 404})
	_, want := parse.Get[*http.Response](t.Context(), client, url)
	_, err := collect(parse.Events[int](parse.Get[*http.Response](t.Context(), client, url)))
	if err == nil || err.Error() != want.Error() || !errors.Is(err, parse.Status(404)) {
		t.Errorf("%v, want %v as it was returned", err, want)
	}
	if _, err := collect(parse.Lines[int](nil, nil)); err == nil {
		t.Error("no response is no error")
	}
	if got, err := collect(parse.Lines[int](do(t, client, parse.ZeroOn(404)))); len(got) > 0 || err != nil {
		t.Errorf("ZeroOn: %v, %v", got, err)
	}
}

func TestAStreamIsReadOnce(t *testing.T) {
	_, client := serve(t, reply{status: 200, typ: ndjson, body: "1\n2\n"})
	seq := parse.Lines[int](do(t, client))
	for n, err := range seq {
		if n != 1 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		break
	}
	if got, err := collect(seq); len(got) > 0 || err == nil || !strings.Contains(err.Error(), "the stream has already been read") {
		t.Errorf("%v, %v", got, err)
	}
}

// The end of the request's context ends a loop, with an error that matches that of the context.
func TestACancelEndsALoop(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r, w := io.Pipe()
	defer w.Close()
	context.AfterFunc(ctx, func() { _ = w.CloseWithError(context.Cause(ctx)) })
	_, client := serve(t, reply{status: 200, typ: events, reader: r})
	go func() { _, _ = io.WriteString(w, "data: 1\n\n") }()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	items := 0
	for n, err := range parse.Events[int](client.Do(req)) {
		if n == 1 {
			items++
			cancel()
			continue
		}
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%v, want that of the context", err)
		}
	}
	if items != 1 {
		t.Errorf("%d items", items)
	}
}

// If its caller ends a loop, what has arrived already does not make it look complete: neither
// further items nor, if layers say whose context it is, the end of the body.
func TestACancelEndsALoopOverWhatHasCome(t *testing.T) {
	stop := errors.New("enough")
	for name, c := range map[string]struct {
		seq   func(*http.Response, error) iter.Seq2[int, error]
		reply reply
	}{
		"with the end": {parse.Lines[int], reply{status: 200, typ: ndjson, reader: iotest.DataErrReader(strings.NewReader("1\n2\n"))}},
		"events":       {parse.Events[int], reply{status: 200, typ: events, body: "data: 1\n\ndata: 2\n\n"}},
		"lines":        {parse.Lines[int], reply{status: 200, typ: ndjson, body: "1\n2\n"}},
		"last":         {parse.Lines[int], reply{status: 200, typ: ndjson, body: "1\n"}},
		"plain":        {parse.Lines[int], reply{status: 200, typ: ndjson, body: "1\n" + strings.Repeat("2\n", 1<<13)}}, // longer than what is read at once
	} {
		ctx, cancel := context.WithCancelCause(t.Context())
		defer cancel(nil)
		s, client := serve(t, c.reply)
		if name != "plain" {
			client = retrying(client, 1)
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		var got []int
		for n, e := range c.seq(client.Do(req)) {
			if err = e; err == nil {
				got = append(got, n)
				cancel(stop)
			}
		}
		_, isError := errors.AsType[*parse.Error](err)
		if !slices.Equal(got, []int{1}) || !isError || !errors.Is(err, context.Canceled) || !errors.Is(err, stop) {
			t.Errorf("%s: %v, %v; want the first and the error of the context", name, got, err)
		}
		if s.sent[0].Closed == 0 {
			t.Errorf("%s: the body was not closed", name)
		}
	}
}

// A round tripper may end its own context at the end of a body, or after reading all of it. No item
// is lost: neither those that gzip holds back, nor those of a body that was read ahead.
func TestAContextThatEndsWithTheBodyEndsNoLoop(t *testing.T) {
	var packed strings.Builder
	z := gzip.NewWriter(&packed)
	_, _ = io.WriteString(z, "1\n2\n3\n")
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for name, respond := range map[string]func(resp *http.Response, end func()){
		"at the end": func(resp *http.Response, end func()) {
			resp.Body = atEnd{iotest.DataErrReader(strings.NewReader("1\n2\n3")), end}
		},
		"at its length": func(resp *http.Response, end func()) { // before its reader knows that it has ended
			left := strings.NewReader("1\n2\n3\n")
			resp.Body = io.NopCloser(readerFunc(func(p []byte) (int, error) {
				n, err := left.Read(p)
				if left.Len() == 0 {
					end()
				}
				return n, err
			}))
		},
		"in gzip": func(resp *http.Response, end func()) {
			resp.Header.Set("Content-Encoding", "gzip")
			resp.Body = atEnd{iotest.DataErrReader(strings.NewReader(packed.String())), end}
		},
		"read ahead": func(resp *http.Response, end func()) {
			resp.Body = io.NopCloser(iotest.OneByteReader(strings.NewReader("1\n2\n3")))
			end()
		},
	} {
		client := &http.Client{Transport: roundTripper(func(req *http.Request) (*http.Response, error) {
			ctx, cancel := context.WithCancel(req.Context())
			resp := &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {ndjson}}, Request: req.WithContext(ctx), ContentLength: -1}
			respond(resp, cancel)
			return resp, nil
		})}
		for _, c := range []*http.Client{client, retrying(client, 2)} {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := collect(parse.Lines[int](c.Do(req))); !slices.Equal(got, []int{1, 2, 3}) || err != nil {
				t.Errorf("%s: %v, %v", name, got, err)
			}
		}
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// atEnd is a body that calls a function at its end.
type atEnd struct {
	io.Reader
	end func()
}

func (atEnd) Close() error { return nil }

func (b atEnd) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err != nil {
		b.end()
	}
	return n, err
}

// An endpoint that returns an *http.Response gives a stream its rules and its route, and the
// layers make attempts until there are headers.
func TestAnEndpointMayReturnAStream(t *testing.T) {
	s, plain := serve(t, reply{status: 503}, reply{status: 200, typ: events, body: "data: {\"id\":1}\n\ndata: x\n\n"})
	client := retrying(plain, 2)
	watch := parse.NewEndpoint[string, *http.Response]("GET /watch/{name}", parse.Header("Accept", events))
	var got []pokemon
	var last error
	for p, err := range parse.Events[pokemon](watch.Call(t.Context(), parse.API{Client: client, Base: "https://api.test"}, "pikachu")) {
		if last = err; err == nil {
			got = append(got, p)
		}
	}
	if !slices.Equal(got, []pokemon{{ID: 1}}) || last == nil || !strings.HasPrefix(last.Error(), "GET /watch/{name}: decode text/event-stream") {
		t.Errorf("%v, %v", got, last)
	}
	if len(s.got) != 2 || s.got[1].Header.Get("Accept") != events {
		t.Errorf("%d requests", len(s.got))
	}
}

// A rule names a media type that is neither.
func TestAsNamesTheTypeOfAStream(t *testing.T) {
	as := parse.As("application/json", "application/vnd.log")
	_, client := serve(t, reply{status: 200, typ: "application/vnd.log", body: "1\n2\n"})
	if got, err := collect(parse.Lines[int](do(t, client, as))); !slices.Equal(got, []int{1, 2}) || err != nil {
		t.Errorf("%v, %v", got, err)
	}
	_, client = serve(t, reply{status: 200, typ: ndjson, body: `{"a":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + "}\n"})
	if _, err := collect(parse.Lines[any](do(t, client, parse.MaxDecoded(1000)))); !errors.Is(err, parse.ErrTooLarge) {
		t.Errorf("a heavy line: %v", err)
	}
	_, client = serve(t, reply{status: 200, typ: ndjson, body: "{\"a\":1}\n[2]\n"})
	raw, err := collect(parse.Lines[json.RawMessage](do(t, client)))
	if fmt.Sprintf("%s", raw) != `[{"a":1} [2]]` || err != nil {
		t.Errorf("raw: %s, %v", raw, err)
	}
}

// A body in gzip that breaks off is an Error wherever it does, even in the header of gzip. One that
// is not gzip is a DecodeError wherever that is noticed.
func TestAStreamInGzipThatBreaksOffIsNotMalformed(t *testing.T) {
	var b strings.Builder
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte("{\"id\":1}\n"))
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	packed := b.String()
	for name, c := range map[string]struct {
		body   io.Reader
		broken error // nil for a DecodeError
		some   int
	}{
		"a cancel in the header":  {io.MultiReader(strings.NewReader(packed[:5]), iotest.ErrReader(context.Canceled)), context.Canceled, 0},
		"a cancel before it":      {iotest.ErrReader(context.Canceled), context.Canceled, 0},
		"a cancel behind it":      {io.MultiReader(strings.NewReader(packed[:12]), iotest.ErrReader(context.Canceled)), context.Canceled, 0},
		"the end in the header":   {strings.NewReader(packed[:5]), io.ErrUnexpectedEOF, 0},
		"the end in the checksum": {strings.NewReader(packed[:len(packed)-5]), io.ErrUnexpectedEOF, 1},
		"another checksum":        {strings.NewReader(packed[:len(packed)-8] + "12345678"), nil, 1},
		"other bytes":             {strings.NewReader(packed[:10] + "\xff\xff\xff\xff"), nil, 0},
	} {
		s, client := serve(t, reply{status: 200, typ: ndjson, header: http.Header{"Content-Encoding": {"gzip"}}, reader: c.body})
		got, err := collect(parse.Lines[pokemon](do(t, client)))
		_, isError := errors.AsType[*parse.Error](err)
		switch {
		case len(got) != c.some, isError != (c.broken != nil):
			t.Errorf("%s: %v, %v", name, got, err)
		case isError && (!errors.Is(err, c.broken) || errors.Is(err, parse.ErrDecode)):
			t.Errorf("%s: %v", name, err)
		case !isError && (!errors.Is(err, parse.ErrDecode) || !strings.Contains(err.Error(), "Content-Encoding gzip: malformed")):
			t.Errorf("%s: %v", name, err)
		}
		if s.sent[0].Closed == 0 {
			t.Errorf("%s: the body was not closed", name)
		}
	}
}

func TestAnEmptyStreamInGzipIsEmpty(t *testing.T) {
	_, client := serve(t, reply{status: 200, typ: ndjson, header: http.Header{"Content-Encoding": {"gzip"}}})
	if got, err := collect(parse.Lines[pokemon](do(t, client))); len(got) != 0 || err != nil {
		t.Errorf("%v, %v", got, err)
	}
}

// Lines have the charset that the response names, like a whole body. Events are UTF-8 whatever it
// says.
func TestLinesHaveTheCharsetOfTheResponse(t *testing.T) {
	const name = "caf\xe9"
	lines := func(charset string) *http.Client {
		_, client := serve(t, reply{status: 200, typ: ndjson + "; charset=" + charset, body: `{"name":"` + name + `"}` + "\n"})
		return client
	}
	if got, err := collect(parse.Lines[pokemon](do(t, lines("iso-8859-1")))); !slices.Equal(got, []pokemon{{Name: "café"}}) || err != nil {
		t.Errorf("as JSON: %v, %v", got, err)
	}
	if got, err := collect(parse.Lines[string](do(t, lines("latin1")))); !slices.Equal(got, []string{`{"name":"café"}`}) || err != nil {
		t.Errorf("as text: %q, %v", got, err)
	}
	if got, err := collect(parse.Lines[string](do(t, lines("shift_jis")))); len(got) != 0 || !errors.Is(err, parse.ErrDecode) {
		t.Errorf("as text of an unknown charset: %q, %v", got, err)
	}
	if got, err := collect(parse.Lines[[]byte](do(t, lines("latin1")))); len(got) != 1 || string(got[0]) != `{"name":"`+name+`"}` || err != nil {
		t.Errorf("as bytes: %q, %v", got, err)
	}
	_, client := serve(t, reply{status: 200, typ: events + "; charset=iso-8859-1", body: "data: " + name + "\n\n"})
	if got, err := collect(parse.Events[string](do(t, client))); !slices.Equal(got, []string{"caf\uFFFD"}) || err != nil {
		t.Errorf("events: %q, %v", got, err)
	}
}

package parse

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"iter"
	"net/http"
	"slices"
	"sync/atomic"

	"github.com/gracy-go/gracy/internal/ctxerr"
	"github.com/gracy-go/gracy/internal/mediatype"
	"github.com/gracy-go/gracy/transport"
)

// Lines yields the values of a body that has one JSON document per line (NDJSON, JSON Lines), as
// they arrive. Its arguments are the results of http.Client.Do, or of [Get] and [Endpoint.Call]
// for an *http.Response:
//
//	for entry, err := range parse.Lines[Entry](client.Do(req)) {
//
// The body is closed when the loop ends, however it ends. A loop that never begins leaves it
// open. An error is yielded once, with a zero value, and ends the loop. The errors are those of
// [JSON], an [Error] if the body breaks off, and a [DecodeError] whose Offset is the place in the
// body. If the caller's context ends before the loop does, the error is that of the context, whatever
// has arrived already. Without layers the caller's context is not known: the loop notices its end
// when it reads more of the body. A loop that ends without an error has read the whole body.
// Empty lines are skipped, and so is the record separator of RFC 7464.
//
// [MaxBytes] and [MaxDecoded] bound each line, as the rules in the request's context set them.
// The body may be of any length and take any time: bound that with the context or with package
// timeout. A second loop over the result yields an [Error].
func Lines[T any](resp *http.Response, err error) iter.Seq2[T, error] {
	s := &stream{resp: resp, err: err, accepts: func(t string) bool {
		k := mediatype.Named(t)
		return k == mediatype.JSON || k == mediatype.JSONLines && t != eventStream
	}}
	return func(yield func(T, error) bool) {
		walk(s, s.line, yield)
	}
}

// Events yields the events of a text/event-stream body as they arrive: as an [Event], as the
// undecoded data for a string or []byte, and for any other type as the data decoded as JSON.
//
//	var chat = parse.NewEndpoint[Prompt, *http.Response]("POST /v1/chat", parse.Header("Accept", "text/event-stream"))
//	for delta, err := range parse.Events[Delta](chat.Call(ctx, api, prompt)) {
//
// An event that the server names, such as event: error for a failure half way, is yielded like
// any other, and T does not have the name. If names matter, loop over an [Event] and decode its
// Data, or give T a field for what such an event holds.
//
// Loops and errors are those of [Lines], except that a [DecodeError] has the number of the event
// instead of an Offset. A body that ends within an event is an [Error] with io.ErrUnexpectedEOF.
// Where JSON is decoded, events with no data are skipped, and data: [DONE], which OpenAI and
// others send last, ends the loop. Events does not reconnect. To do so, send a request with the
// last Event.ID as its Last-Event-ID.
func Events[T any](resp *http.Response, err error) iter.Seq2[T, error] {
	s := &stream{resp: resp, err: err, isEvents: true, accepts: func(t string) bool { return t == eventStream }}
	return func(yield func(T, error) bool) {
		walk(s, s.next, yield)
	}
}

const eventStream = "text/event-stream"

// A stream is a body that is decoded item by item as it arrives.
type stream struct {
	resp    *http.Response
	err     error // of the call
	accepts func(mediaType string) bool
	begun   atomic.Bool

	x        *exchange
	events   eventReader // Lines uses only its lines
	isEvents bool
	at       int64           // the offset of the current line in the body
	typ      string          // the Content-Type, if it names another charset than UTF-8
	ctx      context.Context //nolint:containedctx // of the request, nil if its end says nothing
	sure     bool            // whether its end means that the caller has left
}

var errTwice = errors.New("the stream has already been read")

// walk yields the items of a stream.
func walk[T any](s *stream, next func() ([]byte, error), yield func(T, error) bool) {
	var none T
	open, err := s.open()
	if err != nil {
		yield(none, err)
	}
	if !open {
		return
	}
	defer s.resp.Body.Close()
	for {
		v := new(T)
		found, err := s.item(next, v)
		switch {
		case err == io.EOF: //nolint:errorlint // item returns it bare
			return
		case err != nil:
			yield(none, err)
			return
		case found && !yield(*v, nil):
			return
		}
	}
}

// item reads and decodes the next item. It reports whether there was something to decode.
func (s *stream) item(next func() ([]byte, error), dst any) (found bool, err error) {
	if err := s.left(); err != nil {
		return false, err
	}
	data, err := next()
	switch {
	case err == io.EOF: //nolint:errorlint // next returns it bare
		return false, io.EOF
	case err == errLongItem: //nolint:errorlint // next returns it bare
		return false, s.x.longItem(s.resp)
	case err != nil:
		return false, s.failed(err)
	}
	switch d := dst.(type) {
	case *Event:
		*d = s.events.event
		d.Data = toText(data)
		return true, nil
	case *string:
		if data, _, err = toUTF8(s.typ, data); err != nil {
			return false, s.undecodable(err)
		}
		*d = toText(data)
		return true, nil
	case *[]byte:
		*d = bytes.Clone(data)
		return true, nil
	}
	switch {
	case s.isEvents && len(data) == 0:
		return false, nil
	case s.isEvents && isDone(data):
		return false, io.EOF
	case s.x.set.tooHeavy(data, dst):
		return false, s.x.tooHeavy(s.resp)
	}
	if err := decode(s.typ, data, dst, formatJSON); err != nil {
		return false, s.undecodable(err)
	}
	return true, nil
}

// watch finds the context whose end means that the caller has left. A call has the caller's
// context. Without layers there is only the context of the response's request. A round tripper may
// have made that one, and may end it with the body or after reading the body ahead. So one that has
// ended already says nothing.
func (s *stream) watch() {
	req := s.resp.Request
	if c := transport.CallOf(s.resp); c != nil {
		req, s.sure = c.Request(), encodingOf(s.resp.Header) == "" // decompressed data may remain after the body has ended
	}
	if req != nil && req.Context().Err() == nil {
		s.ctx = req.Context()
	}
}

// left returns the error of a context that ended before the body did. If the context may have ended
// with the body, it reads one byte more: if there is one, the body had not ended. That byte is
// lost, but so is the rest, since the loop ends.
func (s *stream) left() error {
	if s.ctx == nil || s.ctx.Err() == nil || !s.sure && s.events.lines.err != nil {
		return nil
	}
	if !s.sure {
		var next [1]byte
		if n, err := s.resp.Body.Read(next[:]); n == 0 && err == io.EOF {
			s.ctx = nil
			return nil
		}
	}
	return s.x.broken(s.resp, ctxerr.Of(s.ctx))
}

// undecodable makes the error of an item. The error of an event has its number and no offset, since
// its data is not in one piece in the body.
func (s *stream) undecodable(err error) error {
	err = s.x.undecodable(s.resp, err)
	e, ok := errors.AsType[*DecodeError](err)
	switch {
	case ok && s.isEvents:
		e.Offset, e.Event = 0, s.events.count
	case ok && e.Offset > 0:
		e.Offset += s.at
	}
	return err
}

// open looks at the response. It returns false if there is nothing to read: with an error, or
// because a rule makes the response the zero value.
func (s *stream) open() (open bool, err error) {
	x, err := received(s.resp, s.err)
	switch {
	case err != nil:
		return false, err
	case s.begun.Swap(true):
		return false, &Error{Route: x.routeOf(transport.CallOf(s.resp)), Err: errTwice}
	}
	s.x = x
	switch do, makeCause := s.x.set.decide(s.resp.StatusCode); do {
	case asValue:
	case asZero:
		_ = s.resp.Body.Close()
		return false, nil
	default:
		return false, s.x.failure(s.resp, makeCause)
	}
	if bodiless(s.resp) {
		_ = s.resp.Body.Close()
		return false, nil
	}
	typ := contentType(s.resp.Header)
	body, err := s.plain()
	switch {
	case err != nil:
		err = s.failed(err)
	case !s.isAccepted():
		err = s.x.undecodable(s.resp, unreadable(mediaType(typ)))
	}
	if err != nil {
		_ = s.resp.Body.Close()
		return false, err
	}
	if label := charsetLabel(typ); !s.isEvents && label != "" && charsetOf(label) != charsetUTF8 {
		s.typ = typ // events are always UTF-8
	}
	s.watch()
	s.events.lines = lineReader{body: body, limit: s.x.set.maxBytes(), cr: s.isEvents}
	return true, nil
}

// plain returns the body, decompressed if net/http has left it in gzip.
func (s *stream) plain() (io.Reader, error) {
	switch coding := encodingOf(s.resp.Header); coding {
	case "":
		return s.resp.Body, nil
	case "gzip", "x-gzip":
		body, err := gzip.NewReader(s.resp.Body)
		if err == io.EOF { //nolint:errorlint // NewReader returns it bare
			return http.NoBody, nil // an empty body
		}
		return body, err
	default:
		return nil, &packedError{coding, errMedia}
	}
}

// failed makes the error of a body that cannot be read further: it broke off, or it is not what the
// response says.
func (s *stream) failed(err error) error {
	var corrupt flate.CorruptInputError
	switch coding := encodingOf(s.resp.Header); {
	case coding != "" && (errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) || errors.As(err, &corrupt)):
		return s.x.undecodable(s.resp, &packedError{coding, err})
	case errors.Is(err, errMedia):
		return s.x.undecodable(s.resp, err)
	}
	return s.x.broken(s.resp, err)
}

// isAccepted reports whether the body is of the kind to read, by its media type and the rules.
func (s *stream) isAccepted() bool {
	t := mediaType(contentType(s.resp.Header))
	return untyped(t) || s.accepts(t) || slices.ContainsFunc(s.x.set.as, func(r asRule) bool {
		return len(r.of) == 0 || slices.Contains(r.of, t)
	})
}

// line returns the next line that is not empty.
func (s *stream) line() ([]byte, error) {
	for {
		line, at, _, err := s.events.lines.next()
		if err != nil {
			return nil, err
		}
		trimmed := bytes.TrimLeft(line, "\x1e \t\r")
		s.at = at + int64(len(line)-len(trimmed))
		if len(trimmed) > 0 {
			return trimmed, nil
		}
	}
}

// next returns the data of the next event.
func (s *stream) next() ([]byte, error) { return s.events.next() }

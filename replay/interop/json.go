package interop

import (
	"encoding/json"
	"errors"
	"io"
	"iter"

	"github.com/gracy-go/gracy/replay/store"
)

// WriteJSON writes each exchange as a JSON object on a line of its own, without loss, and returns
// how many it wrote. It ends with the first error.
//
// An object begins with "gracy": 1, the version of the form. Names are those of [store.Exchange]
// in lower case with underscores. Durations are in nanoseconds. Zero values are left out. A text
// that is not UTF-8, such as a binary body, is {"base64": "..."} instead of a string. The key of
// an exchange is left out, because a tape makes it.
func WriteJSON(w io.Writer, exchanges iter.Seq2[*store.Exchange, error]) (Report, error) {
	report := Report{Format: JSON}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	for x, err := range exchanges {
		if err != nil {
			return report, err
		}
		if report.unwritable(x) {
			continue
		}
		if err := e.Encode(jsonOf(x)); err != nil {
			return report, err
		}
		report.Done++
	}
	return report, nil
}

// unwritable skips an exchange that the store returned without its body.
func (r *Report) unwritable(x *store.Exchange) bool {
	if x.MissingBody() == 0 {
		return false
	}
	method, u := nameOf(x)
	r.skip(method, u, "its body is in parts, which an export does not read")
	return true
}

func readJSON(r io.Reader, lim limits) iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		d := newJSON(skipMark(r), lim)
		for {
			d.next()
			var j jsonExchange
			err := d.Decode(&j)
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(nil, jsonError(err))
				return
			}
			x, err := j.exchange()
			if err != nil {
				yield(nil, err)
				return
			}
			rec := &Record{Exchange: x}
			rec.check()
			if !yield(rec, nil) {
				return
			}
		}
	}
}

// check skips what a tape does not accept.
func (r *Record) check() {
	switch x := r.Exchange; {
	case x.Response == nil && x.Fault == nil:
		r.skip("there is neither a response nor a fault")
	case !x.Complete && !x.CallerLeft():
		r.skip("the response is incomplete")
	}
}

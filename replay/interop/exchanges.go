package interop

import (
	"iter"

	"github.com/gracy-go/gracy/replay/store"
)

// Exchanges yields what is in a store, as Tape.Exchanges does, and long bodies with
// it, which a bbolt file keeps in parts: one at a time, in memory. The order is that in which
// the requests were started. An error is the last that is yielded.
func Exchanges(s store.Store) iter.Seq2[*store.Exchange, error] {
	return func(yield func(*store.Exchange, error) bool) {
		for x, err := range s.Scan(0) {
			if err == nil {
				x, err = whole(s, x)
			}
			if !yield(x, err) || err != nil {
				return
			}
		}
	}
}

// whole returns an exchange with its body.
func whole(s store.Store, x *store.Exchange) (*store.Exchange, error) {
	length := x.MissingBody()
	parts, ok := s.(store.PartStore)
	if length == 0 || !ok {
		return x, nil
	}
	var body []byte
	for number := 0; int64(len(body)) < length; number++ {
		b, err := parts.Part(x.ID, number)
		if err != nil {
			return nil, err
		}
		if len(b) == 0 {
			return nil, &store.FormatError{Reason: "damaged tape: a body in parts is too short"}
		}
		body = append(body, b...)
	}
	resp, y := *x.Response, *x
	y.Response = &resp
	return &y, y.RestoreBody(body)
}

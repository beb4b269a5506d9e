package store

import (
	"context"
	"fmt"
)

// PartSize is how many bytes a [Part] has. The last one of a body may have fewer.
const PartSize = 256 << 10

// A PartStore is a [Store] that keeps long response bodies in parts, so that a body of any length
// is recorded and replayed without being in memory whole. A Store without it gets whole bodies.
//
// Its Find, Near and Scan may leave out a body of 1 MiB or more, so that MissingBody gives its
// length. Part then returns it. Append takes such an exchange once all of its parts were
// appended. Delete, and an Entry with Replace, also remove parts, even those of an ID for which
// no exchange was appended. If a store finds such parts when it is opened, left by a process that
// died, it removes them. In a store that processes share, recent ones may belong to a process that
// still records, and AppendParts for an ID that is taken is an error. A Store that wraps a
// PartStore, such as that of package store/bolt, must be one too. Otherwise the long bodies are on
// the tape and cannot be replayed.
type PartStore interface {
	Deleter
	// AppendParts stores parts, all of them or, on an error, none. The parts of an exchange come
	// in order. It is called by the goroutine that calls Append.
	AppendParts(parts []Part) error
	// Part returns a part of the body of an exchange, numbered from 0, or nil if there is none.
	Part(id ID, number int) ([]byte, error)
}

// A ContextPartStore is a [PartStore] whose reads of parts end with a context, as the lookups of a
// [ContextStore] do. It need not be a ContextStore.
type ContextPartStore interface {
	PartStore
	PartContext(ctx context.Context, id ID, number int) ([]byte, error)
}

// A Part is a part of the response body of an exchange.
type Part struct {
	ID     ID
	Number int
	Data   []byte
}

// WithBody returns an exchange of a store together with a body that the store has in parts, all
// of it in memory. It returns x itself if nothing is missing, else a copy. A missing part is a
// [FormatError]. A store without parts is an error.
func WithBody(s Store, x *Exchange) (*Exchange, error) {
	if x.MissingBody() == 0 {
		return x, nil
	}
	var body []byte
	err := eachPart(s, x, func(_ int, data []byte) error {
		body = append(body, data...)
		return nil
	})
	if err != nil {
		return nil, err
	}
	y, resp := *x, *x.Response
	y.Response = &resp
	return &y, y.RestoreBody(body)
}

// eachPart calls fn with the parts of the body of x in order.
func eachPart(s Store, x *Exchange, fn func(number int, data []byte) error) error {
	parts, ok := s.(PartStore)
	length := x.MissingBody()
	if !ok {
		return fmt.Errorf("replay: the body of %d bytes of exchange %d is in parts, which its store does not return", length, x.ID)
	}
	var size int64
	for number := 0; size < length; number++ {
		b, err := parts.Part(x.ID, number)
		if err != nil {
			return err
		}
		if len(b) == 0 {
			return &FormatError{Reason: fmt.Sprintf("damaged tape: a body has %d bytes of %d", size, length)}
		}
		if err := fn(number, b); err != nil {
			return err
		}
		size += int64(len(b))
	}
	return nil
}

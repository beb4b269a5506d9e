package store

// PartSize is how many bytes a [Part] has, but the last one of a body, which may have fewer.
const PartSize = 256 << 10

// A PartStore is a Store that keeps long bodies of responses in parts, so that a body
// of any length is neither recorded nor replayed from memory. A Store without it gets
// bodies whole.
//
// Of an exchange with a body of 1 MiB and more, its Find, Near and Scan may leave the
// body out, so that MissingBody gives its length: then Part has it. Append takes such
// an exchange once all of its parts were appended. Delete, and an Entry with Replace,
// remove parts too, also those of an ID of which no exchange was appended; a store that
// finds some of these when it is opened, since a process died, removes them. A Store that
// wraps a PartStore, as that of package store/bolt is, has to be one too: else the long
// bodies are on the tape and cannot be replayed.
type PartStore interface {
	Deleter
	// AppendParts stores parts, all of them or, on an error, none. Those of an exchange
	// come in order. It is called by the goroutine that calls Append.
	AppendParts(parts []Part) error
	// Part returns a part of the body of an exchange, the first is 0; nil if there is none.
	Part(id ID, number int) ([]byte, error)
}

// A Part is a part of the body of the response of an exchange.
type Part struct {
	ID     ID
	Number int
	Data   []byte
}

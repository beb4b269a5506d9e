package text

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/gracy-go/gracy/replay/store"
)

// whiteSpace is the white space of JSON.
const whiteSpace = " \t\r\n"

const (
	magic  = "gracy tape"
	schema = 2
)

// content is the content of a file.
type content struct {
	key       string // the key of the tape's hashes
	recorded  string // the day of exchanges that name none
	exchanges []*store.Exchange
}

// head is a file without its exchanges, in the order of writing.
type head struct {
	Tape     string   `json:"tape"`
	Schema   int      `json:"schema"`
	Recipe   string   `json:"recipe,omitempty"` // of schema 1
	Key      string   `json:"key,omitempty"`
	Recorded string   `json:"recorded,omitempty"`
	Hashes   []string `json:"hashes,omitempty"` // keyed hashes, to which exchanges refer by number, from 1
}

// parse reads a file. path is for the errors. Each is a FormatError, with the line if there is one.
// The memory it takes is proportional to the size of the file.
func parse(path string, b []byte) (*content, error) {
	b = bytes.TrimPrefix(b, []byte("\ufeff")) // written by editors on Windows
	p := &parser{days: days{last: make(map[requestKey]store.ID)}, ids: make(map[store.ID]bool)}
	offset, err := p.file(b)
	if err == nil {
		return &p.content, nil
	}
	e := &store.FormatError{Path: path, Reason: "not a tape, or damaged", Err: err}
	switch {
	case p.Schema != 0 && p.Schema != 1 && p.Schema != schema:
		e.Found, e.Want, e.Reason, e.Err = p.Schema, schema, "tape of an unknown schema", nil
	case offset <= len(b):
		e.Line = 1 + bytes.Count(b[:offset], []byte("\n"))
	}
	return nil, e
}

// parser is the state of reading a file.
type parser struct {
	content
	head
	days
	ids map[store.ID]bool // for schema 1
}

// file reads a file. An error comes with its offset.
func (p *parser) file(b []byte) (offset int, err error) {
	if offset, err = valid(b); err != nil {
		if n := exchangeAt(b, offset); n > 0 {
			err = fmt.Errorf("exchange %d: %w", n, err)
		}
		return offset, err
	}
	there := make(map[string]part)
	err = members(part{raw: bytes.Trim(b, whiteSpace), offset: len(b) - len(bytes.TrimLeft(b, whiteSpace))}, func(name string, value part) error {
		offset = value.offset
		if _, twice := there[name]; twice {
			return fmt.Errorf("duplicate member %q", name)
		}
		if err := inLowerCase("", name); err != nil {
			return err
		}
		there[name] = value
		return nil
	})
	if err != nil {
		return offset, err
	}
	// The errors of a file with another schema do not matter here.
	_ = json.Unmarshal(there["schema"].raw, &p.Schema)
	_ = json.Unmarshal(there["tape"].raw, &p.Tape)
	if p.Tape != magic || p.Schema != 1 && p.Schema != schema {
		return there["tape"].offset, errors.New(`it does not begin like a tape: want "tape": "gracy tape", "schema": 2`)
	}
	list := there["exchanges"]
	delete(there, "exchanges")
	for name, value := range there {
		// Decode one value, in the object that the decoder expects.
		d := json.NewDecoder(bytes.NewReader(fmt.Appendf(nil, "{%q:%s}", name, value.raw)))
		d.DisallowUnknownFields()
		err := d.Decode(&p.head)
		if t, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			return value.offset, mistyped(t)
		}
		if err != nil {
			return value.offset, fmt.Errorf("unknown member %.40q", name)
		}
	}
	if p.common, err = dayID(p.Recorded); err != nil {
		return there["recorded"].offset, err
	}
	p.key, p.recorded = p.Key, p.Recorded
	if p.Schema == 1 {
		p.key = keyOf(p.Recipe)
	}
	if list.raw == nil {
		return 0, nil
	}
	return p.list(list)
}

func (p *parser) list(list part) (offset int, err error) {
	offset = list.offset
	err = elements(list, func(i int, value part) error {
		x, within, err := p.exchange(value.raw)
		if err != nil {
			offset = value.offset + within
			return fmt.Errorf("exchange %d: %w", i+1, err)
		}
		p.exchanges = append(p.exchanges, x)
		return nil
	})
	return offset, err
}

func (p *parser) exchange(raw []byte) (x *store.Exchange, offset int, err error) {
	if p.Schema == 1 {
		x, err = decode1(raw)
		if err == nil && p.ids[x.ID] {
			err = errors.New("duplicate id")
		}
		if err == nil {
			p.ids[x.ID] = true
		}
		return x, 0, err
	}
	if x, offset, err = decodeExchange(raw, p.Hashes); err == nil {
		p.number(x)
	}
	return x, offset, err
}

// write writes a whole file. w keeps the error.
func write(w *bufio.Writer, key, recorded string, list []*store.Exchange) {
	h := head{Tape: magic, Schema: schema, Key: key, Recorded: recorded}
	numbers := map[string]int{"": 0}
	for _, x := range list {
		for _, hash := range [][]byte{x.Identity, x.Secrets} {
			if _, ok := numbers[string(hash)]; !ok {
				h.Hashes = append(h.Hashes, hex.EncodeToString(hash))
				numbers[string(hash)] = len(h.Hashes)
			}
		}
	}
	var in inserter
	scratch := indent(nil, marshal(h), "")
	_, _ = w.Write(bytes.TrimSuffix(scratch, []byte("\n}")))
	_, _ = w.WriteString(",\n  \"exchanges\": [")
	for i, x := range list {
		if i > 0 {
			_ = w.WriteByte(',')
		}
		_, _ = w.WriteString("\n    ")
		e := exchangeOf(x, recorded)
		e.Identity, e.Secrets = numbers[string(x.Identity)], numbers[string(x.Secrets)]
		scratch = indent(scratch[:0], in.marshal(&e), "    ")
		_, _ = w.Write(scratch)
	}
	_, _ = w.WriteString("\n  ]\n}\n")
}

// marshal returns the JSON of a form, which can always be encoded.
func marshal(v any) []byte { return marshalTo(new(bytes.Buffer), v) }

// marshalTo is marshal into a buffer. The result is valid until the buffer is used again.
func marshalTo(b *bytes.Buffer, v any) []byte {
	b.Reset()
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	_ = e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// indent appends compact JSON, laid out for people. Characters that they would not see are escaped,
// which is possible since they can only be in strings.
func indent(out, b []byte, prefix string) []byte {
	depth := 0
	line := func() {
		out = append(append(out, '\n'), prefix...)
		for range depth {
			out = append(out, "  "...)
		}
	}
	for i := 0; i < len(b); i++ {
		switch c := b[i]; c {
		case '"':
			n := endOfString(b, i)
			out = appendVisible(out, b[i:n])
			i = n - 1
		case '{', '[':
			out = append(out, c)
			if next := b[i+1]; next == '}' || next == ']' {
				out = append(out, next)
				i++
				continue
			}
			depth++
			line()
		case '}', ']':
			depth--
			line()
			out = append(out, c)
		case ',':
			out = append(out, c)
			line()
		case ':':
			out = append(out, ": "...)
		default:
			out = append(out, c)
		}
	}
	return out
}

func appendVisible(out, s []byte) []byte {
	if !containsHidden(s) {
		return append(out, s...)
	}
	for _, r := range string(s) {
		if hidden(r) {
			out = fmt.Appendf(out, `\u%04x`, r)
			continue
		}
		out = utf8.AppendRune(out, r)
	}
	return out
}

package interop

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"iter"
)

// jsonDecoder decodes a file value by value. Each value is bounded.
type jsonDecoder struct {
	*json.Decoder
	source *bounded
	limit  int64
}

func newJSON(r io.Reader, lim limits) *jsonDecoder {
	b := &bounded{r: r, most: lim.item}
	return &jsonDecoder{json.NewDecoder(b), b, lim.item}
}

// next moves the bound to what follows.
func (d *jsonDecoder) next() { d.source.most = d.InputOffset() + d.limit }

// jsonItems yields the elements of the array at a path of names as T. It skips the rest of the
// file. Without names the array is at the top.
func jsonItems[T any](r io.Reader, lim limits, names ...string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		d := newJSON(skipMark(r), lim)
		if err := d.enter(names); err != nil {
			yield(none, err)
			return
		}
		for d.next(); d.More(); d.next() {
			var v T
			if err := d.Decode(&v); err != nil {
				yield(none, jsonError(err))
				return
			}
			if !yield(v, nil) {
				return
			}
		}
		if _, err := d.Token(); err != nil { // the end of the array
			yield(none, jsonError(err))
		}
	}
}

// enter reads up to the start of the array.
func (d *jsonDecoder) enter(names []string) error {
	for _, name := range names {
		if err := d.want('{'); err != nil {
			return err
		}
		for {
			d.next()
			if !d.More() {
				return &FormatError{Reason: "there is no list of " + name}
			}
			key, err := d.Token()
			if err != nil {
				return jsonError(err)
			}
			if key == name {
				break
			}
			var skipped json.RawMessage
			if err := d.Decode(&skipped); err != nil {
				return jsonError(err)
			}
		}
	}
	d.next()
	return d.want('[')
}

func (d *jsonDecoder) want(delim json.Delim) error {
	t, err := d.Token()
	if err != nil {
		return jsonError(err)
	}
	if t != delim {
		return &FormatError{Reason: "not the JSON of this format"}
	}
	return nil
}

func jsonError(err error) error {
	if fe, ok := errors.AsType[*FormatError](err); ok {
		return fe
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return &FormatError{Reason: "the file ends too early", Err: io.ErrUnexpectedEOF}
	}
	return &FormatError{Reason: "not the JSON of this format", Err: err}
}

// skipMark skips a byte order mark.
func skipMark(r io.Reader) io.Reader {
	var head [3]byte
	n, err := io.ReadFull(r, head[:])
	if string(head[:n]) == "\ufeff" {
		return r
	}
	if n < len(head) && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return io.MultiReader(bytes.NewReader(head[:n]), failing{err})
	}
	return io.MultiReader(bytes.NewReader(head[:n]), r)
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// UnmarshalJSON implements json.Unmarshaler: a text or null.
func (o *octets) UnmarshalJSON(b []byte) error {
	var s *string
	if err := json.Unmarshal(b, &s); err != nil || s == nil {
		return err
	}
	*o = octets{bytes: []byte(*s), there: true}
	return nil
}

// UnmarshalJSON implements json.Unmarshaler: a text or a list of texts, some of which
// may be numbers.
func (t *texts) UnmarshalJSON(b []byte) error {
	var list []loose
	if len(b) == 0 || b[0] != '[' {
		list = make([]loose, 1)
		if string(b) == "null" {
			return nil
		}
		if err := list[0].UnmarshalJSON(b); err != nil {
			return err
		}
	} else if err := json.Unmarshal(b, &list); err != nil {
		return err
	}
	for _, l := range list {
		*t = append(*t, string(l))
	}
	return nil
}

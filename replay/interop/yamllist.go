package interop

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	yaml "go.yaml.in/yaml/v3"
)

// yamlItems yields the items of the list under a top-level key of a YAML document, each as its own
// document. It holds only one at a time. The recorders write such a list in block style. What is in
// an item is indented deeper than its dash, whatever its style, so it is enough to look at lines.
// closing is a key that the recorder writes after the list, or "".
func yamlItems(r io.Reader, key, closing string, lim limits) iter.Seq2[yamlItem, error] {
	return func(yield func(yamlItem, error) bool) {
		s := &yamlScanner{r: bufio.NewReaderSize(skipMark(r), 64<<10), key: key + ":", closing: closing + ":", lim: lim, indent: -1}
		for {
			line, err := s.line()
			if err != nil && !errors.Is(err, io.EOF) {
				yield(yamlItem{}, err)
				return
			}
			ended := errors.Is(err, io.EOF)
			inside := s.inside
			item, err := s.take(line, ended)
			if err != nil {
				yield(yamlItem{}, err)
				return
			}
			if item != nil && !yield(yamlItem{item, ended && inside && !s.closed}, nil) {
				return
			}
			if ended {
				if !s.found {
					yield(yamlItem{}, &FormatError{Reason: "there is no list of " + key})
				}
				return
			}
		}
	}
}

// A yamlItem is an item of a list.
type yamlItem struct {
	text []byte // valid until the next item
	// last says that the file ends with the item, and not as the recorder ends a file. So it may be
	// cut.
	last bool
}

// isCut reports whether the last line of an item breaks off.
func (i yamlItem) isCut() bool { return i.last && !bytes.HasSuffix(i.text, []byte("\n")) }

// errCut is the error of a file that ends within an exchange.
func errCut() error { return &FormatError{Reason: "the file ends within an exchange: it is cut"} }

type yamlScanner struct {
	r       *bufio.Reader
	key     string
	closing string
	lim     limits
	found   bool // whether the key was seen
	closed  bool // whether the closing key was seen after the list
	inside  bool // whether the list has not ended
	indent  int  // the indentation of its dashes, -1 before the first
	buf     []byte
	spare   []byte // the last result of take
}

// line returns the next line with its end, at most as long as an exchange.
func (s *yamlScanner) line() ([]byte, error) {
	part, err := s.r.ReadSlice('\n')
	if !errors.Is(err, bufio.ErrBufferFull) {
		return part, err
	}
	line := bytes.Clone(part)
	for errors.Is(err, bufio.ErrBufferFull) {
		if int64(len(line)) > s.lim.item {
			return nil, tooLarge("a line is longer than the bound")
		}
		part, err = s.r.ReadSlice('\n')
		line = append(line, part...)
	}
	return line, err
}

// take reads a line. It returns the item that ends before it, if one does.
func (s *yamlScanner) take(line []byte, last bool) (item []byte, err error) {
	spaces := len(line) - len(bytes.TrimLeft(line, " "))
	text := line[spaces:]
	blank := len(bytes.TrimSpace(text)) == 0
	s.closed = s.closed || s.inside && len(s.closing) > 1 && bytes.HasPrefix(line, []byte(s.closing))
	switch {
	case !s.inside:
		if after, ok := bytes.CutPrefix(line, []byte(s.key)); ok && !s.found {
			s.found, s.inside = true, true
			switch strings.TrimSpace(string(after)) {
			case "":
			case "[]", "null", "~":
				s.inside = false
			default:
				return nil, &FormatError{Reason: "the list is not in block style"}
			}
		}
	case blank:
		s.buf = append(s.buf, line...)
	case isDash(text) && (spaces == s.indent || s.indent < 0):
		s.indent = spaces
		item = s.end()
		s.buf = append(s.buf, line...)
	case spaces > s.indent && s.indent >= 0 || text[0] == '#':
		if s.indent >= 0 {
			s.buf = append(s.buf, line...)
		}
	default: // the next key of the top level
		item, s.inside = s.end(), false
	}
	if int64(len(s.buf)) > s.lim.item {
		return nil, tooLarge("an exchange is longer than the bound")
	}
	if last && s.inside && s.indent < 0 {
		return nil, &FormatError{Reason: "the file ends before the first exchange: it is cut"}
	}
	if last && item == nil && s.inside {
		item, s.inside = s.end(), false
	} else if last && s.inside && len(s.buf) > 0 {
		return nil, errCut()
	}
	return item, nil
}

func isDash(text []byte) bool {
	return text[0] == '-' && (len(text) == 1 || text[1] == ' ' || text[1] == '\n' || text[1] == '\r')
}

// end returns the collected item, or nil. It is valid until the next call.
func (s *yamlScanner) end() []byte {
	if len(bytes.TrimSpace(s.buf)) == 0 {
		s.buf = s.buf[:0]
		return nil
	}
	s.buf, s.spare = s.spare[:0], s.buf
	if cap(s.buf) > 1<<20 {
		s.buf = nil
	}
	return s.spare
}

// decodeYAML decodes an item, which is a list of one element, into v.
func decodeYAML[T any](item []byte, lim limits) (v T, err error) {
	defer func() {
		if p := recover(); p != nil { // the parser may panic on unexpected input
			err = &FormatError{Reason: fmt.Sprintf("the YAML parser panicked: %T", p)}
		}
	}()
	if err := checkYAML(item, lim.nodes); err != nil {
		return v, err
	}
	var list []T
	var doc yaml.Node
	err = yaml.Unmarshal(item, &doc)
	if err == nil {
		if err := checkNames(&doc); err != nil {
			return v, err
		}
		err = doc.Decode(&list)
	}
	if err != nil {
		return v, &FormatError{Reason: "not the YAML of this format", Err: err}
	}
	if len(list) != 1 {
		return v, &FormatError{Reason: "it is not one item of a list"}
	}
	return list[0], nil
}

package canonical

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
)

// formOfXML writes an XML document by its elements: names with their namespaces, whatever the
// prefix, sorted attributes, and the text, without white space between elements. It leaves out
// comments, instructions, and the elements and attributes named in ignore. A document with a DTD,
// or with a namespace of more than 1 KiB, is compared byte for byte.
func formOfXML(body []byte, ignore []string) ([]byte, error) {
	dec := xml.NewDecoder(bytes.NewReader(body))
	w := xmlWriter{ignore: ignore, spaces: make(map[string]int)}
	for {
		t, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, ErrRaw
		}
		switch t := t.(type) {
		case xml.StartElement:
			if longSpace(t) {
				return nil, ErrRaw
			}
			w.start(t)
		case xml.EndElement:
			w.end()
		case xml.CharData:
			w.text = append(w.text, t...)
		case xml.Directive:
			return nil, ErrRaw
		}
	}
	if len(w.out) == 0 && w.skipped == 0 {
		return nil, ErrRaw
	}
	return w.out, nil
}

// xmlWriter writes the canonical form of a document.
type xmlWriter struct {
	ignore  []string
	out     []byte
	text    []byte // the text since the last tag
	opened  bool   // whether the last tag opened an element, so that white space is its content
	depth   int    // the depth in an element that is left out
	skipped int    // the number of elements left out
	// spaces numbers the namespaces. A namespace is written in full only where it is first used,
	// since a document names it once for all of its elements.
	spaces map[string]int
}

const maxSpace = 1 << 10 // the longest namespace in bytes

func longSpace(e xml.StartElement) bool {
	return len(e.Name.Space) > maxSpace || slices.ContainsFunc(e.Attr, func(a xml.Attr) bool { return len(a.Name.Space) > maxSpace })
}

func (w *xmlWriter) start(e xml.StartElement) {
	if w.depth == 0 {
		w.flush(false)
	}
	if w.depth > 0 || slices.Contains(w.ignore, e.Name.Local) {
		w.depth++
		w.skipped++
		return
	}
	w.out = append(w.out, '<')
	w.name(e.Name)
	slices.SortFunc(e.Attr, func(a, b xml.Attr) int {
		if c := strings.Compare(a.Name.Space, b.Name.Space); c != 0 {
			return c
		}
		return strings.Compare(a.Name.Local, b.Name.Local)
	})
	for _, a := range e.Attr {
		if a.Name.Space == "xmlns" || a.Name.Space == "" && a.Name.Local == "xmlns" || slices.Contains(w.ignore, a.Name.Local) {
			continue
		}
		w.out = append(w.out, ' ')
		w.name(a.Name)
		w.out = strconv.AppendQuote(w.out, a.Value)
	}
	w.out = append(w.out, '>')
	w.opened = true
}

func (w *xmlWriter) end() {
	if w.depth > 0 {
		w.depth--
		w.text = w.text[:0]
		return
	}
	w.flush(w.opened)
	w.out = append(w.out, "</>"...)
	w.opened = false
}

// flush writes the text before a tag. It writes white space alone only if an element has nothing
// else.
func (w *xmlWriter) flush(content bool) {
	if content && len(w.text) > 0 || len(bytes.TrimSpace(w.text)) > 0 {
		w.out = strconv.AppendQuote(w.out, string(w.text))
	}
	w.text = w.text[:0]
}

func (w *xmlWriter) name(n xml.Name) {
	if number, ok := w.spaces[n.Space]; ok {
		w.out = strconv.AppendInt(w.out, int64(number), 10)
	} else {
		w.spaces[n.Space] = len(w.spaces)
		w.out = strconv.AppendQuote(w.out, n.Space)
	}
	w.out = strconv.AppendQuote(w.out, n.Local)
}

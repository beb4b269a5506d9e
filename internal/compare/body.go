package compare

import (
	"bytes"
	"net/http"
	"strconv"
	"unicode/utf8"

	"github.com/gracy-go/gracy/internal/mediatype"
)

// A Body is the body of a message, without a content coding.
type Body struct {
	Header  http.Header // for its media type
	Content []byte
}

// Bodies adds the places in which two bodies differ. It compares them by their meaning if both have
// the same media type and are well formed, otherwise line by line or by the first differing byte.
// Members and fields named in ignore are left out.
func (l *List) Bodies(taped, actual Body, ignore []string) {
	if bytes.Equal(taped.Content, actual.Content) {
		return
	}
	if len(taped.Content) == 0 || len(actual.Content) == 0 {
		l.add("body", content(taped.Content), content(actual.Content))
		return
	}
	kind := mediatype.Declared(taped.Header.Get("Content-Type"))
	if kind != mediatype.Declared(actual.Header.Get("Content-Type")) {
		kind = mediatype.Text
	}
	before := l.Len()
	switch kind {
	case mediatype.Form:
		l.Pairs("form", string(taped.Content), string(actual.Content), ignore)
		return
	case mediatype.Multipart:
		if l.parts(taped, actual, ignore) {
			return
		}
	case mediatype.JSON, mediatype.JSONLines: // a vendor's type for JSON, such as application/x-amz-json-1.0, may be one document
		t, okT := tree(taped.Content)
		a, okA := tree(actual.Content)
		if okT && okA {
			l.values("body", nil, t, a, ignore)
			if kind == mediatype.JSON || l.Len() > before {
				return
			}
		}
	case mediatype.Text, mediatype.XML, mediatype.HTML, mediatype.GraphQL, mediatype.Binary:
	}
	l.lines(taped.Content, actual.Content, ignore)
	if l.Len() == before {
		l.bytes("body", taped.Content, actual.Content)
	}
}

// lines compares texts line by line. It compares lines of JSON, also behind the "data:" of an event
// stream, by their members. It stops at the first other line that differs, because after an
// inserted line all lines differ.
func (l *List) lines(taped, actual []byte, ignore []string) {
	if !utf8.Valid(taped) || !utf8.Valid(actual) || !bytes.ContainsRune(taped, '\n') && !bytes.ContainsRune(actual, '\n') {
		return
	}
	for n := 1; len(taped) > 0 || len(actual) > 0; n++ {
		var t, a []byte
		t, taped, _ = bytes.Cut(taped, []byte("\n"))
		a, actual, _ = bytes.Cut(actual, []byte("\n"))
		if bytes.Equal(t, a) {
			continue
		}
		place := "body line " + strconv.Itoa(n)
		vt, okT := tree(bytes.TrimPrefix(t, []byte("data:")))
		va, okA := tree(bytes.TrimPrefix(a, []byte("data:")))
		if !okT || !okA {
			l.add(place, content(t), content(a))
			return
		}
		l.values(place, nil, vt, va, ignore)
	}
}

// bytes adds the first place in which two byte strings differ.
func (l *List) bytes(place string, taped, actual []byte) {
	i := 0
	for i < min(len(taped), len(actual)) && taped[i] == actual[i] {
		i++
	}
	if i > 0 {
		place += " from byte " + strconv.Itoa(i)
	}
	l.add(place, content(taped[i:]), content(actual[i:]))
}

// content returns a function that returns bytes as they are shown.
func content(b []byte) func() string {
	if len(b) == 0 {
		return none
	}
	return text(string(b[:min(len(b), longest+utf8.UTFMax)]))
}

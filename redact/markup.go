package redact

import (
	"bytes"
	"strings"
)

// markup masks, in XML, the content of elements with a secret name, with or without a prefix, the
// values of attributes with a secret name, the value of a tag with both a name and a value, as in <add
// key="password" value="x"/>, the content of a tag with a name alone, and the value that is an element
// beside its name: see [elements]. In HTML it masks only the value of hidden and password inputs
// and the content of meta tags with a secret name, because other elements and attributes are for
// people and scripts.
func (n nest) markup(b []byte, html bool) []byte {
	var out edits
	in := elements{r: n.r}
	level := 0 // the number of open elements below a secret name
	text := func(from, to int, plain bool) {
		switch hidden := !html && in.read(b, from, to); {
		case level > 0 || hidden:
			maskContent(&out, b, from, to)
		case !html:
			xmlJSON(n, &out, b, from, to, plain)
		}
	}
	for i := 0; i < len(b); {
		at := bytes.IndexByte(b[i:], '<')
		if at < 0 {
			at = len(b) - i
		}
		text(i, i+at, false)
		i += at
		switch rest := b[i:]; {
		case len(rest) < 2:
			return out.apply(b)
		case bytes.HasPrefix(rest, []byte("<!--")):
			from := i + len("<!--")
			if html { // <!--> is a whole comment
				from = i + len("<!")
			}
			i = after(b, from, "-->")
		case bytes.HasPrefix(rest, []byte("<![CDATA[")):
			from := i + len("<![CDATA[")
			i = after(b, from, "]]>")
			text(from, max(i-len("]]>"), from), true)
		case rest[1] == '!', rest[1] == '?':
			i = after(b, i, ">")
		case rest[1] == '/':
			level = max(level-1, 0)
			if late := in.close(b, i); late.to > 0 {
				coverContent(&out, b, late.from, late.to)
			}
			i = after(b, i, ">")
		case alnum(rest[1]) || rest[1] == '_' || rest[1] >= 0x80:
			t := readTag(b, i)
			hides := n.maskTag(&out, b, &t, html)
			i = t.end
			secret := !html && in.open(b, &t, hides)
			switch name := string(b[t.name.from:t.name.to]); {
			case html && (strings.EqualFold(name, "script") || strings.EqualFold(name, "style")):
				i = rawEnd(b, i, name)
			case t.closed || html:
			case level > 0 || secret || n.r.Field(local(name)):
				level++
			}
		default:
			i++
		}
	}
	return out.apply(b)
}

// after returns the index behind the next end in b from i on, or the length of b.
func after(b []byte, i int, end string) int {
	if j := bytes.Index(b[i:], []byte(end)); j >= 0 {
		return i + j + len(end)
	}
	return len(b)
}

// rawEnd returns where a script or a style ends, whose text is not markup.
func rawEnd(b []byte, i int, name string) int {
	for {
		i = after(b, i, "</")
		if i == len(b) || len(b)-i >= len(name) && strings.EqualFold(string(b[i:i+len(name)]), name) {
			return i
		}
	}
}

// maskContent masks the text between two tags, without the space around it.
func maskContent(out *edits, b []byte, from, to int) {
	text := bytes.TrimLeft(b[from:to], " \t\r\n")
	from = to - len(text)
	text = bytes.TrimRight(text, " \t\r\n")
	switch {
	case len(text) == 0:
	case len(bytes.Trim(text, "0123456789")) == 0: // a number, so that typed decoding still works
		out.put(b, from, from+len(text), "0")
	default:
		out.put(b, from, from+len(text), Mask)
	}
}

// coverContent masks what is between two tags, without the space around it, as a whole if there are tags
// in it.
func coverContent(out *edits, b []byte, from, to int) {
	text := bytes.TrimLeft(b[from:to], " \t\r\n")
	if bytes.IndexByte(text, '<') < 0 {
		maskContent(out, b, from, to)
		return
	}
	out.cover(to-len(text), to, Mask)
}

// local returns the name of an element without its prefix.
func local(name string) string { return name[strings.IndexByte(name, ':')+1:] }

// A tag is the range of a tag and of the parts that matter.
type tag struct {
	name   span
	end    int
	closed bool // <a/>
	list   [16]attribute
	n      int
	more   []attribute // the attributes beyond list
}

type attribute struct{ name, value span }

func (t *tag) attribute(i int) attribute {
	if i < t.n {
		return t.list[i]
	}
	return t.more[i-t.n]
}

// readTag reads the tag that begins at b[i].
func readTag(b []byte, i int) (t tag) {
	t.name.from = i + 1
	for i++; i < len(b) && b[i] > ' ' && b[i] != '>' && b[i] != '/'; i++ {
	}
	t.name.to = i
	for i < len(b) {
		switch c := b[i]; {
		case c == '>':
			t.end = i + 1
			t.closed = b[i-1] == '/'
			return t
		case c <= ' ' || c == '/' || c == '=' || c == '"' || c == '\'':
			i++
		case c == '<': // it was not a tag
			t.end = i
			return t
		default:
			var a attribute
			a.name.from = i
			for i < len(b) && b[i] > ' ' && bytes.IndexByte([]byte("=>/<\"'"), b[i]) < 0 {
				i++
			}
			a.name.to = i
			a.value, i = readAttribute(b, i)
			if t.n < len(t.list) {
				t.list[t.n] = a
				t.n++
			} else {
				t.more = append(t.more, a)
			}
		}
	}
	t.end = len(b)
	return t
}

// readAttribute reads the value of an attribute whose name ends at b[i], if it has one.
func readAttribute(b []byte, i int) (value span, end int) {
	i = skipSpace(b, i)
	if i == len(b) || b[i] != '=' {
		return value, i
	}
	i = skipSpace(b, i+1)
	if i < len(b) && (b[i] == '"' || b[i] == '\'') {
		quote := b[i]
		i++
		j := bytes.IndexByte(b[i:], quote)
		if j < 0 {
			return span{from: i, to: len(b)}, len(b)
		}
		return span{from: i, to: i + j}, i + j + 1
	}
	from := i
	for i < len(b) && b[i] > ' ' && b[i] != '>' {
		i++
	}
	return span{from: from, to: i}, i
}

// maskTag masks the secret attributes of a tag. It reports whether they have a secret name without a
// value.
func (n nest) maskTag(out *edits, b []byte, t *tag, html bool) (hides bool) {
	var name, value, kind span
	for i := range t.n + len(t.more) {
		a := t.attribute(i)
		key := string(b[a.name.from:a.name.to])
		if !html {
			key = local(key)
		}
		switch {
		case a.value.from == a.value.to:
		case !html && b[a.value.from-1] != '"' && b[a.value.from-1] != '\'': // XML requires quotes
		case strings.EqualFold(key, "name"), strings.EqualFold(key, "key"):
			name = a.value
		case strings.EqualFold(key, "value"), strings.EqualFold(key, "content"):
			value = a.value
		case strings.EqualFold(key, "type"):
			kind = a.value
		case !html && n.r.Field(key):
			out.put(b, a.value.from, a.value.to, Mask)
		}
	}
	if name.to == 0 || value.to == 0 && html {
		return false
	}
	if html {
		switch string(bytes.ToLower(b[t.name.from:t.name.to])) {
		case "input":
			if k := strings.ToLower(string(b[kind.from:kind.to])); k != "hidden" && k != "password" {
				return false
			}
		case "meta":
		default:
			return false
		}
	}
	key := xmlUnescape(string(b[name.from:name.to]))
	if !n.r.secretName(key) && (!forgery(key) || n.r.kept(key)) {
		return false
	}
	if value.to == 0 {
		return true
	}
	out.put(b, value.from, value.to, Mask)
	return false
}

// forgery reports whether pages use the name for a token against forged requests.
func forgery(name string) bool {
	var buf squeezed
	switch string(squeeze(name, &buf)) {
	case "csrf", "xsrf":
		return true
	}
	return false
}

package text

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	contentLength = "Content-Length"
	// auto stands for the value of a Content-Length that is the length of the body.
	auto = "auto"
	// inBase64 is the start of a string that is not UTF-8. Its base64 follows.
	inBase64 = "base64,"
)

// text returns the text for a string, which may not be UTF-8.
func text(s string) string {
	if utf8.ValidString(s) && !strings.HasPrefix(s, inBase64) {
		return s
	}
	return literal(s)
}

// literal returns the text for a string that would be a mistake if a person had written it, such as
// a method in lower case. So it comes back unchanged.
func literal(s string) string { return inBase64 + base64.StdEncoding.EncodeToString([]byte(s)) }

func untext(s string) (string, error) {
	rest, ok := strings.CutPrefix(s, inBase64)
	if !ok {
		return s, nil
	}
	b, err := base64.StdEncoding.DecodeString(rest)
	return string(b), err
}

// listOf writes a list of strings. It writes one string without a list, and no string as nothing.
func listOf(l []string) json.RawMessage {
	switch len(l) {
	case 0:
		return nil
	case 1:
		if plain(l[0]) {
			return append(append(append(make([]byte, 0, len(l[0])+2), '"'), l[0]...), '"')
		}
		return marshal(l[0])
	}
	return marshal(l)
}

// plain reports whether a string needs no escapes in JSON.
func plain(s string) bool {
	for _, c := range []byte(s) {
		if c < ' ' || c >= 0x7f || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

// list is the inverse of listOf. It returns nil for an empty list, such as that of a trailer that
// was announced and never arrived.
func list(raw json.RawMessage) (l []string, err error) {
	switch {
	case raw == nil:
		return nil, nil
	case raw[0] == '"':
		l = make([]string, 1)
		err = json.Unmarshal(raw, &l[0])
	case raw[0] != '[' || json.Unmarshal(raw, &l) != nil:
		err = errors.New("neither a string nor a list of strings")
	case len(l) == 0:
		return nil, nil
	}
	return l, err
}

// header is http.Header. A name in base64 is used as it is. A name that a person wrote is spelled
// as net/http spells it.
type header map[string]json.RawMessage

// headerOf returns the form of the header of a message whose body has that length.
func headerOf(h http.Header, length int) header {
	out := make(header, len(h))
	var room []string
	for name, values := range h {
		room = slices.Grow(room[:0], len(values))
		forms := room[:len(values)]
		for i, v := range values {
			if forms[i] = text(v); name == contentLength && v == strconv.Itoa(length) {
				forms[i] = auto
			}
		}
		key := text(name)
		if http.CanonicalHeaderKey(name) != name {
			key = literal(name)
		}
		if out[key] = listOf(forms); len(forms) == 0 {
			out[key] = json.RawMessage("[]")
		}
	}
	return out
}

// values is the inverse of headerOf. It returns nil for an empty header.
func (h header) values(length int) (http.Header, error) {
	if len(h) == 0 {
		return nil, nil
	}
	out := make(http.Header, len(h))
	for name, raw := range h {
		key, errName := untext(name)
		if !strings.HasPrefix(name, inBase64) {
			key = http.CanonicalHeaderKey(key)
		}
		values, err := list(raw)
		for i, v := range values {
			if err != nil {
				break
			}
			if values[i], err = untext(v); key == contentLength && v == auto {
				values[i] = strconv.Itoa(length)
			}
		}
		if _, twice := out[key]; twice && err == nil {
			err = fmt.Errorf("duplicate %s", key)
		}
		if err = errors.Join(err, errName); err != nil {
			return nil, in(name, err)
		}
		out[key] = values
	}
	return out, nil
}

// duration writes a duration with two digits, since the others are noise.
func duration(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	unit := time.Duration(1)
	for d/unit >= 100 {
		unit *= 10
	}
	return d.Round(unit).String()
}

func parseDuration(s string) (time.Duration, error) {
	if s == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(s)
	switch {
	case err != nil:
		return 0, fmt.Errorf("%.40q is not a duration%s", s, suchDuration)
	case d < 0:
		return 0, fmt.Errorf("%s is negative", s)
	}
	return d, nil
}

// codeOf returns the code at the start of a status, or 0 if there is none.
func codeOf(status string) int {
	digits, _, ok := strings.Cut(status, " ")
	if !ok || len(digits) != 3 || strings.Trim(digits, "0123456789") != "" {
		return 0
	}
	code, _ := strconv.Atoi(digits)
	return code
}

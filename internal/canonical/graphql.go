package canonical

import (
	"encoding/json"
	"strings"
)

// graphQLMembers returns the members of a GraphQL request (GraphQL over HTTP) with its document
// written by its tokens, and without members that mean nothing. It returns the members of any other
// object unchanged.
func graphQLMembers(members []member) []member {
	at := -1
	for i, m := range members {
		switch m.name {
		case "query":
			if at >= 0 {
				return members
			}
			at = i
		case "variables", "operationName", "extensions":
		default:
			return members
		}
	}
	if at < 0 {
		return members
	}
	var document string
	if json.Unmarshal(members[at].text, &document) != nil {
		return members
	}
	tokens, ok := graphQLTokens(document)
	if !ok {
		return members
	}
	text, err := json.Marshal(tokens)
	if err != nil {
		return members
	}
	var out []member
	for i, m := range members {
		switch {
		case i == at:
			m.text = text
		case string(m.text) == "null" || string(m.text) == "{}" || string(m.text) == `""`:
			continue
		}
		out = append(out, m)
	}
	return out
}

// graphQLTokens writes a GraphQL document with one space between its tokens. It leaves out comments
// and commas, which mean nothing (GraphQL, October 2021, 2.1). It returns false if s is not a
// document.
func graphQLTokens(s string) (string, bool) {
	var b strings.Builder
	b.Grow(len(s))
	braces := 0
	for rest := s; rest != ""; {
		n := 1
		switch c := rest[0]; {
		case strings.IndexByte(" \t\r\n,", c) >= 0:
			rest = rest[1:]
			continue
		case strings.HasPrefix(rest, "\ufeff"):
			rest = rest[len("\ufeff"):]
			continue
		case c == '#':
			if n = strings.IndexAny(rest, "\r\n"); n < 0 {
				n = len(rest)
			}
			rest = rest[n:]
			continue
		case c == '"':
			if n = stringLength(rest); n == 0 {
				return "", false
			}
		case strings.HasPrefix(rest, "..."):
			n = 3
		case nameByte(c) || c == '-':
			for n < len(rest) && (nameByte(rest[n]) || numberByte(c) && strings.IndexByte(".+-", rest[n]) >= 0) {
				n++
			}
		case c == '{':
			braces++
		case c == '}':
			braces--
		case strings.IndexByte("!$&():=@[]|", c) < 0:
			return "", false
		}
		if braces < 0 {
			return "", false
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(rest[:n])
		rest = rest[n:]
	}
	return b.String(), braces == 0 && strings.Contains(b.String(), "{")
}

// stringLength returns the length of the string at the start of s, or 0 if it does not end.
func stringLength(s string) int {
	if strings.HasPrefix(s, `"""`) {
		for i := 3; i < len(s); i++ {
			switch {
			case strings.HasPrefix(s[i:], `\"""`):
				i += 3
			case strings.HasPrefix(s[i:], `"""`):
				return i + 3
			}
		}
		return 0
	}
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		case '\r', '\n':
			return 0
		}
	}
	return 0
}

func nameByte(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

func numberByte(c byte) bool { return c == '-' || '0' <= c && c <= '9' }

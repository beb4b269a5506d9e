package interop

import (
	"encoding/base64"
	"errors"
	"strings"

	yaml "go.yaml.in/yaml/v3"
)

var errNotText = errors.New("a text is expected, not a list or a mapping")

// octets are bytes that a file has as text, or in base64 under the tag binary. Under any other tag,
// such as one from which a language makes objects, the text is used unchanged.
type octets struct {
	bytes   []byte
	there   bool // whether it is neither absent nor null
	encoded bool // whether it was base64
}

// UnmarshalYAML implements yaml.Unmarshaler.
func (o *octets) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	switch {
	case n.Kind != yaml.ScalarNode:
		return errNotText
	case n.Tag == "!!null":
		return nil
	case n.Tag == "!binary" || n.Tag == "!!binary":
		b, err := decodeBase64(n.Value)
		*o = octets{b, true, true}
		return err
	}
	*o = octets{[]byte(n.Value), true, false}
	return nil
}

// decodeBase64 decodes base64 with line breaks and spaces in it.
func decodeBase64(s string) ([]byte, error) {
	if strings.ContainsAny(s, " \t\r\n") {
		s = strings.Map(func(r rune) rune {
			if r == ' ' || r == '\t' || r == '\r' || r == '\n' {
				return -1
			}
			return r
		}, s)
	}
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return nil, errors.New("it is not base64")
	}
	return b, nil
}

// texts are the values of a header: a list, or one alone.
type texts []string

// UnmarshalYAML implements yaml.Unmarshaler.
func (t *texts) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	list := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		list = n.Content
	}
	for _, n := range list {
		var o octets
		if err := o.UnmarshalYAML(n); err != nil {
			return err
		}
		if o.there {
			*t = append(*t, string(o.bytes))
		}
	}
	return nil
}

package interop

import (
	"bytes"

	yaml "go.yaml.in/yaml/v3"
)

// smallItem is the length up to which an item cannot make the parser use much memory.
const smallItem = 256 << 10

// checkYAML rejects an item of very many small nodes, for which the YAML parser would use far more
// memory than the length of the item. Quoted texts and blocks, in which long bodies are, do not
// count. Everything else counts by its punctuation, which is at least the number of nodes.
func checkYAML(item []byte, most int) error {
	if len(item) <= smallItem {
		return nil
	}
	c := nodeCounter{rest: item, deeper: -1}
	for len(c.rest) > 0 {
		c.line()
		if c.nodes > most {
			return tooLarge("an exchange has too many parts")
		}
	}
	return nil
}

type nodeCounter struct {
	rest   []byte
	nodes  int
	deeper int  // lines indented deeper than this belong to the value before; -1 for none
	block  bool // whether that is a block scalar, which does not count
}

// line reads a line, or more if a quoted text continues.
func (c *nodeCounter) line() {
	line := c.rest
	if i := bytes.IndexByte(line, '\n'); i >= 0 {
		line = line[:i+1]
	}
	column := indentation(line)
	if len(bytes.TrimSpace(line)) == 0 {
		c.rest = c.rest[len(line):]
		return
	}
	if c.deeper >= 0 && column > c.deeper {
		if !c.block {
			c.count(line)
		}
		c.rest = c.rest[len(line):]
		return
	}
	c.deeper, c.block = -1, false
	// Skip the dashes before an item, and the names before its value.
	at := column
	for isDash(line[at:]) {
		c.nodes++
		column = at
		at++
		if at == len(line) {
			break
		}
		at += indentation(line[at:])
		if at == len(line) || line[at] == '\n' || line[at] == '\r' {
			break
		}
	}
	if value := valueOf(line[at:]); value > 0 {
		c.nodes++
		column, at = at, at+value
	}
	at += properties(line[at:])
	c.nodes++
	text := line[at:]
	switch {
	case len(bytes.TrimSpace(text)) == 0:
	case text[0] == '|' || text[0] == '>':
		c.deeper, c.block = column, true
	case text[0] == '"' || text[0] == '\'':
		behind := c.rest[at+1:]
		if end := quoteEnd(behind, text[0]); end >= 0 {
			c.rest = behind[end:]
			if i := bytes.IndexByte(c.rest, '\n'); i >= 0 {
				c.count(c.rest[:i])
				c.rest = c.rest[i+1:]
			}
			return
		}
		c.count(c.rest) // which the parser rejects
		c.rest = nil
		return
	default:
		c.deeper = column
		c.count(text)
	}
	c.rest = c.rest[len(line):]
}

// count counts the characters that can start a node.
func (c *nodeCounter) count(text []byte) {
	for _, b := range text {
		switch b {
		case '[', '{', ',', ':', '?', '-', '\n':
			c.nodes++
		}
	}
}

func indentation(line []byte) int { return len(line) - len(bytes.TrimLeft(line, " ")) }

// valueOf returns the index of the value after the plain name of a line, or 0 if there is no such
// name.
func valueOf(line []byte) int {
	for i, b := range line {
		switch {
		case b == '"' || b == '\'' || b == '[' || b == '{':
			return 0
		case b == ':' && (i+1 == len(line) || line[i+1] == '\n' || line[i+1] == '\r'):
			return i + 1
		case b == ':' && line[i+1] == ' ':
			return i + 1 + indentation(line[i+1:])
		}
	}
	return 0
}

// properties returns the length of the tags and the anchor before a value.
func properties(line []byte) (n int) {
	for n < len(line) && (line[n] == '!' || line[n] == '&') {
		i := bytes.IndexByte(line[n:], ' ')
		if i < 0 {
			return n
		}
		n += i + indentation(line[n+i:])
	}
	return n
}

// quoteEnd returns the index after the end of a quoted text, or -1 if it does not end in b.
func quoteEnd(b []byte, quote byte) int {
	for i := 0; i < len(b); i++ {
		switch {
		case b[i] == '\\' && quote == '"':
			i++
		case b[i] == quote && quote == '\'' && i+1 < len(b) && b[i+1] == quote:
			i++
		case b[i] == quote:
			return i + 1
		}
	}
	return -1
}

// maxNames is how many names a mapping may have.
const maxNames = 1000

// checkNames rejects a mapping with very many names, and one that has a name twice. The parser
// compares each name with every other, and writes an error text for each equal pair: 5000 equal
// names, 25 KB, took it half a minute.
func checkNames(n *yaml.Node) error {
	if n.Kind == yaml.MappingNode {
		if len(n.Content) > 2*maxNames {
			return tooLarge("an exchange has a mapping with too many names")
		}
		seen := make(map[string]bool, len(n.Content)/2)
		for i := 0; i+1 < len(n.Content); i += 2 {
			if name := n.Content[i]; name.Kind == yaml.ScalarNode {
				if seen[name.Value] {
					return &FormatError{Reason: "an exchange has a name twice"}
				}
				seen[name.Value] = true
			}
		}
	}
	for _, c := range n.Content {
		if err := checkNames(c); err != nil {
			return err
		}
	}
	return nil
}

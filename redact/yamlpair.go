package redact

// A yamlPair is what is known about {name: password, value: x} over several lines.
type yamlPair struct {
	named    int  // the indent of a "name" whose value is a secret name, or -1
	valued   int  // the indent of the "value" while the "name" has not been read, or -1
	from, to int  // the range of that value with its lines, -1 while it has none
	open     bool // the next line may belong to it
}

// begin records a value whose name may follow. there says that it begins on the line of its key.
func (p *yamlPair) begin(key, from, to int, there bool) {
	p.valued, p.from, p.to, p.open = key, from, to, true
	if !there {
		p.from, p.to = -1, -1
	}
}

// goOn records a line that may belong to the value. at is where it begins.
func (p *yamlPair) goOn(l yamlLine, at int) {
	if p.open = p.open && l.key > p.valued; !p.open {
		return
	}
	if p.from < 0 {
		p.from = at + l.start
	}
	p.to = at + len(l.text)
}

// leave forgets what l is no longer in.
func (p *yamlPair) leave(l yamlLine) {
	if l.key < p.named || l.item && l.key == p.named {
		p.named = -1
	}
	if l.key < p.valued || l.item && l.key == p.valued {
		p.valued = -1
	}
}

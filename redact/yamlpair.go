package redact

// A yamlPair is what is known of {name: password, value: x} over lines.
type yamlPair struct {
	named    int  // the indent of a name whose value is a secret name, -1 if there is none
	valued   int  // the indent of the value, while the name has not come, -1 if there is none
	from, to int  // that value, with the lines that belong to it, -1 while it has none
	open     bool // the next line may belong to it
}

// begin takes in a value whose name may come behind it; there says that it begins on the line of its key.
func (p *yamlPair) begin(key, from, to int, there bool) {
	p.valued, p.from, p.to, p.open = key, from, to, true
	if !there {
		p.from, p.to = -1, -1
	}
}

// goOn takes in a line at a place, which may belong to the value.
func (p *yamlPair) goOn(l yamlLine, at int) {
	if p.open = p.open && l.key > p.valued; !p.open {
		return
	}
	if p.from < 0 {
		p.from = at + l.start
	}
	p.to = at + len(l.text)
}

// leave forgets what a line is not in any more.
func (p *yamlPair) leave(l yamlLine) {
	if l.key < p.named || l.item && l.key == p.named {
		p.named = -1
	}
	if l.key < p.valued || l.item && l.key == p.valued {
		p.valued = -1
	}
}

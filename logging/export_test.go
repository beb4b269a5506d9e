package logging

// A Field is what a field of Config knows.
type Field struct {
	Name         string
	Placeholders []string
}

// Fields returns the fields of Config that are events.
func Fields() []Field {
	rows := Config{}.rows()
	fields := make([]Field, kinds)
	for k, r := range rows {
		fields[k] = Field{r.field, r.names}
	}
	return fields
}

// Sorts returns how many different lines are counted apart.
func (l *Log) Sorts() int {
	l.repeats.mu.Lock()
	defer l.repeats.mu.Unlock()
	return len(l.repeats.sorts)
}

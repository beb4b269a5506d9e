package logging

import "strings"

// ledger returns [transport.Call.String] on one line:
//
//	GET /things/{id}: 503 after 2 attempts in 1.2s; 1: 503 retryable, headers 12ms; 2: 503 retryable, backoff 1.1s, headers 12ms (retry); stopped: budget empty
func (f *facts) ledger() string {
	var b strings.Builder
	for line := range strings.Lines(f.Call.String()) {
		if b.Len() > 0 {
			b.WriteString("; ")
		}
		line = strings.TrimSpace(line)
		if n, rest, ok := strings.Cut(line, "  "); ok && strings.Trim(n, "0123456789") == "" {
			b.WriteString(n + ": ")
			line = rest
		}
		// The outcome and the verdict are columns. Named figures follow, two spaces apart.
		outcome, rest, _ := strings.Cut(line, " ")
		b.WriteString(outcome)
		for i, part := range strings.Split(strings.TrimSpace(rest), "  ") {
			part = strings.TrimSpace(part)
			switch {
			case part == "":
			case i == 0, part[0] == '(', part[0] == '[': // the verdict, the cause, the notes
				b.WriteString(" " + part)
			default:
				b.WriteString(", " + part)
			}
		}
	}
	return f.redact.Text(b.String())
}

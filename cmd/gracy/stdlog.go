package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/gracy-go/gracy/redact"
)

// stdlog takes what net/http writes to the log of the process. It keeps to what the command
// promises of all that it prints: of what a server sent too much net/http would print the bytes.
type stdlog struct{ log io.Writer }

func (s stdlog) Write(p []byte) (int, error) {
	line, _, _ := strings.Cut(strings.TrimSuffix(string(p), "\n"), " starting with ")
	if _, err := fmt.Fprintln(s.log, cleanLine(redact.Text(line))); err != nil {
		return 0, err
	}
	return len(p), nil
}

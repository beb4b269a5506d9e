package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"
)

// An allowance is one line of the list: the tests that may skip, and the reason.
type allowance struct {
	pattern *regexp.Regexp
	reason  string
}

// readAllowed reads the list at path; an empty path is an empty list.
func readAllowed(path, pass string) ([]allowance, error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("citest: %w", err)
	}
	return parseAllowed(string(text), pass)
}

// parseAllowed reads lines of "expression # reason". Both are required, since the list must prevent
// skips without a reason. Lines below a line "[pass]" apply only in that pass, lines below "[]" in
// every pass.
func parseAllowed(text, pass string) ([]allowance, error) {
	var list []allowance
	section := ""
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if head, ok := strings.CutPrefix(line, "["); ok {
			if section, ok = strings.CutSuffix(head, "]"); !ok {
				return nil, fmt.Errorf("citest: allowed skips, line %d: no ]", number)
			}
			continue
		}
		expression, reason, _ := strings.Cut(line, " # ")
		reason = strings.TrimSpace(reason)
		if reason == "" {
			return nil, fmt.Errorf("citest: allowed skips, line %d: no reason after %q", number, " # ")
		}
		pattern, err := regexp.Compile(`^(?:` + strings.TrimSpace(expression) + `)$`)
		if err != nil {
			return nil, fmt.Errorf("citest: allowed skips, line %d: %w", number, err)
		}
		if section != "" && section != pass {
			continue
		}
		list = append(list, allowance{pattern: pattern, reason: reason})
	}
	return list, nil
}

// match returns the reason for which the named test may skip.
func match(list []allowance, name string) (string, bool) {
	for _, a := range list {
		if a.pattern.MatchString(name) {
			return a.reason, true
		}
	}
	return "", false
}

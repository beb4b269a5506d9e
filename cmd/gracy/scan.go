package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/codings"
	"github.com/gracy-go/gracy/replay/store"
)

func newScan() *cobra.Command {
	var literals string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "scan TAPE", Short: "Look for secrets on a tape", Args: arguments,
		Long: `Look for secrets on a tape: what the tape would mask today, and the lines of the file of
--literals (- is the standard input), so that no secret is on a command line. It says where
they are, never what they are. The exit code is 1 if there are any.`,
	}
	cmd.Flags().StringVar(&literals, "literals", "", "a file with one secret per line")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON, one object per line")
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		known, err := linesOf(literals, cmd.InOrStdin())
		if err != nil {
			return err
		}
		s, err := read(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		defer closing(s, &err)
		look := scanner{red: redact.New(redact.Rules{Literals: known})}
		number, found := 0, false
		for x, err := range scan(cmd.Context(), s) {
			if err != nil {
				return err
			}
			number++
			content, err := wholeBody(s, x)
			if err != nil {
				return err
			}
			for _, place := range look.places(x, content) {
				found = true
				hit := secretPlace{number, look.red.Text(methodOf(x)), look.red.Location(x.Request.URL), place}
				if asJSON {
					err = printJSON(cmd.OutOrStdout(), hit)
				} else {
					_, err = fmt.Fprintf(cmd.OutOrStdout(), "%d %s %s: %s\n", hit.Number, cleanLine(hit.Method), cleanLine(hit.URL), cleanLine(hit.Place))
				}
				if err != nil {
					return err
				}
			}
		}
		if found {
			return errFound
		}
		return nil
	}
	return cmd
}

// linesOf returns the lines of a file that are not empty.
func linesOf(path string, stdin io.Reader) ([]string, error) {
	var b []byte
	var err error
	switch path {
	case "":
		return nil, nil
	case "-":
		b, err = io.ReadAll(io.LimitReader(stdin, 1<<20))
	default:
		b, err = os.ReadFile(path)
	}
	if err != nil {
		return nil, err
	}
	var lines []string
	for l := range strings.Lines(string(b)) {
		if l = strings.TrimRight(l, "\r\n"); l != "" {
			lines = append(lines, l)
		}
	}
	return lines, nil
}

// secretPlace is where a secret is.
type secretPlace struct {
	Number int    `json:"number"`
	Method string `json:"method"`
	URL    string `json:"url"`
	Place  string `json:"place"`
}

// scanner finds what would be masked.
type scanner struct{ red *redact.Redactor }

func (s scanner) places(x *store.Exchange, content []byte) (list []string) {
	if s.red.Location(x.Request.URL) != x.Request.URL {
		list = append(list, "the URL")
	}
	list = s.header(list, "request header", x.Request.Header)
	list = s.body(list, "the request body", x.Request.Header, x.Request.Body)
	if r := x.Response; r != nil {
		list = s.header(list, "response header", r.Header)
		list = s.header(list, "trailer", r.Trailer)
		list = s.body(list, "the response body", r.Header, content)
	}
	if f := x.Fault; f != nil && s.red.Leaks([]byte(f.Text)) {
		list = append(list, "the text of the error")
	}
	return list
}

func (s scanner) header(list []string, kind string, h http.Header) []string {
	masked := s.red.Headers(h)
	before := len(list)
	for name, values := range h {
		for i, v := range values {
			// What a tape has masked has a hash behind the mask.
			if i < len(masked[name]) && masked[name][i] != v && !strings.Contains(v, redact.Mask) || s.red.Leaks([]byte(v)) {
				list = append(list, kind+" "+name)
				break
			}
		}
	}
	slices.Sort(list[before:])
	return list
}

func (s scanner) body(list []string, where string, h http.Header, content []byte) []string {
	plain, err := looking().Unpack(h, content)
	if err != nil { // what was not looked at is not without secrets
		return append(list, fmt.Sprintf("%s, which cannot be decoded (%.40q)", where, strings.Join(h["Content-Encoding"], ", ")))
	}
	texts := [][]byte{plain}
	if utf8.Valid(content) { // it may be said to be packed, and not be
		texts = append(texts, content)
	}
	for _, text := range texts {
		if masked := s.red.Body(h.Get("Content-Type"), text); !bytes.Equal(masked, text) {
			line := 1 + bytes.Count(text[:common(masked, text)], []byte("\n"))
			return append(list, fmt.Sprintf("%s, line %d", where, line))
		}
	}
	return list
}

// looking is how bodies are looked into: up to 32 MiB of each.
func looking() replay.Options { return replay.Options{Codings: codings.All(), MaxBody: 4 << 20} }

// common returns how many bytes two texts begin with that are the same.
func common(a, b []byte) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/gracy-go/gracy/internal/safetext"
)

func newShow() *cobra.Command {
	var body, asJSON bool
	cmd := &cobra.Command{
		Use: "show TAPE NUMBER", Short: "Show one exchange in full", SuggestFor: []string{"cat", "get", "print", "view"},
		Long: `Show one exchange in full. NUMBER is the one that gracy tape ls prints. --body prints only
the bytes of the response body, unchanged. --json prints the exchange as a JSON object, with
bodies that are not text in base64.`,
	}
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) == 1 {
			return usagef("NUMBER is missing: gracy tape ls %s lists them", args[0])
		}
		return arguments(cmd, args)
	}
	cmd.Flags().BoolVar(&body, "body", false, "print only the body of the response, unchanged")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON object")
	cmd.MarkFlagsMutuallyExclusive("body", "json")
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		s, err := read(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		defer closing(s, &err)
		x, err := numberOf(cmd.Context(), s, args[1])
		if err != nil {
			return err
		}
		content, err := wholeBody(s, x.Exchange)
		if err != nil {
			return err
		}
		out := cmd.OutOrStdout()
		switch {
		case body:
			_, err = out.Write(content)
			return err
		case asJSON:
			return printJSON(out, wholeOf(x, content))
		}
		return show(out, x, content)
	}
	return cmd
}

// whole is an exchange as show --json prints it. A body that is no text is in base64.
type whole struct {
	line
	RequestHeader  http.Header `json:"requestHeader,omitempty"`
	RequestBody    *string     `json:"requestBody,omitempty"`
	RequestBase64  []byte      `json:"requestBase64,omitempty"`
	Proto          string      `json:"proto,omitempty"`
	ResponseHeader http.Header `json:"responseHeader,omitempty"`
	Trailer        http.Header `json:"trailer,omitempty"`
	ResponseBody   *string     `json:"responseBody,omitempty"`
	ResponseBase64 []byte      `json:"responseBase64,omitempty"`
}

func wholeOf(x numbered, content []byte) whole {
	w := whole{line: lineOf(x), RequestHeader: x.Request.Header}
	w.RequestBody, w.RequestBase64 = textOrBytes(x.Request.Body)
	if r := x.Response; r != nil {
		w.Proto, w.ResponseHeader, w.Trailer = r.Proto, r.Header, r.Trailer
		w.ResponseBody, w.ResponseBase64 = textOrBytes(content)
	}
	return w
}

func textOrBytes(b []byte) (text *string, bytes []byte) {
	if len(b) == 0 {
		return nil, nil
	}
	if utf8.Valid(b) {
		return new(string(b)), nil
	}
	return nil, b
}

func show(out io.Writer, x numbered, content []byte) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s\n", cleanLine(methodOf(x.Exchange)), cleanLine(x.Request.URL))
	if x.Request.Host != "" {
		fmt.Fprintf(&b, "Host: %s\n", cleanLine(x.Request.Host))
	}
	_ = printHeader(&b, x.Request.Header)
	if r := &x.Request; r.BodySum != nil {
		fmt.Fprintf(&b, "\n(a body of %d bytes, SHA-256 %x)\n", r.BodySize, r.BodySum)
	} else {
		printBody(&b, x.Request.Header, r.Body)
	}
	if r := x.Response; r != nil {
		fmt.Fprintf(&b, "\n%s %s\n", cleanLine(r.Proto), cleanLine(r.Status))
		_ = printHeader(&b, r.Header)
		printBody(&b, r.Header, content)
		if len(r.Trailer) > 0 {
			b.WriteString("\nTrailer:\n")
			_ = printHeader(&b, r.Trailer)
		}
	}
	if f := x.Fault; f != nil && !x.CallerLeft() {
		fmt.Fprintf(&b, "\nfailed: %s\n", cleanLine(f.Text))
	}
	fmt.Fprintf(&b, "\nnumber %d, recorded %s UTC in %v, attempt %d, route %s\n",
		x.number, startText(x.Exchange), x.Total, x.Attempt, cleanLine(x.Route))
	if x.Masked {
		b.WriteString("secrets in the body are masked\n")
	}
	switch {
	case x.CallerLeft():
		b.WriteString("it is replayed up to where its caller left, and only where nothing is sent\n")
	case !x.Complete:
		b.WriteString("it broke off, and is not replayed\n")
	}
	_, err := out.Write(b.Bytes())
	return err
}

const shown = 64 << 10 // bytes of a body that show prints

// printBody prints a body: JSON indented, text as it is, of the rest the length alone.
func printBody(b *bytes.Buffer, h http.Header, content []byte) {
	if len(content) == 0 {
		return
	}
	b.WriteByte('\n')
	length := len(content)
	if plain, err := looking().Unpack(h, content); err == nil || errors.Is(err, io.ErrUnexpectedEOF) {
		content = plain
	}
	if !utf8.Valid(content) || bytes.ContainsRune(content, 0) {
		fmt.Fprintf(b, "(%d bytes that are not text)\n", length)
		return
	}
	var indented bytes.Buffer
	if len(content) <= shown && json.Indent(&indented, content, "", "  ") == nil {
		content = indented.Bytes()
	}
	rest := max(len(content)-shown, 0)
	text := safetext.Escape(string(bytes.ToValidUTF8(content[:len(content)-rest], nil)))
	b.WriteString(text)
	if !strings.HasSuffix(text, "\n") {
		b.WriteByte('\n')
	}
	if rest > 0 {
		fmt.Fprintf(b, "(%d more bytes: --body prints all)\n", rest)
	}
}

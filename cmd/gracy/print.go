package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gracy-go/gracy/internal/safetext"
	"github.com/gracy-go/gracy/replay/store"
)

// line is an exchange as --json prints it, without bodies.
type line struct {
	Number   int       `json:"number"`
	ID       store.ID  `json:"id"`
	Start    time.Time `json:"start"`
	Method   string    `json:"method"`
	URL      string    `json:"url"`
	Route    string    `json:"route,omitempty"`
	Status   int       `json:"status,omitempty"`
	Fault    string    `json:"fault,omitempty"`
	Bytes    int64     `json:"bytes"`
	Millis   float64   `json:"ms"`
	Masked   bool      `json:"masked,omitempty"`
	Complete bool      `json:"complete"`
}

func lineOf(x numbered) line {
	l := line{
		Number: x.number, ID: x.ID, Start: startOf(x.Exchange), Method: methodOf(x.Exchange), URL: x.Request.URL, Route: x.Route,
		Bytes: length(x.Exchange), Millis: float64(x.Total.Microseconds()) / 1000, Masked: x.Masked, Complete: x.Complete,
	}
	if x.Response != nil {
		l.Status = x.Response.StatusCode
	}
	if x.Fault != nil {
		l.Fault = x.Fault.Text
	}
	return l
}

func methodOf(x *store.Exchange) string {
	if x.Request.Method == "" {
		return http.MethodGet
	}
	return x.Request.Method
}

// startText returns when the request of an exchange started, in UTC. A text tape keeps the day alone.
func startText(x *store.Exchange) string {
	t := startOf(x).UTC()
	if t.Equal(t.Truncate(24 * time.Hour)) {
		return t.Format(time.DateOnly)
	}
	return t.Format(time.DateTime)
}

// startOf returns when the request of an exchange started.
func startOf(x *store.Exchange) time.Time {
	if x.Start.IsZero() {
		return x.ID.Time()
	}
	return x.Start
}

// outcome returns the status of an exchange, or its fault.
func outcome(x *store.Exchange) string {
	switch {
	case x.Response == nil && x.Fault != nil:
		return "failed: " + cleanLine(x.Fault.Text)
	case x.Response == nil:
		return "nothing"
	case x.CallerLeft():
		return fmt.Sprintf("%d, then its caller left", x.Response.StatusCode)
	case x.Fault != nil:
		return fmt.Sprintf("%d, then failed: %s", x.Response.StatusCode, cleanLine(x.Fault.Text))
	case !x.Complete:
		return fmt.Sprintf("%d, incomplete", x.Response.StatusCode)
	}
	return strconv.Itoa(x.Response.StatusCode)
}

// printJSON prints a value in a line. What JSON may have as it is and a terminal may not
// becomes an escape, which is the same to a program.
func printJSON(w io.Writer, v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := io.WriteString(w, cleanLine(strings.TrimSuffix(b.String(), "\n"))+"\n")
	return err
}

// printHeader prints a header by name, with something in front of each line.
func printHeader(w io.Writer, h http.Header) error {
	names := make([]string, 0, len(h))
	for name := range h {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for _, v := range h[name] {
			if _, err := fmt.Fprintf(w, "%s: %s\n", cleanLine(name), cleanLine(v)); err != nil {
				return err
			}
		}
	}
	return nil
}

// cleanLine is safetext.Escape for what has to stay in its line.
func cleanLine(s string) string {
	return strings.NewReplacer("\n", `\n`, "\t", `\t`).Replace(safetext.Escape(s))
}

package kinds

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"syscall"
)

// A view is all that a caller sees of an exchange: each field of the response, what reading the
// body returns, and what an error matches.
type view map[string]any

// viewOf returns the view of an error, or of a response, which it reads to its end.
func viewOf(resp *http.Response, err error, halfway chan struct{}) view {
	v := make(view)
	if err != nil {
		v.fault("Error", err)
		return v
	}
	defer resp.Body.Close()
	for field := range reflect.TypeFor[http.Response]().Fields() {
		switch field.Name {
		case "Body", "Request", "TLS": // the first two are added below; TLS describes a connection, and a tape has none
		default:
			v[field.Name] = reflect.ValueOf(*resp).FieldByIndex(field.Index).Interface()
		}
	}
	v["Header"] = resp.Header.Clone()
	v["Trailer before the end"] = maps.Clone(resp.Trailer)
	v["URL"] = resp.Request.Method + " " + resp.Request.URL.String()
	v["no body"] = resp.Body == http.NoBody
	var body bytes.Buffer
	if halfway != nil {
		_, _ = io.CopyN(&body, resp.Body, int64(len("half of it")))
		select {
		case halfway <- struct{}{}:
		default: // no server receives it on replay
		}
	}
	_, err = io.Copy(&body, resp.Body)
	v["Body"] = body.String()
	v["Trailer"] = maps.Clone(resp.Trailer)
	if err != nil {
		v.fault("error of the body", err)
	}
	return v
}

// fault describes an error. A replayed error has another type, store.Fault, in which errors.As
// finds no *net.OpError.
func (v view) fault(name string, err error) {
	v[name] = err.Error()
	var is []string
	for _, target := range []error{
		io.EOF, io.ErrUnexpectedEOF, context.DeadlineExceeded, syscall.ECONNREFUSED, syscall.ECONNRESET, syscall.EPIPE,
	} {
		if errors.Is(err, target) {
			is = append(is, target.Error())
		}
	}
	v[name+" is"] = is
	var timeout net.Error
	v[name+" is a timeout"] = errors.As(err, &timeout) && timeout.Timeout()
}

// differing returns the names of the fields that differ.
func differing(a, b view) (names []string) {
	for name := range a {
		if got, ok := b[name]; !ok || !reflect.DeepEqual(a[name], got) {
			names = append(names, name)
		}
	}
	for name := range b {
		if _, ok := a[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// withoutPorts removes the ports from all texts, because errors name those of their connections.
func (v view) withoutPorts() view {
	v = maps.Clone(v)
	for name, value := range v {
		if text, ok := value.(string); ok {
			v[name] = regexp.MustCompile(`127\.0\.0\.1:\d+`).ReplaceAllString(text, "local")
		}
	}
	return v
}

func inBoth(a, b view, names []string) string {
	var lines []string
	for _, name := range names {
		lines = append(lines, fmt.Sprintf("%s: %.120q, then %.120q", name, fmt.Sprint(a[name]), fmt.Sprint(b[name])))
	}
	return strings.Join(lines, "; ")
}

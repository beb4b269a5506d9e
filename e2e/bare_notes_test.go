package e2e

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// clientNote adds a line to the notes of the client's side.
func (p *comparisonRun) clientNote(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clientNotes = append(p.clientNotes, "  "+p.same(fmt.Sprintf(format, args...)))
}

// serverNote adds a line to the notes of the server's side.
func (p *comparisonRun) serverNote(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.serverNotes = append(p.serverNotes, "  "+p.same(fmt.Sprintf(format, args...)))
}

// same replaces ports, which differ from run to run.
func (p *comparisonRun) same(s string) string {
	s = strings.ReplaceAll(s, strings.TrimPrefix(strings.TrimPrefix(p.url, "http://"), "https://"), "SERVER")
	return regexp.MustCompile(`(127\.0\.0\.1|localhost):\d+`).ReplaceAllString(s, "PEER")
}

func headers(h http.Header, without ...string) string {
	var parts []string
	for name, values := range h {
		if !slices.Contains(without, name) {
			parts = append(parts, fmt.Sprintf("%s=%q", name, values))
		}
	}
	slices.Sort(parts)
	return strings.Join(parts, " ")
}

// noteRequest notes a whole request on the server's side, and returns its body.
func (p *comparisonRun) noteRequest(r *http.Request) string {
	b, err := io.ReadAll(r.Body)
	p.serverNote("%s %s %s host %s, length %d %v, headers %s", r.Method, r.URL.RequestURI(), r.Proto, r.Host, r.ContentLength, r.TransferEncoding, headers(r.Header))
	p.serverNote("  body %s, error %v, trailers %s", brief(string(b)), err, headers(r.Trailer))
	return string(b)
}

// noteResponse notes a whole response, or the error, on the client's side.
func (p *comparisonRun) noteResponse(resp *http.Response, err error) {
	if err != nil {
		p.noteError(err)
		return
	}
	p.noteHead(resp)
	b, err := io.ReadAll(resp.Body)
	closed := resp.Body.Close()
	if p.anyErrorText {
		closed = nil
	}
	p.clientNote("  body %s, trailers %s, close %v", brief(string(b)), headers(resp.Trailer), closed)
	if err != nil {
		p.noteError(err)
	}
}

// noteHead notes a response without its body on the client's side.
func (p *comparisonRun) noteHead(resp *http.Response) {
	p.clientNote("%s %s to %s %s, length %d %v, uncompressed %t, close %t, tls %t, headers %s", resp.Proto, resp.Status, resp.Request.Method, resp.Request.URL,
		resp.ContentLength, resp.TransferEncoding, resp.Uncompressed, resp.Close, resp.TLS != nil, headers(resp.Header, "Date"))
}

// noteError notes an error on the client's side.
func (p *comparisonRun) noteError(err error) {
	var timeout interface{ Timeout() bool }
	text := err.Error()
	if p.anyErrorText {
		text = "any"
	}
	p.clientNote("  error %s, timeout %t, canceled %t, deadline %t, reset or EOF %t", text, errors.As(err, &timeout) && timeout.Timeout(),
		errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || isReset(err))
}

func isReset(err error) bool {
	e, ok := errors.AsType[*net.OpError](err)
	return ok && strings.Contains(e.Error(), "reset by peer")
}

// brief shortens a long body to its length and a hash.
func brief(s string) string {
	if len(s) <= 100 {
		return fmt.Sprintf("%q", s)
	}
	h := uint64(14695981039346656037) // FNV-1a
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return fmt.Sprintf("%d bytes %x", len(s), h)
}

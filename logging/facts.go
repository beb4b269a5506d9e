package logging

import (
	"net/http"
	"strconv"
	"time"

	"github.com/gracy-go/gracy/internal/brief"
	"github.com/gracy-go/gracy/internal/hint"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/redact"
)

// facts is what the message and the attributes of one line are made of.
type facts struct {
	layer.Event
	kind     kind
	name     string // of the kind
	req      *http.Request
	redact   *redact.Redactor
	elapsed  time.Duration
	full     string // the result of url, "" before its first call
	panicked string // the value of a panic in Func
}

// status returns the status of the response, or 0 if there is none.
func (f *facts) status() int {
	switch {
	case f.Response != nil:
		return f.Response.StatusCode
	case f.Attempt != nil && (f.kind == retried || f.kind == broken): // the response was thrown away, or is the caller's
		return f.Attempt.Status()
	}
	return 0
}

// put appends the value of a placeholder to b. An unknown one has none.
func (f *facts) put(b []byte, name string) []byte {
	switch name {
	case "METHOD":
		return append(b, f.method()...)
	case "URL":
		return append(b, f.url()...)
	case "UURL", "ENDPOINT", "UENDPOINT", "ARGS":
		return append(b, f.place(name)...)
	case "STATUS":
		if s := f.status(); s != 0 {
			return strconv.AppendInt(b, int64(s), 10)
		}
		return append(b, "ABORTED"...)
	case "ELAPSED":
		return putSeconds(b, f.elapsed)
	case "THROTTLE_TIME", "QUEUE_TIME", "WAIT_TIME", "RETRY_AFTER_ACTUAL_WAIT":
		return putSeconds(b, f.Wait)
	case "RETRY_AFTER":
		h, _ := hint.FromResponse(f.Response, time.Now())
		return putSeconds(b, h.Wait)
	case "RETRY_DELAY":
		return putSeconds(b, f.delay())
	case "RETRY_CAUSE":
		return append(b, f.cause()...)
	case "REPLAY":
		if f.replayed() {
			return append(b, "REPLAYED"...)
		}
	case "IS_REPLAY":
		if f.replayed() {
			return append(b, "TRUE"...)
		}
		return append(b, "FALSE"...)
	case "RULE", "SCOPE", "STOPPED", "OVERRIDE":
		return append(b, f.Text...)
	case "CUR_ATTEMPT":
		if f.Attempt != nil {
			return strconv.AppendInt(b, int64(f.Attempt.Number()), 10)
		}
	case "MAX_ATTEMPT", "THROTTLE_LIMIT", "CONCURRENT_REQUESTS":
		return strconv.AppendInt(b, int64(f.Limit), 10)
	case "RECORDED_COUNT", "REPLAYED_COUNT":
		return strconv.AppendInt(b, f.Count, 10)
	case "THROTTLE_TIME_RANGE":
		return append(b, span(f.Per)...)
	case "LEDGER":
		return append(b, f.ledger()...)
	case "ERROR":
		return append(b, f.err()...)
	}
	return b
}

// putSeconds appends d as a number of seconds.
func putSeconds(b []byte, d time.Duration) []byte {
	return strconv.AppendFloat(b, inSeconds(d), 'f', -1, 64)
}

// err returns the text of the error without secrets.
func (f *facts) err() string { return brief.Text(f.redact.Error(f.Err), brief.Longest) }

// url returns the URL without secrets. It is kept, since the message and an attribute both need it.
func (f *facts) url() string {
	if f.full == "" {
		f.full = f.redact.URL(f.req.URL)
	}
	return f.full
}

func (f *facts) method() string {
	if f.req.Method == "" {
		return http.MethodGet
	}
	if methodName(f.req.Method) != other {
		return f.req.Method // a standard method holds no secret
	}
	return f.redact.Text(f.req.Method)
}

func (f *facts) replayed() bool { return f.Attempt != nil && f.Attempt.Replayed() }

// span returns a time range in words: "second", "90 seconds", "2 hours".
func span(d time.Duration) string {
	for _, u := range []struct {
		d    time.Duration
		name string
	}{{time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}, {time.Millisecond, "millisecond"}} {
		if d < u.d || d%u.d != 0 {
			continue
		}
		if d == u.d {
			return u.name
		}
		return strconv.FormatInt(int64(d/u.d), 10) + " " + u.name + "s"
	}
	return d.String()
}

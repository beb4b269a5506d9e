package logging

import (
	"net/http"
	"strconv"
	"time"

	"github.com/gracy-go/gracy/internal/hint"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/redact"
)

// facts are what the message and the attributes of one line are made of.
type facts struct {
	layer.Event
	kind     kind
	req      *http.Request
	redact   *redact.Redactor
	elapsed  time.Duration
	panicked string // what the function that makes the template panicked with
}

// status is that of the response, 0 without one.
func (f *facts) status() int {
	switch {
	case f.Response != nil:
		return f.Response.StatusCode
	case f.Attempt != nil && f.kind == retried: // a foreign layer threw the response away
		return f.Attempt.Status()
	}
	return 0
}

// value returns what a placeholder stands for, "" for an unknown one.
func (f *facts) value(name string) string {
	switch name {
	case "METHOD":
		return f.method()
	case "URL":
		return f.redact.URL(f.req.URL)
	case "UURL", "ENDPOINT", "UENDPOINT", "ARGS":
		return f.place(name)
	case "STATUS":
		if s := f.status(); s != 0 {
			return strconv.Itoa(s)
		}
		return "ABORTED"
	case "ELAPSED":
		return seconds(f.elapsed)
	case "THROTTLE_TIME", "QUEUE_TIME", "WAIT_TIME", "RETRY_AFTER_ACTUAL_WAIT":
		return seconds(f.Wait)
	case "RETRY_AFTER":
		h, _ := hint.FromResponse(f.Response, time.Now())
		return seconds(h.Wait)
	case "RETRY_DELAY":
		return seconds(f.delay())
	case "RETRY_CAUSE":
		return f.cause()
	case "REPLAY":
		if f.replayed() {
			return "REPLAYED"
		}
		return ""
	case "IS_REPLAY":
		if f.replayed() {
			return "TRUE"
		}
		return "FALSE"
	case "RULE", "SCOPE", "STOPPED", "OVERRIDE":
		return f.Text
	case "CUR_ATTEMPT":
		if f.Attempt == nil {
			return ""
		}
		return strconv.Itoa(f.Attempt.Number())
	case "MAX_ATTEMPT", "THROTTLE_LIMIT", "CONCURRENT_REQUESTS":
		return strconv.Itoa(f.Limit)
	case "RECORDED_COUNT", "REPLAYED_COUNT":
		return strconv.FormatInt(f.Count, 10)
	case "THROTTLE_TIME_RANGE":
		return span(f.Per)
	case "LEDGER":
		return f.ledger()
	case "ERROR":
		if f.Err == nil {
			return ""
		}
		return f.redact.Error(f.Err)
	}
	return ""
}

// seconds returns a time as a number of seconds.
func seconds(d time.Duration) string {
	return strconv.FormatFloat(d.Round(time.Microsecond).Seconds(), 'f', -1, 64)
}

func (f *facts) method() string {
	if f.req.Method == "" {
		return http.MethodGet
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

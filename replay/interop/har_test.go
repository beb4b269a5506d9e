package interop

import (
	"strings"
	"testing"
)

const harURL = `"request":{"method":"GET","url":"http://a.test/","headers":[]}`

func TestWhatNoServerSentIsSkipped(t *testing.T) {
	for name, test := range map[string]struct {
		entry string
		why   string // "" if it can be replayed
	}{
		"aborted, Playwright":    {harURL + `,"response":{"status":200,"_failureText":"net::ERR_ABORTED","bodySize":-1,"content":{"text":"x"}}`, "aborted"},
		"aborted, entry":         {harURL + `,"_failureText":"x","response":{"status":200,"bodySize":-1,"content":{"text":"x"}}`, "aborted"},
		"failed, Chrome":         {harURL + `,"response":{"status":0,"_error":"net::ERR_FAILED","bodySize":0,"content":{}}`, "failed"},
		"no status":              {harURL + `,"response":{"status":0,"bodySize":-1,"content":{"text":"x"}}`, "status is 0"},
		"status -1":              {harURL + `,"response":{"status":-1,"bodySize":-1,"content":{"text":"x"}}`, "status is -1"},
		"no response":            {harURL, "aborted, failed or none"},
		"memory cache":           {harURL + `,"_fromCache":"memory","response":{"status":200,"bodySize":1,"content":{"text":"x"}}`, "cache"},
		"revalidated":            {harURL + `,"response":{"status":200,"bodySize":0,"content":{"size":1,"text":"x"}}`, "cache"},
		"web socket":             {harURL + `,"response":{"status":101,"bodySize":0,"content":{}}`, "101"},
		"web socket, messages":   {harURL + `,"_webSocketMessages":[],"response":{"status":200,"bodySize":1,"content":{"text":"x"}}`, "web socket"},
		"no text":                {harURL + `,"response":{"status":200,"bodySize":9,"content":{"size":9}}`, "not in the file"},
		"a file of its own":      {harURL + `,"response":{"status":200,"bodySize":9,"content":{"size":9,"_file":"x"}}`, "another file"},
		"bad base64":             {harURL + `,"response":{"status":200,"bodySize":9,"content":{"size":9,"text":"###","encoding":"base64"}}`, "base64"},
		"a redirect without one": {harURL + `,"response":{"status":302,"bodySize":5,"content":{"size":-1}}`, ""},
		"not from a cache":       {harURL + `,"_fromCache":null,"response":{"status":200,"bodySize":1,"content":{"text":"x"}}`, ""},
		"an empty 200":           {harURL + `,"response":{"status":200,"bodySize":0,"content":{"size":0,"text":""}}`, ""},
		"304":                    {harURL + `,"response":{"status":304,"bodySize":-1,"content":{"size":-1}}`, ""},
		"posted, no text":        {`"request":{"method":"POST","url":"http://a.test/","headers":[],"bodySize":3},"response":{"status":200,"bodySize":0,"content":{}}`, "body of the request"},
		"posted, empty text":     {`"request":{"method":"POST","url":"http://a.test/","headers":[],"bodySize":3,"postData":{"text":""}},"response":{"status":200,"bodySize":0,"content":{}}`, "body of the request"},
		"posted, type alone":     {`"request":{"method":"POST","url":"http://a.test/","headers":[{"name":"content-type","value":"multipart/form-data"}]},"response":{"status":200,"bodySize":0,"content":{}}`, "body of the request"},
		"posted, nothing":        {`"request":{"method":"POST","url":"http://a.test/","headers":[]},"response":{"status":200,"bodySize":0,"content":{}}`, ""},
	} {
		list := all(t, HAR, `{"log":{"pages":[],"entries":[{`+test.entry+`}]}}`)
		if len(list) != 1 {
			t.Fatalf("%s: %d records", name, len(list))
		}
		got := list[0].Skipped
		if name == "no response" && got != "" {
			continue
		}
		if (got == "") != (test.why == "") || !strings.Contains(got, test.why) {
			t.Errorf("%s: skipped %q, want %q", name, got, test.why)
		}
	}
}

func TestValuesThatAreNoTextAreTaken(t *testing.T) {
	r := all(t, HAR, `{"log":{"entries":[{"request":{"method":"GET","url":"http://a.test/","headers":[{"name":"x-n","value":200},{"name":"x-b","value":true},{"name":"x-0","value":null}]},
		"response":{"status":200,"bodySize":1,"content":{"text":"x"}}}]}}`)[0]
	if h := r.Exchange.Request.Header; h.Get("X-N") != "200" || h.Get("X-B") != "true" || h.Get("X-0") != "" {
		t.Errorf("got %v", h)
	}
	var l loose
	if l.UnmarshalJSON([]byte("[1]")) == nil {
		t.Error("a list is a text")
	}
}

func TestTimesOfHARAreAdded(t *testing.T) {
	r := all(t, HAR, `{"log":{"entries":[{"startedDateTime":"2026-11-28T02:59:40.246+01:00","time":12.5,"timings":{"blocked":-1,"dns":1,"connect":2,"send":0,"wait":3.5,"receive":6},`+harURL+`,
		"response":{"status":200,"bodySize":1,"content":{"text":"x"}}}]}}`)[0]
	x := r.Exchange
	if x.Start.Format("15:04:05.000") != "01:59:40.246" || x.FirstByte.Microseconds() != 6500 || x.Total.Microseconds() != 12500 {
		t.Errorf("got %v, %v, %v", x.Start, x.FirstByte, x.Total)
	}
}

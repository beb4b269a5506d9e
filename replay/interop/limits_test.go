package interop

import (
	"errors"
	"iter"
	"runtime"
	"testing"
)

func small() limits { return limits{item: 1 << 20, body: 1 << 20, attached: 4 << 20, nodes: 1 << 14} }

func endOf(list iter.Seq2[*Record, error]) (n int, err error) {
	for _, err := range list {
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

type repeated struct {
	head string
	text string
	read int64
}

func (r *repeated) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if r.head == "" {
			r.head = r.text
		}
		k := copy(p[n:], r.head)
		n, r.head = n+k, r.head[k:]
	}
	r.read += int64(n)
	return n, nil
}

const goVCRHead = "version: 2\ninteractions:\n    - request:\n        url: http://a.test/\n        body: "

func TestAStreamWithoutAnEndIsAnError(t *testing.T) {
	for name, test := range map[string]struct {
		f          Format
		head, text string
	}{
		"a line of YAML":          {GoVCR, goVCRHead, "x"},
		"lines of YAML":           {GoVCR, goVCRHead + "|\n", "            x\n"},
		"a line before the list":  {GoVCR, "", "x"},
		"blank lines of YAML":     {GoVCR, goVCRHead, "\n"},
		"flow of YAML":            {GoVCR, goVCRHead + "[", "[],"},
		"a text of JSON":          {HAR, `{"log":{"entries":[{"request":{"url":"`, "x"},
		"spaces of JSON":          {HAR, `{"log":{"entries":[`, " "},
		"nesting of JSON":         {HAR, `{"log":{"entries":[{"x":`, "["},
		"nesting before the list": {HAR, `{"log":{"x":`, `{"x":`},
		"a list before the list":  {HAR, `{"log":{"x":[`, `1,`},
		"members of nock":         {Nock, `[{"response":[`, `{"a":1},`},
		"a line of ours":          {JSON, `{"gracy":1,"request":{"url":"`, "x"},
		"a cassette of betamax":   {Betamax, `{"http_interactions":[{"request":{"headers":{"a":[`, `"",`},
	} {
		t.Run(name, func(t *testing.T) {
			r := &repeated{head: test.head, text: test.text}
			_, err := endOf(readFrom(r, test.f, false, small()))
			if _, ok := errors.AsType[*FormatError](err); !ok {
				t.Errorf("got %v, want a FormatError", err)
			}
			if r.read > 8<<20 {
				t.Errorf("%d bytes were read", r.read)
			}
		})
	}
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

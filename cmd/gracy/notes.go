package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/redact"
)

// notes is a layer that says, when it happens, what the client of the proxy does not see: why its
// requests wait, and what the tape does not have, or not to its end. It would be too late when
// the proxy ends: the client has gone on, and a disk that is full has lost all since.
type notes struct{ log io.Writer }

func (n notes) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("notes", n, next, nil)
}

func (notes) Wants() layer.Kind { return layer.BodyEnd | layer.Paused }

// Observe says what of an event concerns the user.
func (n notes) Observe(e layer.Event) {
	if e.Kind == layer.Paused {
		n.say(e.Call.Request(), fmt.Sprintf("the server asks for a pause: requests like it wait %v", e.Wait.Round(time.Millisecond)))
		return
	}
	for note := range strings.SplitSeq(e.Attempt.Notes(), "; ") {
		if strings.HasPrefix(note, "not recorded") || strings.HasPrefix(note, "recorded, but") || strings.HasPrefix(note, "on the tape") {
			n.say(e.Call.Request(), strings.Replace(note, "MaxBody, ", "", 1)) // which is an option of the library
		}
	}
}

// failed implements [replay.Options.OnError]. Of what is too long there is a note.
func (n notes) failed(err error) {
	if _, ok := errors.AsType[*http.MaxBytesError](err); !ok {
		_, _ = fmt.Fprintln(n.log, cleanLine(err.Error()))
	}
}

func (n notes) say(req *http.Request, what string) { _, _ = fmt.Fprintln(n.log, about(req, what)) }

// about returns what is said of a request, in a line.
func about(req *http.Request, what string) string {
	return fmt.Sprintf("%s %s: %s", cleanLine(req.Method), cleanLine(redact.URL(req.URL)), cleanLine(what))
}

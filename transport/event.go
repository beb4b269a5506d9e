package transport

import (
	"net/http"
	"time"

	"github.com/gracy-go/gracy/layer"
)

// An Event is something that happened to a call while it ran, as passed to a caller's function,
// such as one that makes a log line. Fields that do not apply are zero. Later versions may add
// fields. To a layer it is a [layer.Event].
type Event struct {
	Layer    string         // the name of the layer that emitted the event, "" for one of the call itself
	Call     *Call          // never nil
	Attempt  *Attempt       // the attempt concerned
	How      Wait           // the way of waiting
	Wait     time.Duration  // how long
	Limit    int            // the bound concerned: of attempts, of requests, of slots
	Per      time.Duration  // the time that Limit is counted over
	Count    int64          // how many there were so far, this one included
	Response *http.Response // its body must not be read
	Err      error
	Text     string // a rule, a cause, a scope; without secrets
}

// EventOf converts e for a function of the caller's.
func EventOf(e layer.Event) Event {
	return Event{
		Layer: e.Layer, Call: (*Call)(e.Call), Attempt: (*Attempt)(e.Attempt), How: e.How, Wait: e.Wait,
		Limit: e.Limit, Per: e.Per, Count: e.Count, Response: e.Response, Err: e.Err, Text: e.Text,
	}
}

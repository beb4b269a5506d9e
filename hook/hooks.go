package hook

import (
	"context"
	"net/http"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport/verdict"
)

// Hooks are the functions that a layer runs. Nil ones are left out. They are
// called concurrently, in the goroutines of the calls.
//
// It is an override too: attached to a context it takes the place of the hooks of
// every hook layer, for the calls made with it.
type Hooks struct {
	// Before runs before the request is sent on. req is a copy with a URL and a
	// Header of its own, and may be edited in place; its context is ctx. Who
	// replaces the Body sees to GetBody and ContentLength, and closes the old body
	// or reads it through the new one. To change the context, write
	// *req = *req.WithContext(derived).
	//
	// An error is a veto: nothing is sent, the body is closed, and the error comes
	// back in a [VetoError].
	Before func(ctx context.Context, req *http.Request) error

	// After runs when there is a response or an error, also after a cancel (ctx has
	// ended then) and after a veto. It may change the head of the response in place,
	// or wrap its Body there. A response that it returns takes the place of the
	// outcome; a body that is replaced so is drained and closed. Nil leaves the
	// outcome as it is. After must not read the body.
	After func(ctx context.Context, o Outcome) (*http.Response, error)

	// Strict lets an error of After fail the call, with an [Error]; the response is
	// closed. Default: it is told as layer.HookFailed and noted in the ledger.
	Strict bool
}

// An Outcome is what came of a request.
type Outcome struct {
	// Request is the request as it was handed on, after Before; it must not be
	// changed.
	Request *http.Request
	// Response is the answer, nil if there was none.
	Response *http.Response
	// Err is why there is no answer.
	Err error
	// Attempt is the row of the ledger: number, cause, waits; of several attempts
	// the one that was answered, or the latest. Outside retry it is over, inside it
	// is still open.
	Attempt *layer.Attempt
	// Verdict is what the outcome means. Of an open row it is the judgement of the
	// response before the caller's check of its body.
	Verdict verdict.Verdict
}

// Attach implements [transport.Override].
func (h Hooks) Attach(ctx context.Context) context.Context { return layer.WithSetting(ctx, h) }

// Off is the override that runs no hooks.
const Off off = 0

type off uint8

// Attach implements [transport.Override].
func (off) Attach(ctx context.Context) context.Context { return Hooks{}.Attach(ctx) }

// String returns "hook: off".
func (off) String() string { return "hook: off" }

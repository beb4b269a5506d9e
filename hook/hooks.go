package hook

import (
	"context"
	"net/http"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

// Hooks are the functions that a layer runs. Nil ones are left out. They are
// called concurrently, in the goroutines of the calls.
//
// Hooks are an override too: attached to a context they replace the hooks of every
// hook layer, for the calls made with it.
type Hooks struct {
	// Before runs before the request is sent on. req is a copy with a URL and a
	// Header of its own, and may be edited in place; its context is ctx. A
	// hook that replaces the Body also sets GetBody and ContentLength, and closes the
	// old body or reads it through the new one; a GetBody that it leaves beside another
	// ContentLength is dropped, since what it returns is the old body. To change the context, write
	// *req = *req.WithContext(derived).
	//
	// An error is a veto: nothing is sent, the body is closed, and the call fails
	// with a [VetoError] that wraps the error.
	Before func(ctx context.Context, req *http.Request) error

	// After runs when there is a response or an error, also after a cancel (ctx has
	// ended then) and after a veto. It may change the head of the response in place,
	// or wrap its Body there. A response that it returns takes the place of the
	// outcome; the body that it replaces is drained and closed, and its Request becomes
	// that of the call, unless it has one of another origin. Nil leaves the
	// outcome as it is. After must not read the body; it may close that of a response
	// that it replaces.
	After func(ctx context.Context, o Outcome) (*http.Response, error)

	// FailOnError makes an error of After fail the call, with an [Error]; the
	// response is closed. By default the error is emitted as layer.HookFailed and
	// noted in the ledger.
	FailOnError bool
}

// An Outcome is the response or the error that After is given, with its request.
type Outcome struct {
	// Request is the request as it was handed on, after Before; it must not be
	// changed.
	Request *http.Request
	// Response is nil if there was none.
	Response *http.Response
	// Err is why there is no response.
	Err error
	// Attempt is the row of the ledger: number, cause, waits. Of several attempts it
	// is the one that Response belongs to, or the latest. Outside retry the row is
	// closed, inside retry it is still open: then Response, Err and Verdict say what it
	// will say of the outcome, and time.Since(o.Attempt.Start()) how long it took, waits
	// included.
	Attempt *transport.Attempt
	// Verdict is what the outcome means. Of an open row it is the judgment of the
	// response before the caller's check of its body.
	Verdict verdict.Verdict
}

// Attach implements [transport.Override].
func (h Hooks) Attach(ctx context.Context) context.Context {
	return layer.WithSetting(ctx, override{h})
}

// override is what is attached to a context.
type override struct{ hooks Hooks }

// Needs says that hooks need the layer.
func (o override) Needs() string {
	if o.hooks.Before == nil && o.hooks.After == nil {
		return ""
	}
	return layerName
}

// Off is the override that runs no hooks.
const Off off = 1

type off uint8

// Attach implements [transport.Override].
func (off) Attach(ctx context.Context) context.Context { return Hooks{}.Attach(ctx) }

// String returns "hook: off".
func (off) String() string { return "hook: off" }

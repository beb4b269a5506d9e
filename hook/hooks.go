package hook

import (
	"context"
	"net/http"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

// Hooks are the functions that a layer runs. They are called concurrently, in the goroutines
// of the calls. A nil function is not called.
//
// Hooks are also an override: in a context they replace the hooks of every hook layer.
type Hooks struct {
	// Before runs before the request is sent on. req is a copy with its own URL and Header
	// and may be edited in place. Its context is ctx. To change the context, write
	// *req = *req.WithContext(derived).
	//
	// A Before that replaces the Body must also set GetBody and ContentLength, and must
	// close the old body or read it through the new one. If it changes ContentLength but
	// not GetBody, GetBody is dropped, because it would return the old body.
	//
	// An error is a veto: nothing is sent, the body is closed, and the call fails
	// with a [VetoError] that wraps the error. If that is the error of the context, which
	// has ended, the call counts as canceled or timed out, not as rejected.
	Before func(ctx context.Context, req *http.Request) error

	// After runs when there is a response or an error, also after a veto and after a
	// cancel, when ctx has ended. It may change the head of the response in place, or wrap
	// its Body. It must not read the Body.
	//
	// If After returns a response, that replaces the outcome. The replaced body is drained
	// and closed; After may also close it. The Request of the new response becomes that of
	// the call, unless it is a request to another origin. If After returns nil, the outcome
	// does not change.
	After func(ctx context.Context, o Outcome) (*http.Response, error)

	// FailOnError makes an error of After close the response and fail the call with an
	// [Error]. By default the error is emitted as layer.HookFailed and noted in the ledger.
	FailOnError bool
}

// An Outcome is the response or error of a request, as After gets it.
type Outcome struct {
	// Request is the request as it was sent on, after Before. It must not be
	// changed.
	Request *http.Request
	// Response is nil if there was none.
	Response *http.Response
	// Err is why there is no response.
	Err error
	// Attempt is the row of the ledger, with number, cause and waits. Of several attempts
	// it is the one of Response, or the latest. Outside retry the row is closed. Inside
	// retry it is still open: Response, Err and Verdict are then the outcome that it will
	// have, and time.Since(o.Attempt.Start()) is its time so far, including waits.
	Attempt *transport.Attempt
	// Verdict is what the outcome means. For an open row it does not yet include the
	// caller's check of the body.
	Verdict verdict.Verdict
}

// Attach implements [transport.Override].
func (h Hooks) Attach(ctx context.Context) context.Context {
	return layer.WithSetting(ctx, override{h})
}

// override is what is attached to a context.
type override struct{ hooks Hooks }

// Needs returns the layer that hooks need.
func (o override) Needs() string {
	if o.hooks.Before == nil && o.hooks.After == nil {
		return ""
	}
	return layerName
}

// Off is an override that runs no hooks.
const Off off = 1

type off uint8

// Attach implements [transport.Override].
func (off) Attach(ctx context.Context) context.Context { return Hooks{}.Attach(ctx) }

// String returns "hook: off".
func (off) String() string { return "hook: off" }

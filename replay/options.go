package replay

import (
	"fmt"
	"math"
	"net/http"
	"strings"
	"time"

	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/replay/store"
)

// Options of a tape. The zero value is ModeSmart with the defaults below.
type Options struct {
	// Mode says where responses come from; zero is [ModeSmart].
	Mode Mode
	// Match says which requests are the same.
	Match Match
	// End says what follows the last recorded response of a request; zero is
	// [EndRepeatLast]. Responses are replayed in the order in which their
	// requests were started, each once for each tape that is open.
	End End
	// Reuse lets ModeSmart respond with what it has recorded since the tape was
	// opened, as a cache does. Without it, a request that is not on the tape yet is
	// sent and recorded each time until the tape is closed or rewound, as a sequence:
	// a loop that polls ends, and replays as it was.
	Reuse bool
	// Redact adds to the built-in list of secrets, which are masked before a
	// request is compared and before anything is stored.
	Redact redact.Rules

	// Identity says as whom a request is made, "" for nobody in particular. Two
	// that differ share no recording in the modes that send. Nil takes it from
	// the credentials that the request carries; give a function where they
	// rotate, or where a layer inside of the tape sets them. It sees the request
	// with its secrets, but no body, must not change it, and must be safe for
	// concurrent use. The tape keeps a keyed hash.
	Identity func(*http.Request) string

	// Host gives the name of a host, as it stands in a URL, under which a request is
	// compared and recorded, so that a tape does not depend on where its server was:
	// on the port of an httptest.Server, or on staging. What is sent is not changed.
	// It must be safe for concurrent use. Nil leaves each host its own name.
	Host func(host string) string

	// Codings open bodies in content codings other than gzip and deflate, so that
	// secrets in them are masked; a body that cannot be opened keeps its exchange
	// off the tape. Nil is gzip and deflate alone. See module replay/codings.
	Codings []Coding

	// KeepSecrets names what has secrets for its payload, such as a store of
	// passwords: hosts ("vault.test", with a port or for all of them) and patterns
	// of [http.ServeMux] ("GET vault.test/v1/kv/data/{path...}"). The body of a
	// response to such a request is stored as it came, so that it replays: whoever
	// has the file can read it. All else is masked, and a registered literal
	// ([redact.Rules].Literals) keeps the exchange off the tape, as elsewhere.
	// Stats.Unmasked counts these exchanges and Explain warns. Nil keeps none.
	KeepSecrets []string

	// PassThrough names requests that have nothing to do with the tape, as KeepSecrets
	// names them: hosts ("localhost") and patterns ("GET /healthz"). They are sent in
	// every mode, ModeReplay too, and never recorded. Nil is none.
	PassThrough []string
	// RejectUnsafe rejects with [ErrUnsafe] what would be sent with another method
	// than GET, HEAD, OPTIONS and TRACE (RFC 9110 9.2.1), so that recording changes
	// nothing at the server. It does not concern PassThrough and [Off].
	RejectUnsafe bool

	// BeforeRecord is called with each exchange before it is recorded. It may change
	// the response or the fault, such as a date or a long body, and leaves the exchange
	// out by returning false or by setting both to nil; changes of the rest have no
	// effect. The request has its secrets masked; what the function leaves of the
	// response is masked after it. Of a body beyond 32 MiB there may be the length alone
	// (x.MissingBody). It must be safe for concurrent use. Nil changes nothing.
	BeforeRecord func(x *store.Exchange) bool
	// BeforeReplay is called with a copy of each exchange before it is replayed, and
	// may change its response or its fault, such as to make a date that of today.
	// It must not change req, whose body it must not read, and must be safe for
	// concurrent use. A body beyond 32 MiB may be missing, as for BeforeRecord. Nil
	// changes nothing.
	BeforeReplay func(req *http.Request, x *store.Exchange)
	// Fallback is called with each miss that would be returned, and may return a
	// response of its own, or an error, as one with which nothing was sent; nil for
	// both leaves the miss as it is. It must not read the body of the request, and must be safe for
	// concurrent use. Nil is no fallback.
	Fallback func(req *http.Request, miss *MissError) (*http.Response, error)
	// Ordered makes ModeReplay respond only in the order in which the whole tape was
	// recorded: another request than the next one is a miss with the reason MissOrder.
	// After the last exchange, EndCycle begins again, and each other End is a miss.
	// The other modes ignore it.
	Ordered bool

	// Speed replays in the time that recording took, divided by it: the headers, the
	// pieces of a stream, which is a body without a length, and the end of the body; what
	// has a length comes evenly. 1 is as it was, 10 ten times as fast, 0 waits for
	// nothing; the pieces come apart in any case, as their reader got them. A wait ends
	// with the context of the request. A reader that was slow while recording makes a
	// slow recording.
	Speed float64
	// Delay is waited for before each response and each further piece of a body, in
	// place of the recorded times; 0 is Speed.
	Delay time.Duration

	// MaxAge makes exchanges older than it too old, on a text tape from 00:00 UTC of their day on; 0 is no limit.
	MaxAge time.Duration
	// Since makes exchanges started before it too old; zero is no limit. In
	// ModeSmart, a new recording replaces those that are too old.
	Since time.Time
	// Expired says what becomes of exchanges that are too old; zero is
	// [ExpiredMissing].
	Expired Expired
	// DiscardBad leaves out failures and responses of 400 and above: they are
	// not recorded, and on a tape count as missing.
	DiscardBad bool
	// Discard leaves out the responses for which it returns true; nil leaves out
	// nothing. It is called while recording and while replaying, must be safe
	// for concurrent use, and sees no body.
	Discard func(*http.Response) bool
	// Errors records transport errors too, and bodies that break off, so that
	// they are replayed as a store.Fault, and io.ErrUnexpectedEOF of a body as itself. The caller's own cancellation and
	// rejections of inner layers are never recorded as faults; a body that its caller
	// left is recorded up to there without Errors too, and ends with a [store.CutError].
	Errors bool

	// MaxRequest is how many bytes of a request body are kept and compared by
	// meaning; longer ones are compared by their SHA-256. 0 is 1 MiB, math.MaxInt64
	// no limit.
	MaxRequest int64
	// MaxBody is how many bytes a response may have to be recorded; longer ones
	// are passed on and count as TooLong; the ledger has a note, and OnError is
	// called with an error that is an [http.MaxBytesError] too. 0 is 32 MiB,
	// math.MaxInt64 no limit. A text, such as JSON, is held in memory until it ends,
	// since secrets are masked in it. Where the store is a store.PartStore, as a bbolt
	// file is, other bodies go there from 1 MiB on while they are read, and are replayed
	// from there, a part at a time.
	MaxBody int64
	// RestWait is how long Close of a response body waits for an end that its caller
	// has not read, as a decoder that stops at the closing brace; a body that ends later
	// is cut where its caller left: see [store.CutError]. The caller waits as long and holds its slot, for a stream that it
	// closes early too. 0 is 100 ms.
	RestWait time.Duration
	// OnError is called with errors that cannot be returned to a caller: failed
	// writes, withheld exchanges, responses over MaxBody. It runs in the goroutine that found the error,
	// must be safe for concurrent use, must not call methods of the tape that
	// wait for the store (Flush, Close, Prune, Reindex) nor send a request by it, and may be nil: Flush
	// returns the first error since the last Flush as well, and Close the first
	// of all, but for responses over MaxBody.
	OnError func(error)
}

const (
	defaultMaxRequest = 1 << 20
	defaultMaxBody    = 32 << 20
	defaultRestWait   = 100 * time.Millisecond
	maxLimit          = math.MaxInt64 / 16 // a limit is multiplied by eight, and added to
)

func (o Options) withDefaults() Options {
	switch {
	case o.Mode > Off:
		panic(fmt.Sprintf("replay: Options.Mode is unknown: %s", o.Mode))
	case o.End > EndCycle:
		panic(fmt.Sprintf("replay: Options.End is unknown: %s", o.End))
	case o.Match.Ignore&^SDKNoise != 0:
		panic(fmt.Sprintf("replay: Match.Ignore is unknown: %d", o.Match.Ignore))
	case o.Expired > ExpiredRejected:
		panic(fmt.Sprintf("replay: Options.Expired is unknown: %s", o.Expired))
	case !(o.Speed >= 0):
		panic(fmt.Sprintf("replay: Options.Speed is negative: %v", o.Speed))
	case o.Delay < 0:
		panic(fmt.Sprintf("replay: Options.Delay is negative: %v", o.Delay))
	case o.MaxAge < 0:
		panic(fmt.Sprintf("replay: Options.MaxAge is negative: %v", o.MaxAge))
	case o.MaxRequest < 0:
		panic(fmt.Sprintf("replay: Options.MaxRequest is negative: %d", o.MaxRequest))
	case o.MaxBody < 0:
		panic(fmt.Sprintf("replay: Options.MaxBody is negative: %d", o.MaxBody))
	case o.RestWait < 0:
		panic(fmt.Sprintf("replay: Options.RestWait is negative: %v", o.RestWait))
	}
	o.Match = o.Match.compiled()
	chosenBy("KeepSecrets", o.KeepSecrets) // panics on what it cannot read
	chosenBy("PassThrough", o.PassThrough)
	for _, c := range o.Codings {
		if c.Name == "" || c.Name != strings.ToLower(c.Name) || c.NewReader == nil || c.NewWriter == nil {
			panic(fmt.Sprintf("replay: Options.Codings: %q lacks a lower-case name or a function", c.Name))
		}
	}
	if o.MaxRequest == 0 {
		o.MaxRequest = defaultMaxRequest
	}
	if o.MaxBody == 0 {
		o.MaxBody = defaultMaxBody
	}
	if o.RestWait == 0 {
		o.RestWait = defaultRestWait
	}
	o.MaxRequest, o.MaxBody = min(o.MaxRequest, maxLimit), min(o.MaxBody, maxLimit)
	return o
}

// recipe is a fingerprint of everything that goes into a key.
func (o Options) recipe() string { return o.Match.recipe(o.MaxRequest, o.rules()) }

// rules is a fingerprint of the redaction; literals stay out of it, since it
// is written to the tape.
func (o Options) rules() string {
	r := o.Redact
	var b strings.Builder
	for _, list := range [][]string{r.Headers, r.Query, r.Fields, r.Keep} {
		fmt.Fprintf(&b, "%q", sorted(list))
	}
	return b.String()
}

package replay

import (
	"context"
	"strconv"

	"github.com/gracy-go/gracy/layer"
)

// A Mode says where responses come from. It is an override too:
//
//	ctx = transport.With(ctx, replay.Off)        // this call ignores the tape
//	ctx = transport.With(ctx, replay.ModeRecord) // this one is sent and recorded
type Mode uint8

// The modes. The zero value is ModeSmart.
const (
	// ModeSmart responds from the tape. A request that is not there is sent and recorded, each
	// time until the tape is closed, as one sequence (see Options.Reuse). Requests with different
	// credentials share no recording. A request whose credential is a mask of the tape, such as
	// the token of a replayed login, gets what is there if only one credential has recorded it.
	// Otherwise it is a [MissError] and is not sent.
	ModeSmart Mode = iota
	// ModeRecord sends every request. The first exchange that it records for a
	// request, with whatever credential, replaces those of earlier runs.
	ModeRecord
	// ModeReplay responds only from the tape. A request that is not there is a [MissError].
	// Nothing is sent. A credential matters only if the tape holds several for the request.
	ModeReplay
	// Off neither reads nor writes the tape.
	Off
)

// String returns the name in lower case.
func (m Mode) String() string {
	switch m {
	case ModeSmart:
		return "smart"
	case ModeRecord:
		return "record"
	case ModeReplay:
		return "replay"
	case Off:
		return "off"
	}
	return "Mode(" + strconv.Itoa(int(m)) + ")"
}

// Attach makes m the mode of the calls made with the context it returns, as [transport.Override].
// It cannot turn on a tape that was opened with Off. On a tape opened with ModeReplay, modes that
// record mean Off.
func (m Mode) Attach(ctx context.Context) context.Context {
	return layer.WithSetting(ctx, override(m))
}

// override is the mode that is attached to a context.
type override Mode

// Needs says that each mode but [Off] needs the layer.
func (o override) Needs() string {
	if Mode(o) == Off {
		return ""
	}
	return layerName
}

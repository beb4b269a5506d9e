package replay

import (
	"context"
	"strconv"

	"github.com/gracy-go/gracy/layer"
)

// A Mode says where answers come from. It is an override too:
//
//	ctx = transport.With(ctx, replay.Off)    // this call ignores the tape
//	ctx = transport.With(ctx, replay.Record) // this one is asked anew
type Mode uint8

// The modes. The zero value is Smart.
const (
	// Smart answers from the tape; what is not there is asked for and recorded.
	Smart Mode = iota
	// Record asks for everything. The first exchange that it records for a
	// request replaces those of earlier runs.
	Record
	// Replay answers from the tape alone; what is not there is a [MissError].
	// Nothing is sent.
	Replay
	// Off neither reads nor writes the tape.
	Off
)

// String returns the name in lower case.
func (m Mode) String() string {
	switch m {
	case Smart:
		return "smart"
	case Record:
		return "record"
	case Replay:
		return "replay"
	case Off:
		return "off"
	}
	return "Mode(" + strconv.Itoa(int(m)) + ")"
}

// Attach makes m the mode of the calls made with the context it returns, as
// [transport.Override]. It cannot turn on a tape that was opened with Off; on
// one opened with Replay, modes that record read like Off.
func (m Mode) Attach(ctx context.Context) context.Context {
	return layer.WithSetting(ctx, m)
}

// An End says what answers a request whose exchanges have all been replayed.
type End uint8

// The ends of a sequence. The zero value is RepeatLast.
const (
	// RepeatLast gives the last answer again and again. In mode Smart, a
	// sequence that ends in an error, a 429 or a 5xx goes on live instead.
	RepeatLast End = iota
	// Strict gives none: a miss with the reason [Consumed], in mode Smart a
	// live call.
	Strict
	// Cycle begins again with the first.
	Cycle
)

// String returns the name in lower case.
func (e End) String() string {
	switch e {
	case RepeatLast:
		return "repeat last"
	case Strict:
		return "strict"
	case Cycle:
		return "cycle"
	}
	return "End(" + strconv.Itoa(int(e)) + ")"
}

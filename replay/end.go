package replay

import "strconv"

// An End says what follows when all exchanges of a request have been replayed.
type End uint8

// The ends of a sequence. The zero value is EndRepeatLast.
const (
	// EndRepeatLast repeats the last response. In ModeSmart, a request whose
	// sequence ends in an error, a 429 or a 5xx is sent instead.
	EndRepeatLast End = iota
	// EndMiss is a miss with the reason [MissConsumed]. In ModeSmart the request is sent.
	EndMiss
	// EndCycle begins again with the first response.
	EndCycle
)

// String returns the name in lower case.
func (e End) String() string {
	switch e {
	case EndRepeatLast:
		return "repeat last"
	case EndMiss:
		return "miss"
	case EndCycle:
		return "cycle"
	}
	return "End(" + strconv.Itoa(int(e)) + ")"
}

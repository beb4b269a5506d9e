package fault

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// A Kind says what a [Fault] does.
type Kind uint8

// The kinds, each with the constructor that makes it.
const (
	KindPass          Kind = iota // Pass, the zero Fault
	KindStatus                    // Status, RateLimited
	KindRedirect                  // Redirect
	KindInformational             // Informational
	KindUpgrade                   // Upgrade
	KindSlow                      // Slow
	KindHang                      // Hang
	KindReset                     // Reset
	KindResetAfter                // ResetAfter
	KindTruncate                  // Truncate
	KindLie                       // Lie
	KindDrip                      // Drip
	KindEndless                   // Endless
	KindEmpty                     // Empty
	KindRaw                       // Raw, Garbage
	kinds                         // the number of kinds
)

var kindNames = [kinds]string{
	"pass", "status", "redirect", "informational", "upgrade", "slow", "hang", "reset",
	"reset-after", "truncate", "lie", "drip", "endless", "empty", "raw",
}

// String returns the kind in lower case, such as "reset-after".
func (k Kind) String() string {
	if k < kinds {
		return kindNames[k]
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// A Fault is one way to misbehave. With the zero Fault the inner handler responds. Values are
// immutable, so plans may share them.
type Fault struct {
	kind   Kind
	delay  time.Duration // the time before the response, or between two bytes of it
	status int
	codes  []int
	header http.Header
	text   string
	n      int
}

// Kind returns the kind of the fault.
func (f Fault) Kind() Kind { return f.kind }

// String returns the kind with its number, for the names of tests.
func (f Fault) String() string {
	switch f.kind {
	case KindStatus, KindRedirect:
		return fmt.Sprintf("%s %d", f.kind, f.status)
	case KindInformational:
		return fmt.Sprintf("%s %v", f.kind, f.codes)
	case KindResetAfter, KindTruncate, KindLie:
		return fmt.Sprintf("%s %d", f.kind, f.n)
	case KindSlow, KindDrip:
		return fmt.Sprintf("%s %v", f.kind, f.delay)
	}
	return f.kind.String()
}

// Pass returns the zero [Fault]. In a script it lets the request through.
func Pass() Fault { return Fault{} }

// Status responds with status (200 to 599) and a short text instead of the inner handler. header
// has alternating names and values. Status panics if their number is odd.
func Status(status int, header ...string) Fault {
	if status < 200 || status > 599 {
		panic(fmt.Sprintf("fault: Status(%d): want 200 to 599; see Informational and Upgrade for 1xx", status))
	}
	if len(header)%2 != 0 {
		panic("fault: Status: header names and values must come in pairs")
	}
	h := http.Header{}
	for i := 0; i < len(header); i += 2 {
		h.Add(header[i], header[i+1])
	}
	return Fault{kind: KindStatus, status: status, header: h}
}

// RateLimited responds with 429 and Retry-After in whole seconds, rounded up. Unlike [Quota] it
// counts nothing.
func RateLimited(retryAfter time.Duration) Fault {
	return Status(http.StatusTooManyRequests, "Retry-After", strconv.FormatInt(seconds(retryAfter), 10))
}

// Redirect responds with status 301, 302, 303, 307 or 308 and location, which may
// be on another origin. An empty location is the request's own URL: a loop.
func Redirect(status int, location string) Fault {
	switch status {
	case 301, 302, 303, 307, 308:
	default:
		panic(fmt.Sprintf("fault: Redirect(%d): want 301, 302, 303, 307 or 308", status))
	}
	return Fault{kind: KindRedirect, status: status, text: location}
}

// Informational sends the 1xx codes (not 101) in order and then lets the inner handler respond. 103
// carries a Link header (RFC 8297 section 2).
func Informational(codes ...int) Fault {
	if len(codes) == 0 {
		panic("fault: Informational: no codes")
	}
	for _, c := range codes {
		if c < 100 || c > 199 || c == http.StatusSwitchingProtocols {
			panic(fmt.Sprintf("fault: Informational(%d): want 1xx, not 101; see Upgrade", c))
		}
	}
	return Fault{kind: KindInformational, codes: append([]int(nil), codes...)}
}

// Upgrade responds with 101 and the protocol that the request names, or "echo" if it names none. It
// sends back every byte until the client ends its side (RFC 9110 section 15.2.2).
func Upgrade() Fault { return Fault{kind: KindUpgrade} }

// Slow waits d before the inner handler runs, or until the client disconnects.
func Slow(d time.Duration) Fault {
	mustBePositive("Slow", d)
	return Fault{kind: KindSlow, delay: d}
}

// Hang never responds. It ends when the client disconnects or the server closes.
func Hang() Fault { return Fault{kind: KindHang} }

// Reset resets the TCP connection before the first byte of a response.
func Reset() Fault { return Fault{kind: KindReset} }

// ResetAfter sends the headers and n bytes of the inner handler's body and resets the connection.
// It sends a shorter body whole and then resets.
func ResetAfter(n int) Fault { return Fault{kind: KindResetAfter, n: mustCount("ResetAfter", n)} }

// Truncate sends n bytes of the inner handler's body with the Content-Length of the whole body, and
// closes the connection in an orderly way.
func Truncate(n int) Fault { return Fault{kind: KindTruncate, n: mustCount("Truncate", n)} }

// Lie sends the inner handler's whole body and closes. Its Content-Length is delta too large, or
// too small if delta is negative, but never below 0.
func Lie(delta int) Fault {
	if delta == 0 {
		panic("fault: Lie(0): the length is right; use Pass")
	}
	return Fault{kind: KindLie, n: delta}
}

// Drip sends the inner handler's headers at once and its body byte by byte, with a wait of every
// between two bytes.
func Drip(every time.Duration) Fault {
	mustBePositive("Drip", every)
	return Fault{kind: KindDrip, delay: every}
}

// Endless responds with 200 and a body that ends only when the client disconnects
// or the server closes.
func Endless() Fault { return Fault{kind: KindEndless} }

// Empty closes the connection in an orderly way without sending a byte.
func Empty() Fault { return Fault{kind: KindEmpty} }

// Raw writes text to the connection unchanged and closes it. It is for two lengths, bad chunks,
// broken headers.
func Raw(text string) Fault { return Fault{kind: KindRaw, text: text} }

// Garbage returns a [Raw] fault whose text no HTTP client can read as a response.
func Garbage() Fault { return Raw("\x00\x16\x03\xffnot HTTP at all\r\n\r\n") }

func mustBePositive(name string, d time.Duration) {
	if d <= 0 {
		panic(fmt.Sprintf("fault: %s(%v): want a positive duration", name, d))
	}
}

func mustCount(name string, n int) int {
	if n < 0 {
		panic(fmt.Sprintf("fault: %s(%d): want 0 or more bytes", name, n))
	}
	return n
}

// seconds rounds up, so that a client that waits for Retry-After is not early.
func seconds(d time.Duration) int64 {
	return int64(max(0, d)+time.Second-1) / int64(time.Second)
}

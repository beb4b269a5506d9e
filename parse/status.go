package parse

import (
	"fmt"
	"net/http"
	"strconv"
)

// A Status is a status code, or a class of them, in rules and in errors.Is:
//
//	errors.Is(err, parse.Status(404))
//	errors.Is(err, parse.ServerError)
//
// A class has a constant: [ClientError] is any 4xx. A number below 100 is not a status: Status(4)
// matches no error, and a rule panics on it.
type Status int //nolint:errname // reads as parse.Status(404)

// The classes of statuses, RFC 9110, section 15.
const (
	Informational Status = class + 1 //nolint:errname // the class 1xx
	Success       Status = class + 2 //nolint:errname // the class 2xx
	Redirection   Status = class + 3 //nolint:errname // the class 3xx
	ClientError   Status = class + 4 //nolint:errname // the class 4xx
	ServerError   Status = class + 5 //nolint:errname // the class 5xx
)

// class is added to the number of a class. No server can send such a number as a status, so the two
// are never confused.
const class = 1 << 16

// Error makes a Status a target of errors.Is: see [StatusError].
func (s Status) Error() string { return "status " + s.String() }

// String returns "404 Not Found", or "4xx" for a class.
func (s Status) String() string {
	if s.isClass() {
		return strconv.Itoa(int(s-class)) + "xx"
	}
	if t := http.StatusText(int(s)); t != "" {
		return strconv.Itoa(int(s)) + " " + t
	}
	return strconv.Itoa(int(s))
}

func (s Status) isClass() bool { return Informational <= s && s <= ServerError }

func (s Status) isCode() bool { return 100 <= s && s <= 999 }

// codes returns the status codes that s stands for.
func (s Status) codes() codes {
	if s.isClass() {
		return codes{int(s-class) * 100, int(s-class)*100 + 99}
	}
	return codes{int(s), int(s)}
}

// mustStatus panics if a code is neither a status nor a class.
func mustStatus(rule string, codes ...Status) {
	if len(codes) == 0 {
		panic("parse: " + rule + ": no status")
	}
	for _, c := range codes {
		if !c.isCode() && !c.isClass() {
			panic(fmt.Sprintf("parse: %s: %d is neither a status nor a class", rule, int(c)))
		}
	}
}

// codes are the status codes from lo to hi.
type codes struct{ lo, hi int }

func (c codes) contains(code int) bool { return c.lo <= code && code <= c.hi }

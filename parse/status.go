package parse

import (
	"fmt"
	"net/http"
	"strconv"
)

// A Status is a status code in rules and in errors.Is:
//
//	errors.Is(err, parse.Status(404))
//
// The numbers 1 to 5 stand for a class: [ClientError] is any 4xx.
type Status int //nolint:errname // reads as parse.Status(404)

// The classes of statuses, RFC 9110, section 15.
const (
	Informational Status = 1 //nolint:errname // a class of statuses
	Success       Status = 2 //nolint:errname // a class of statuses
	Redirection   Status = 3 //nolint:errname // a class of statuses
	ClientError   Status = 4 //nolint:errname // a class of statuses
	ServerError   Status = 5 //nolint:errname // a class of statuses
)

// Error makes a Status a target of errors.Is; see [StatusError].
func (s Status) Error() string { return "status " + s.String() }

// String returns "404 Not Found", or "4xx" for a class.
func (s Status) String() string {
	if s >= 1 && s <= 5 {
		return strconv.Itoa(int(s)) + "xx"
	}
	if t := http.StatusText(int(s)); t != "" {
		return strconv.Itoa(int(s)) + " " + t
	}
	return strconv.Itoa(int(s))
}

// anyStatus stands for every status.
const anyStatus Status = 0 //nolint:errname // not an error of its own

// span returns the codes that s stands for.
func (s Status) span() (lo, hi int) {
	switch {
	case s == anyStatus:
		return 0, 999
	case s <= 5:
		return int(s) * 100, int(s)*100 + 99
	}
	return int(s), int(s)
}

func (s Status) covers(code int) bool {
	lo, hi := s.span()
	return lo <= code && code <= hi
}

// mustStatus panics on what is neither a code nor a class.
func mustStatus(rule string, codes ...Status) {
	if len(codes) == 0 {
		panic("parse: " + rule + ": no status")
	}
	for _, c := range codes {
		if c < 1 || c > 5 && c < 100 || c > 999 {
			panic(fmt.Sprintf("parse: %s: %d is neither a status nor a class", rule, int(c)))
		}
	}
}

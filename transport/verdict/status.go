package verdict

import "net/http"

// A StatusClass is what a status code says to the layers that act on one. The
// zero StatusClass says nothing: the response is final.
type StatusClass struct {
	// Retryable says that another attempt may get another response.
	Retryable bool
	// Pause says that the response pauses its scope if it carries a hint. A 429 does so without
	// one, too.
	Pause bool
	// Overload says that the server has more requests than it can serve, which an
	// adaptive limit on concurrency learns from.
	Overload bool
}

// Status returns the class of a status code:
//
//	status                   retryable  pause  overload
//	403                                 yes
//	408 425 500 502          yes
//	429                      yes        yes    yes
//	503                      yes        yes    yes
//	504 529                  yes               yes
//
// Every other code has the zero StatusClass. 529 is what several APIs send for an
// overload that is not the caller's.
func Status(code int) StatusClass {
	switch code {
	case http.StatusForbidden:
		return StatusClass{Pause: true}
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusInternalServerError, http.StatusBadGateway:
		return StatusClass{Retryable: true}
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return StatusClass{Retryable: true, Pause: true, Overload: true}
	case http.StatusGatewayTimeout, 529:
		return StatusClass{Retryable: true, Overload: true}
	}
	return StatusClass{}
}

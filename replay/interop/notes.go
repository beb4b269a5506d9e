package interop

// notes returns what is true of every file of a format. A report says it once.
func notes(f Format) []string {
	const (
		noTime     = "the file has no times: an exchange without one gets that of its import"
		noProtocol = "the file has no protocol: HTTP/1.1 is assumed"
		noTrailers = "the file has no trailers"
		noReason   = "the file has no reason phrases: those of the status codes are used"
	)
	switch f {
	case GoVCR:
		return []string{noTime, "the duration is the time to the headers, and stands for the whole call too", "form is not read: it is not what was sent"}
	case VCRPy:
		return []string{noTime, noProtocol, noTrailers}
	case RubyVCR:
		return []string{noProtocol, noTrailers, "the values of a repeated header are sorted", "the hook of WebMock sorts the names of the query and keeps the last value of a repeated one: a request with the other values is not found"}
	case Betamax:
		return []string{"the times have no zone: they are taken as UTC", noProtocol, noTrailers}
	case Nock:
		return []string{noTime, noProtocol, noReason, noTrailers, `the values of a repeated header are joined by ", "`}
	case Polly:
		return []string{noTrailers, "Polly rewrites the query before it sends it: a request with equal names in another order is not found", `the values of a repeated header, except Set-Cookie, are joined by ", "`}
	case HAR:
		return []string{noTrailers + ", except those of WriteHAR", "an empty reason phrase becomes that of the status code, an unknown protocol becomes HTTP/1.1"}
	case JSON:
	}
	return nil
}

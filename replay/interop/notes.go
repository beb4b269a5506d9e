package interop

// notes returns what holds for all that a format has, which a report says once.
func notes(f Format) []string {
	const (
		noTime     = "the file has no times: an exchange without one is as old as its import"
		noProtocol = "the file has no protocol: it is HTTP/1.1"
		noTrailers = "the file has no trailers"
		noReason   = "the file has no reason phrases: they are those of the status code"
	)
	switch f {
	case GoVCR:
		return []string{noTime, "the duration is that to the headers, and stands for the whole too", "form is not read: it is not what was sent"}
	case VCRPy:
		return []string{noTime, noProtocol, noTrailers}
	case RubyVCR:
		return []string{noProtocol, noTrailers, "the values of a repeated header are sorted", "the hook of WebMock sorts the names of the query and keeps the last value of a repeated one: a request with the others is another"}
	case Betamax:
		return []string{"the times have no zone: they are taken as UTC", noProtocol, noTrailers}
	case Nock:
		return []string{noTime, noProtocol, noReason, noTrailers, `the values of a repeated header are one, joined by ", "`}
	case Polly:
		return []string{noTrailers, "Polly rewrites the query before it sends it: a request with another order of equal names is another", `the values of a repeated header, but for Set-Cookie, are one, joined by ", "`}
	case HAR:
		return []string{noTrailers + ", but for those of WriteHAR", "a reason phrase that is empty is that of the status code, an unknown protocol HTTP/1.1"}
	case JSON:
	}
	return nil
}

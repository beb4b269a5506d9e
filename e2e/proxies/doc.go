// Command proxies sends calls through real reverse proxies and counts at the origin what arrives.
// It starts the proxies on loopback ports, with files in a temporary folder, and ends them by their
// process ids:
//
//	make e2e-proxies
//
// It prints a row for each case and kind of request. It fails if a promise is broken: a POST
// without a key arrives twice because of us, a POST is sent again after an EOF, or a POST from a
// pipe fails over HTTP/2 although the proxy said that it had not processed it. docs/proxies.md
// describes what else proxies do to calls.
package main

// Command proxies sends calls through real reverse proxies and counts at the origin what
// arrived. It starts them on ports of loopback, with files in a temporary folder, and
// ends them by their process ids:
//
//	make e2e-proxies
//
// It prints a row per case and kind of request, and fails if a promise is broken: a POST
// without a key arrives twice by our doing, a POST is sent again after an EOF, or a POST
// from a pipe fails over HTTP/2 where the proxy said that it had not processed it. What
// else a proxy does to a call is in docs/proxies.md.
package main

// Package http3 runs the layers over HTTP/3: an http3.Transport of quic-go as the base, and a server
// of its on loopback. What quic-go reports in its own errors and by its own traces must mean the same
// to the layers as what net/http reports.
package http3

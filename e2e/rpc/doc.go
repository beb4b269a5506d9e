// Package rpc runs clients of Connect, gRPC and gRPC-Web, as connectrpc.com/connect has them, over the
// layers, against servers of it with and without TLS. Calls of all four kinds must be what they are
// without the layers: unary, a stream of either side, and both at once.
package rpc

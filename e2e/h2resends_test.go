//go:build !go1.27

package e2e

// resendsProtocolError is whether net/http sends a request again whose stream ended with PROTOCOL_ERROR
// (golang/go#47635), though that does not say that nothing was done.
const resendsProtocolError = true

//go:build go1.27

package e2e

// resendsProtocolError is false, because since Go 1.27 the call fails as with any other code.
const resendsProtocolError = false

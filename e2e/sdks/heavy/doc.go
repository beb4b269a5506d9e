// Package heavy runs SDKs over the stack as package sdks does. It has the SDKs that take minutes to
// build:
//
//	make e2e-all
package heavy

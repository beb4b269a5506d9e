// Package heavy runs SDKs over the stack as package sdks does, those that take minutes
// to build:
//
//	make e2e-all
package heavy

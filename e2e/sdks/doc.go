// Package sdks runs SDKs of others over the stack: package harness says what is
// checked, a file of this package what an SDK needs for it, and docs/sdks.md what its
// users should know, as the tests saw it.
//
//	make e2e-all
//
// runs these and those of the module heavy inside it, whose SDKs take minutes to build.
// Both are modules of their own, so that no SDK is a requirement of the library.
package sdks

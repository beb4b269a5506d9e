// Package sdks runs third-party SDKs over the stack. Package harness has the checks, each file of
// this package has what one SDK needs for them, and docs/sdks.md has what its users should know, as
// seen by the tests.
//
//	make e2e-all
//
// runs these tests and those of the module heavy, whose SDKs take minutes to build. Both are
// modules of their own, so that the library requires no SDK.
package sdks

// Package sharedtest tests storages of tapes that several processes have open at once. It covers
// what the modules replay/sqlite, replay/postgres and replay/mongodb promise beyond what package
// storetest tests of every storage. It also holds what else their tests share: a relay in front of
// a server, and benchmarks.
package sharedtest

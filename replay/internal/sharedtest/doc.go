// Package sharedtest tests what a storage of tapes does that several processes have open at once: what those of
// modules replay/sqlite, replay/postgres and replay/mongodb promise beyond what package storetest asks of all.
// It holds what else their tests share: a relay before a server, and the benchmark.
package sharedtest

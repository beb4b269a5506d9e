// Package storetest tests a storage of tapes. It tests what [store.Store] promises, with the index
// that a tape adds if the storage has none, and the further interfaces of package store
// that the storage implements. It is for authors of a storage and takes one line:
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, func(dir string) (store.Store, error) { return mystore.Open(filepath.Join(dir, "tape")) })
//	}
//
// A case that fails names what the storage did and what it should do. Run the suite under the race
// detector as well, which finds more.
//
// # What it does not test
//
// It does not test what a crash loses, whether a failed batch is undone, whether damage is noticed,
// who else may have the tape open, how fast it is, and how soon a lookup that already waits ends
// with its context. They depend on where the storage keeps its bytes.
package storetest

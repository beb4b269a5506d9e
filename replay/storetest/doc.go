// Package storetest tests a storage of tapes: what [store.Store] says that it does, with the
// index that a tape gives it where it has none, and store.Deleter, store.IndexStore and
// store.PartStore where it is one. It is for those who write a storage, and takes a line:
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, func(dir string) (store.Store, error) { return mystore.Open(filepath.Join(dir, "tape")) })
//	}
//
// A case that fails names what the storage did and what it should do. The suite runs
// under the race detector as well, which finds more.
//
// # What it does not test
//
// What a crash loses, whether a batch that fails is undone, whether damage is noticed,
// who else may have the tape open, and how fast it is: they depend on where the storage
// keeps its bytes.
package storetest

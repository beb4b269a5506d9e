package transport

// A Delayer is a layer that can make a request wait before it hands it on. A
// layer further out that counts sends looks for one among the layers below it
// ([Layers]): what it counted before such a wait, it must count again after it.
type Delayer interface {
	// Waiting returns how many requests wait now.
	Waiting() int
}

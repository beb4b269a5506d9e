package layer

// A Delayer is a layer that can make a request wait before it hands it on. An
// outer layer that counts sends looks for one among the inner layers: what
// it counted before such a wait, it must count again after it.
type Delayer interface {
	// Waiting returns how many requests wait now.
	Waiting() int
}

package layer

// A Delayer is a layer that can make a request wait before it hands it on. An outer layer that
// counts sends looks for one among the inner layers. It must count again after such a wait what it
// counted before.
type Delayer interface {
	// Waiting returns how many requests wait now.
	Waiting() int
}

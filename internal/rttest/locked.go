package rttest

import "io"

// Locked returns a body that closes only after its Read has returned, as the request bodies of an http.Server do. In a
// bubble of synctest a Close that waits for that is durably blocked.
func Locked(body io.ReadCloser) io.ReadCloser { return locked{body, make(chan struct{}, 1)} }

type locked struct {
	body io.ReadCloser
	turn chan struct{} // it has an element during a Read and a Close
}

func (l locked) Read(p []byte) (int, error) {
	l.turn <- struct{}{}
	defer func() { <-l.turn }()
	return l.body.Read(p)
}

func (l locked) Close() error {
	l.turn <- struct{}{}
	defer func() { <-l.turn }()
	return l.body.Close()
}

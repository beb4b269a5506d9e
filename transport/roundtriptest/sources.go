package roundtriptest

import "io"

// atEnd calls do when its reader first returns io.EOF.
type atEnd struct {
	r  io.Reader
	do func()
}

func (a *atEnd) Read(p []byte) (int, error) {
	n, err := a.r.Read(p)
	if err == io.EOF && a.do != nil {
		a.do()
		a.do = nil
	}
	return n, err
}

// together returns the last bytes and the error in one Read, as io.Reader allows.
type together struct {
	data []byte
	err  error
}

func (t *together) Read(p []byte) (int, error) {
	n := copy(p, t.data)
	t.data = t.data[n:]
	if len(t.data) == 0 {
		return n, t.err
	}
	return n, nil
}

// uneven returns at most 1, 2, 3, ... bytes per Read, and sometimes none.
type uneven struct {
	r io.Reader
	n int
}

func (u *uneven) Read(p []byte) (int, error) {
	u.n = (u.n + 1) % 701
	return u.r.Read(p[:min(len(p), u.n)])
}

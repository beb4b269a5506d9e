package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/replay/store/bolt"
	"github.com/gracy-go/gracy/replay/store/text"
)

func isText(path string) bool { return strings.EqualFold(filepath.Ext(path), ".json") }

// read opens a tape for reading alone.
func read(path string) (store.IndexStore, error) {
	if isText(path) {
		return text.OpenReadOnly(path)
	}
	return bolt.OpenReadOnly(path)
}

// change opens a tape that is there for writing.
func change(path string) (store.IndexStore, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, err
	}
	return create(path)
}

// create opens a tape for writing and makes it if it is not there.
func create(path string) (store.IndexStore, error) {
	if isText(path) {
		return text.Open(path)
	}
	return bolt.Open(path)
}

// free returns an error if there is something at a path already.
func free(path string) error {
	_, err := os.Lstat(path)
	switch {
	case err == nil:
		return fmt.Errorf("%s is there already: remove it, or give another name", path)
	case errors.Is(err, fs.ErrNotExist):
		return nil
	}
	return err
}

// wholeBody returns the body of the response of an exchange, which the store may have in
// parts.
func wholeBody(s store.Store, x *store.Exchange) ([]byte, error) {
	if x.Response == nil || x.MissingBody() == 0 {
		if x.Response == nil {
			return nil, nil
		}
		return x.Response.Body, nil
	}
	parts, ok := s.(store.PartStore)
	if !ok {
		return nil, fmt.Errorf("the body of %d bytes is kept apart", x.MissingBody())
	}
	var body []byte
	for number := 0; int64(len(body)) < x.MissingBody(); number++ {
		b, err := parts.Part(x.ID, number)
		if err != nil {
			return nil, err
		}
		if len(b) == 0 {
			return nil, &store.FormatError{Reason: "damaged tape: a part of a body is missing"}
		}
		body = append(body, b...)
	}
	return body, nil
}

// length returns how long the body of the response is.
func length(x *store.Exchange) int64 {
	if x.Response == nil {
		return 0
	}
	return max(x.MissingBody(), int64(len(x.Response.Body)))
}

package report

import (
	"errors"
	"io"
	"testing"
)

type broken struct{}

var errBroken = errors.New("disk full")

func (broken) Write([]byte) (int, error) { return 0, errBroken }

func TestTheErrorOfTheWriterIsReturned(t *testing.T) {
	for name, write := range map[string]func(io.Writer, ...Source) error{"table": Table, "list": List, "markdown": Markdown, "csv": CSV, "json": JSON} {
		if err := write(broken{}, pokeapi()); !errors.Is(err, errBroken) {
			t.Errorf("%s: error %v, want that of the writer", name, err)
		}
	}
}

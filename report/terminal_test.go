package report

import (
	"bytes"
	"os"
	"testing"
)

func TestColorsFollowTheConventions(t *testing.T) {
	for _, tt := range []struct {
		terminal bool
		env      map[string]string
		want     bool
	}{
		{true, nil, true},
		{false, nil, false},
		{true, map[string]string{"NO_COLOR": "1"}, false},
		{true, map[string]string{"TERM": "dumb"}, false},
		{false, map[string]string{"CLICOLOR_FORCE": "1"}, true},
		{false, map[string]string{"CLICOLOR_FORCE": "0"}, false},
		{true, map[string]string{"TERM": "dumb", "CLICOLOR_FORCE": "1"}, true},
		{true, map[string]string{"NO_COLOR": "1", "CLICOLOR_FORCE": "1"}, false},
	} {
		if got := colored(tt.terminal, func(k string) string { return tt.env[k] }); got != tt.want {
			t.Errorf("terminal %v, %v: %v", tt.terminal, tt.env, got)
		}
	}
}

func TestTheWidthIsThatOfCOLUMNSOrEighty(t *testing.T) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = null.Close() }()
	none := func(string) string { return "" }
	if got, want := styleOf(null, none), (style{width: defaultWidth}); got != want {
		t.Errorf("%+v, want %+v: no terminal", got, want)
	}
	if got, want := styleOf(&bytes.Buffer{}, none), (style{width: defaultWidth}); got != want {
		t.Errorf("%+v, want %+v: no file", got, want)
	}
	for columns, want := range map[string]int{"132": 132, "0": defaultWidth, "-3": defaultWidth, "wide": defaultWidth} {
		if got := styleOf(null, func(k string) string { return map[string]string{"COLUMNS": columns}[k] }).width; got != want {
			t.Errorf("COLUMNS=%s: %d, want %d", columns, got, want)
		}
	}
}

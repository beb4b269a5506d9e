package main

import (
	"io"
	"os"
)

// paint colors text if it is true.
type paint bool

// paintOf returns whether w shows colors. env is os.Getenv, except in tests. It follows NO_COLOR,
// CLICOLOR_FORCE and TERM=dumb.
func paintOf(w io.Writer, env func(string) string) paint {
	terminal := false
	if f, ok := w.(*os.File); ok {
		info, err := f.Stat()
		terminal = err == nil && info.Mode()&os.ModeCharDevice != 0 && env("TERM") != "dumb"
	}
	force := env("CLICOLOR_FORCE")
	return paint(env("NO_COLOR") == "" && (terminal || force != "" && force != "0"))
}

func (p paint) bold(s string) string  { return p.with("1", s) }
func (p paint) dim(s string) string   { return p.with("2", s) }
func (p paint) red(s string) string   { return p.with("31", s) }
func (p paint) green(s string) string { return p.with("32", s) }

func (p paint) with(code, s string) string {
	if !p || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

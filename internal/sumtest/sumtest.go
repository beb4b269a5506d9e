// Package sumtest finds fields that a hand-written sum of two structs forgets. Such a sum still
// compiles when a field is added to the struct.
//
// A field is named by its type and its own name, "Row.Calls". Fields that a sum does not add, but
// joins in another way, are listed as exceptions and need tests of their own. Strings and booleans
// are never added and need no exception.
package sumtest

import (
	"fmt"
	"reflect"
	"slices"
	"time"
)

// Fill sets every number that the pointer p leads to, also in nested structs, to a different value
// of at least start. Slices get one element. The exceptions are not set.
func Fill(p any, start int, except ...string) {
	fill(reflect.ValueOf(p).Elem(), &start, except)
}

func fill(v reflect.Value, next *int, except []string) {
	switch {
	case v.CanInt():
		v.SetInt(int64(*next))
		*next++
	case v.CanUint():
		v.SetUint(uint64(*next))
		*next++
	case v.CanFloat():
		v.SetFloat(float64(*next))
		*next++
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), next, except)
	case v.Kind() == reflect.Struct && v.Type() != reflect.TypeFor[time.Time]():
		for i := range v.NumField() {
			if !slices.Contains(except, name(v, i)) {
				fill(v.Field(i), next, except)
			}
		}
	}
}

// Forgotten returns a complaint for each field of sum that is not the sum of those of a and b and
// is not an exception. It also reports an exception that names no field, and a field of a kind that
// cannot be added.
func Forgotten(a, b, sum any, except ...string) []string {
	f := &finder{except: except, met: map[string]bool{}}
	f.walk(reflect.TypeOf(sum).Name(), reflect.ValueOf(a), reflect.ValueOf(b), reflect.ValueOf(sum))
	for _, name := range except {
		if !f.met[name] {
			f.report(name, "there is no such field")
		}
	}
	return f.faults
}

type finder struct {
	except []string
	met    map[string]bool // the exceptions that were met
	faults []string
}

func (f *finder) report(path, format string, args ...any) {
	f.faults = append(f.faults, path+": "+fmt.Sprintf(format, args...))
}

func (f *finder) walk(path string, a, b, sum reflect.Value) {
	switch {
	case sum.CanInt():
		if want := a.Int() + b.Int(); sum.Int() != want {
			f.report(path, "%d, want %d", sum.Int(), want)
		}
	case sum.CanUint():
		if want := a.Uint() + b.Uint(); sum.Uint() != want {
			f.report(path, "%d, want %d", sum.Uint(), want)
		}
	case sum.CanFloat():
		if want := a.Float() + b.Float(); sum.Float() != want {
			f.report(path, "%v, want %v", sum.Float(), want)
		}
	case sum.Kind() == reflect.Slice:
		if a.Len() != sum.Len() || b.Len() != sum.Len() {
			f.report(path, "%d elements, those of %d and %d", sum.Len(), a.Len(), b.Len())
			return
		}
		for i := range sum.Len() {
			f.walk(fmt.Sprintf("%s[%d]", path, i), a.Index(i), b.Index(i), sum.Index(i))
		}
	case sum.Kind() == reflect.Struct && sum.Type() != reflect.TypeFor[time.Time]():
		for i := range sum.NumField() {
			if n := name(sum, i); slices.Contains(f.except, n) {
				f.met[n] = true
				continue
			}
			f.walk(path+"."+sum.Type().Field(i).Name, a.Field(i), b.Field(i), sum.Field(i))
		}
	case sum.Kind() == reflect.String || sum.Kind() == reflect.Bool:
	default:
		f.report(path, "%s cannot be added: name an exception", sum.Type())
	}
}

// name returns the name of field i of the struct v.
func name(v reflect.Value, i int) string { return v.Type().Name() + "." + v.Type().Field(i).Name }

package ctxerr

import (
	"errors"
	"reflect"
)

// Is is errors.Is for a target that a third party has made. errors.Is panics if the target is a struct
// or an array in which there is a value that cannot be compared, such as an error that is a slice. Is
// then reports false, as errors.Is does for a target that is a slice.
func Is(err, target error) bool {
	return (target == nil || reflect.ValueOf(target).Comparable()) && errors.Is(err, target)
}

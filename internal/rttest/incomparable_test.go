package rttest_test

import (
	"errors"
	"reflect"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
)

func TestIncomparableCannotBeCompared(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("errors.Is has compared it")
		}
	}()
	err := rttest.Incomparable()
	_ = errors.Is(err, err)
	t.Errorf("comparable: %v", reflect.ValueOf(err).Comparable())
}

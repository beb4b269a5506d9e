package transport_test

import (
	"errors"
	"net/http"
	"reflect"
	"testing"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

// Every field of a layer's event reaches the caller's, except the kind, which the place of the
// function determines.
func TestEventOfForgetsNoField(t *testing.T) {
	from, to := reflect.TypeFor[layer.Event](), reflect.TypeFor[transport.Event]()
	if from.NumField() != to.NumField()+1 {
		t.Errorf("a layer's event has %d fields and the caller's %d, want one less", from.NumField(), to.NumField())
	}
	for f := range from.Fields() {
		if _, ok := to.FieldByName(f.Name); !ok && f.Name != "Kind" {
			t.Errorf("the caller's event has no field %s", f.Name)
		}
	}
	e := layer.Event{
		Layer: "throttle", Call: new(layer.Call), Attempt: new(layer.Attempt), How: layer.Quota, Wait: 1, Limit: 2, Per: 3, Count: 4,
		Response: &http.Response{}, Err: errors.New("boom"), Text: "rule",
	}
	v := reflect.ValueOf(transport.EventOf(e))
	for i := range v.NumField() {
		if v.Field(i).IsZero() {
			t.Errorf("the field %s was not taken over", v.Type().Field(i).Name)
		}
	}
}

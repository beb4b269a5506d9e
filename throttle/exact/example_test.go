package exact_test

import (
	"context"
	"fmt"
	"time"

	"github.com/gracy-go/gracy/throttle/exact"
)

func ExampleNewStore() {
	store := exact.NewStore(2, time.Minute) // a limiter.Store of go-limiter
	ctx := context.Background()
	for range 3 {
		_, left, _, ok, err := store.Take(ctx, "tenant")
		fmt.Println(ok, left, err)
	}
	// Output:
	// true 1 <nil>
	// true 0 <nil>
	// false 0 <nil>
}

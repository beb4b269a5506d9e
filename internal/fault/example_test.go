package fault_test

import (
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/gracy-go/gracy/internal/fault"
)

// The first request gets a 429, the second response is truncated, the third is complete.
func ExampleHandler() {
	inner := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") })
	faults := fault.Handler(inner, fault.Plan{Scripts: []fault.Script{
		{Route: "GET /greeting", Faults: []fault.Fault{fault.RateLimited(time.Minute), fault.Truncate(2)}},
	}})
	server, err := fault.Start(faults)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()

	for range 3 {
		resp, err := http.Get(server.URL + "/greeting")
		if err != nil {
			fmt.Println(err)
			return
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		fmt.Printf("%d %q %v\n", resp.StatusCode, body, err)
	}
	fmt.Println(faults.Injected(), "injected")
	// Output:
	// 429 "Too Many Requests\n" <nil>
	// 200 "he" unexpected EOF
	// 200 "hello" <nil>
	// 2 injected
}

func ExampleQuota() {
	quota := fault.NewQuota(fault.Limit{N: 2, Per: time.Hour})
	for range 3 {
		_, ok := quota.Arrive()
		fmt.Println(ok)
	}
	fmt.Printf("%+v\n", quota.Counts())
	// Output:
	// true
	// true
	// false
	// {Arrivals:3 Admitted:2 Violations:1}
}

package timeout_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/gracy-go/gracy/timeout"
)

func Example() {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
		<-req.Context().Done() // it never responds
	}))
	defer server.Close()
	client := &http.Client{Transport: timeout.New(timeout.Config{Total: 20 * time.Millisecond}).Wrap(nil)}

	_, err := client.Get(server.URL)
	fmt.Println(errors.Is(err, timeout.ErrTotal))
	if e, ok := errors.AsType[*timeout.Error](err); ok {
		fmt.Println(e)
	}
	// Output:
	// true
	// timeout: no response within 20ms
}

package transport_test

import (
	"context"
	"fmt"
	"net/http"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/transport"
)

func ExampleWithExpect() {
	rt := rttest.Pass("layer").Wrap(rttest.Respond(404, "no such thing"))
	ctx := transport.WithExpect(context.Background(), transport.Expect{Status: []int{http.StatusNotFound}})
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://api.test/things/7", nil)
	resp, err := (&http.Client{Transport: rt}).Do(req)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	fmt.Println(resp.StatusCode, transport.AttemptOf(resp).Verdict())
	// Output: 404 ok
}

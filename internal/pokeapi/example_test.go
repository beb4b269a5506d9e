package pokeapi_test

import (
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/gracy-go/gracy/internal/fault"
	"github.com/gracy-go/gracy/internal/pokeapi"
)

func ExampleStart() {
	server, err := pokeapi.Start(pokeapi.Options{Quota: fault.Limit{N: 2, Per: time.Hour}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()

	for range 3 {
		resp, err := http.Get(server.Base() + "generation/1")
		if err != nil {
			fmt.Println(err)
			return
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		fmt.Printf("%d %q\n", resp.StatusCode, resp.Header.Get("Retry-After"))
	}
	fmt.Printf("%+v\n", server.Counts().Quota)
	// Output:
	// 200 ""
	// 200 ""
	// 429 "3600"
	// {Arrivals:3 Admitted:2 Violations:1}
}

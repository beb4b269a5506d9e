package main

import (
	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/throttle"
)

func concurrencyLayer(k settings, _ *built) gracy.Layer {
	return concurrency.New(concurrency.Limit{Max: k.slots})
}

func throttleLayer(k settings, _ *built) gracy.Layer { return throttle.New(pokemonRule(k)) }

// throttleTwo counts each call twice: for its path and for its host.
func throttleTwo(k settings, _ *built) gracy.Layer {
	host := pokemonRule(k)
	host.URL, host.Host = "", target().Host
	return throttle.New(pokemonRule(k), host)
}

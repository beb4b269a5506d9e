package pokeapi

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

//go:embed data.txt
var data string

// An item is one resource of a kind. Exactly one of the pointers is set.
type item struct {
	id         int
	name       string
	pokemon    *pokemonFacts
	berry      *berryFacts
	generation *generationFacts
}

type pokemonFacts struct {
	types              []string
	height, weight, xp int
	stats, efforts     [6]int
}

type berryFacts struct {
	firmness, giftType                             string
	giftPower, size, harvest, growth, soil, smooth int
}

type generationFacts struct {
	region        string
	versionGroups []string
}

// statNames are in PokéAPI's order, ids 1 to 6.
var statNames = [6]string{"hp", "attack", "defense", "special-attack", "special-defense", "speed"}

// typeNames are in PokéAPI's order, ids from 1.
var typeNames = [...]string{
	"normal", "fighting", "flying", "poison", "ground", "rock", "bug", "ghost", "steel",
	"fire", "water", "grass", "electric", "psychic", "ice", "dragon", "dark", "fairy",
}

// firmnessNames are in PokéAPI's order, ids from 1.
var firmnessNames = [...]string{"very-soft", "soft", "hard", "very-hard", "super-hard"}

// regionNames are in PokéAPI's order, ids from 1.
var regionNames = [...]string{"kanto", "johto", "hoenn", "sinnoh", "unova", "kalos", "alola", "galar", "hisui", "paldea"}

// versionGroupNames are in PokéAPI's order, ids from 1.
var versionGroupNames = [...]string{
	"red-blue", "yellow", "gold-silver", "crystal", "ruby-sapphire", "emerald",
	"firered-leafgreen", "diamond-pearl", "platinum", "heartgold-soulsilver", "black-white", "colosseum", "xd",
	"black-2-white-2", "x-y", "omega-ruby-alpha-sapphire", "sun-moon", "ultra-sun-ultra-moon",
	"lets-go-pikachu-lets-go-eevee", "sword-shield", "the-isle-of-armor", "the-crown-tundra",
	"brilliant-diamond-and-shining-pearl", "legends-arceus", "scarlet-violet", "the-teal-mask", "the-indigo-disk",
}

// A catalog holds the items of a kind, ordered by id.
type catalog struct {
	items  []item
	byName map[string]int // the index in items, by name and by id as text
}

// kindNames are the kinds in the order of the index page.
var kindNames = [...]string{"berry", "generation", "pokemon"}

// load reads text in the form of data.txt.
func load(text string) (map[string]*catalog, error) {
	kinds := map[string]*catalog{}
	for _, k := range kindNames {
		kinds[k] = &catalog{byName: map[string]int{}}
	}
	kind := ""
	for n, line := range strings.Split(text, "\n") {
		switch {
		case line == "" || line[0] == '#':
			continue
		case line[0] == '[':
			kind = strings.Trim(line, "[]")
			if kinds[kind] == nil {
				return nil, fmt.Errorf("pokeapi: data line %d: unknown kind %q", n+1, kind)
			}
			continue
		case kind == "":
			return nil, fmt.Errorf("pokeapi: data line %d: an item before the first kind", n+1)
		}
		it, err := parseItem(kind, strings.Split(line, " "))
		if err != nil {
			return nil, fmt.Errorf("pokeapi: data line %d: %w", n+1, err)
		}
		c := kinds[kind]
		for _, key := range []string{it.name, strconv.Itoa(it.id)} {
			if _, dup := c.byName[key]; dup {
				return nil, fmt.Errorf("pokeapi: data line %d: %s %s twice", n+1, kind, key)
			}
			c.byName[key] = len(c.items)
		}
		c.items = append(c.items, it)
	}
	return kinds, nil
}

func parseItem(kind string, fields []string) (item, error) {
	want := map[string]int{"pokemon": 12, "berry": 10, "generation": 4}[kind]
	if len(fields) != want {
		return item{}, fmt.Errorf("%d fields: want %d", len(fields), want)
	}
	var bad error
	num := func(s string) int {
		n, err := strconv.Atoi(s)
		if err != nil || n < 0 {
			bad = fmt.Errorf("%q is not a number of 0 or more", s)
		}
		return n
	}
	it := item{id: num(fields[0]), name: fields[1]}
	switch kind {
	case "pokemon":
		p := &pokemonFacts{types: strings.Split(fields[2], "/"), height: num(fields[3]), weight: num(fields[4]), xp: num(fields[5])}
		for _, t := range p.types {
			if idOf(typeNames[:], t) == 0 {
				bad = fmt.Errorf("unknown type %q", t)
			}
		}
		for i, f := range fields[6:] {
			base, effort, has := strings.Cut(f, "+")
			p.stats[i] = num(base)
			if has {
				p.efforts[i] = num(effort)
			}
		}
		it.pokemon = p
	case "berry":
		it.berry = &berryFacts{
			firmness: fields[2], giftPower: num(fields[3]), giftType: fields[4], size: num(fields[5]),
			harvest: num(fields[6]), growth: num(fields[7]), soil: num(fields[8]), smooth: num(fields[9]),
		}
		if idOf(firmnessNames[:], it.berry.firmness) == 0 || idOf(typeNames[:], it.berry.giftType) == 0 {
			bad = fmt.Errorf("unknown firmness %q or type %q", it.berry.firmness, it.berry.giftType)
		}
	case "generation":
		it.generation = &generationFacts{region: fields[2], versionGroups: strings.Split(fields[3], "/")}
		if idOf(regionNames[:], fields[2]) == 0 {
			bad = fmt.Errorf("unknown region %q", fields[2])
		}
		for _, v := range it.generation.versionGroups {
			if idOf(versionGroupNames[:], v) == 0 {
				bad = fmt.Errorf("unknown version group %q", v)
			}
		}
	}
	return it, bad
}

// idOf returns the position of name in names, counted from 1, or 0.
func idOf(names []string, name string) int {
	return slices.Index(names, name) + 1
}

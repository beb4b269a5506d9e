package pokeapi

import (
	"slices"
	"strings"
	"testing"
)

func TestTheDataHasAllItemsInOrder(t *testing.T) {
	kinds, err := load(data)
	if err != nil {
		t.Fatal(err)
	}
	for kind, want := range map[string]int{"pokemon": 151, "berry": 64, "generation": 9} {
		c := kinds[kind]
		if got := len(c.items); got != want {
			t.Errorf("%s: %d items: want %d", kind, got, want)
		}
		names := map[string]bool{}
		for i, it := range c.items {
			if it.id != i+1 {
				t.Errorf("%s %s: id %d at position %d", kind, it.name, it.id, i+1)
			}
			if names[it.name] || it.name != strings.ToLower(it.name) {
				t.Errorf("%s: name %q", kind, it.name)
			}
			names[it.name] = true
		}
	}
}

func TestPokemonHaveTheirRealFigures(t *testing.T) {
	kinds, err := load(data)
	if err != nil {
		t.Fatal(err)
	}
	// The base stat totals, taken from another source than the data.
	totals := map[string]int{
		"bulbasaur": 318, "charizard": 534, "pikachu": 320, "alakazam": 500, "golem": 495,
		"gengar": 500, "chansey": 450, "magikarp": 200, "gyarados": 540, "ditto": 288, "snorlax": 540,
		"zapdos": 580, "dragonite": 600, "mewtwo": 680, "mew": 600,
	}
	c, sums := kinds["pokemon"], map[int]int{}
	for _, it := range c.items {
		p, sum := it.pokemon, 0
		for i, s := range p.stats {
			if s < 5 || s > 255 {
				t.Errorf("%s: %s %d", it.name, statNames[i], s)
			}
			sum += s
		}
		if want, ok := totals[it.name]; ok && sum != want {
			t.Errorf("%s: base stats add up to %d: want %d", it.name, sum, want)
		}
		efforts := 0
		for _, e := range p.efforts {
			efforts += e
		}
		// Each Pokémon of this generation yields one to three points.
		if efforts < 1 || efforts > 3 {
			t.Errorf("%s: %d effort points", it.name, efforts)
		}
		if n := len(p.types); n < 1 || n > 2 || p.height < 2 || p.height > 88 || p.weight < 1 || p.weight > 4600 {
			t.Errorf("%s: types %v, height %d, weight %d", it.name, p.types, p.height, p.weight)
		}
		sums[len(p.types)]++
	}
	if sums[1] != 84 || sums[2] != 67 {
		t.Errorf("one type: %d, two: %d; want 84 and 67", sums[1], sums[2])
	}
	for name, want := range map[string][]string{
		"gyarados": {"water", "flying"}, "mr-mime": {"psychic", "fairy"},
		"nidoran-f": {"poison"}, "farfetchd": {"normal", "flying"}, "magnemite": {"electric", "steel"},
	} {
		if got := c.items[c.byName[name]].pokemon.types; !slices.Equal(got, want) {
			t.Errorf("%s: types %v: want %v", name, got, want)
		}
	}
}

func TestLoadReturnsTheLineOfAnError(t *testing.T) {
	for name, text := range map[string]string{
		"unknown kind":  "[digimon]\n",
		"no kind":       "1 a b c\n",
		"fields":        "[generation]\n1 a kanto\n",
		"number":        "[generation]\none a kanto yellow\n",
		"negative":      "[berry]\n1 a soft 60 fire -20 5 3 15 25\n",
		"type":          "[pokemon]\n1 a sound 7 69 64 45 49 49 65 65 45\n",
		"effort":        "[pokemon]\n1 a fire 7 69 64 45 49 49 65+x 65 45\n",
		"firmness":      "[berry]\n1 a mushy 60 fire 20 5 3 15 25\n",
		"region":        "[generation]\n1 a narnia yellow\n",
		"version group": "[generation]\n1 a kanto green-ish\n",
		"id twice":      "[generation]\n1 a kanto yellow\n1 b johto crystal\n",
		"name twice":    "[generation]\n1 a kanto yellow\n2 a johto crystal\n",
	} {
		if _, err := load(text); err == nil || !strings.HasPrefix(err.Error(), "pokeapi: data line ") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

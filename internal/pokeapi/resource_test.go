package pokeapi

import (
	"testing"
)

func TestAPokemonHasTheJSONOfPokeAPI(t *testing.T) {
	const want = `{"id":25,"name":"pikachu","base_experience":112,"height":4,"weight":60,"is_default":true,` +
		`"species":{"name":"pikachu","url":"http://poke.test/api/v2/pokemon-species/25/"},` +
		`"types":[{"slot":1,"type":{"name":"electric","url":"http://poke.test/api/v2/type/13/"}}],` +
		`"stats":[{"base_stat":35,"effort":0,"stat":{"name":"hp","url":"http://poke.test/api/v2/stat/1/"}},` +
		`{"base_stat":55,"effort":0,"stat":{"name":"attack","url":"http://poke.test/api/v2/stat/2/"}},` +
		`{"base_stat":40,"effort":0,"stat":{"name":"defense","url":"http://poke.test/api/v2/stat/3/"}},` +
		`{"base_stat":50,"effort":0,"stat":{"name":"special-attack","url":"http://poke.test/api/v2/stat/4/"}},` +
		`{"base_stat":50,"effort":0,"stat":{"name":"special-defense","url":"http://poke.test/api/v2/stat/5/"}},` +
		`{"base_stat":90,"effort":2,"stat":{"name":"speed","url":"http://poke.test/api/v2/stat/6/"}}]}`
	h := Handler()
	for _, name := range []string{"pikachu", "pikachu/", "25", "25/"} {
		w := request(h, "GET", "http://poke.test/api/v2/pokemon/"+name)
		if got := w.Body.String(); w.Code != 200 || got != want {
			t.Errorf("%s: %d\n%s\nwant\n%s", name, w.Code, got, want)
		}
		if got := w.Header().Get("Content-Type"); got != "application/json; charset=utf-8" {
			t.Errorf("%s: Content-Type %q", name, got)
		}
	}
}

func TestBerriesAndGenerationsHaveTheirFacts(t *testing.T) {
	h := Handler()
	b := get[berryJSON](t, h, "http://poke.test/api/v2/berry/cheri")
	if b.ID != 1 || b.GrowthTime != 3 || b.MaxHarvest != 5 || b.Size != 20 || b.Firmness.Name != "soft" ||
		b.Firmness.URL != "http://poke.test/api/v2/berry-firmness/2/" || b.NaturalGiftType.Name != "fire" {
		t.Errorf("cheri: %+v", b)
	}
	g := get[generationJSON](t, h, "http://poke.test/api/v2/generation/9/")
	if g.Name != "generation-ix" || g.MainRegion != (ref{"paldea", "http://poke.test/api/v2/region/10/"}) ||
		len(g.VersionGroups) != 3 || g.VersionGroups[0] != (ref{"scarlet-violet", "http://poke.test/api/v2/version-group/25/"}) {
		t.Errorf("generation 9: %+v", g)
	}
	index := get[map[string]string](t, h, "http://poke.test/api/v2/")
	if len(index) != 3 || index["berry"] != "http://poke.test/api/v2/berry/" {
		t.Errorf("index: %v", index)
	}
}

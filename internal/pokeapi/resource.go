package pokeapi

import "strconv"

type pokemonJSON struct {
	ID             int        `json:"id"`
	Name           string     `json:"name"`
	BaseExperience int        `json:"base_experience"`
	Height         int        `json:"height"`
	Weight         int        `json:"weight"`
	IsDefault      bool       `json:"is_default"`
	Species        ref        `json:"species"`
	Types          []typeJSON `json:"types"`
	Stats          []statJSON `json:"stats"`
}

type typeJSON struct {
	Slot int `json:"slot"`
	Type ref `json:"type"`
}

type statJSON struct {
	BaseStat int `json:"base_stat"`
	Effort   int `json:"effort"`
	Stat     ref `json:"stat"`
}

type berryJSON struct {
	ID               int    `json:"id"`
	Name             string `json:"name"`
	GrowthTime       int    `json:"growth_time"`
	MaxHarvest       int    `json:"max_harvest"`
	NaturalGiftPower int    `json:"natural_gift_power"`
	Size             int    `json:"size"`
	Smoothness       int    `json:"smoothness"`
	SoilDryness      int    `json:"soil_dryness"`
	Firmness         ref    `json:"firmness"`
	NaturalGiftType  ref    `json:"natural_gift_type"`
}

type generationJSON struct {
	ID            int    `json:"id"`
	Name          string `json:"name"`
	MainRegion    ref    `json:"main_region"`
	VersionGroups []ref  `json:"version_groups"`
}

// json returns the item as PokéAPI encodes it, with links below base.
func (it item) json(base string) any {
	switch {
	case it.pokemon != nil:
		p := it.pokemon
		out := pokemonJSON{
			ID: it.id, Name: it.name, BaseExperience: p.xp, Height: p.height, Weight: p.weight,
			IsDefault: true, Species: refTo(base, "pokemon-species", it.id, it.name),
		}
		for i, t := range p.types {
			out.Types = append(out.Types, typeJSON{i + 1, refTo(base, "type", idOf(typeNames[:], t), t)})
		}
		for i, s := range statNames {
			out.Stats = append(out.Stats, statJSON{p.stats[i], p.efforts[i], refTo(base, "stat", i+1, s)})
		}
		return out
	case it.berry != nil:
		b := it.berry
		return berryJSON{
			ID: it.id, Name: it.name, GrowthTime: b.growth, MaxHarvest: b.harvest, NaturalGiftPower: b.giftPower,
			Size: b.size, Smoothness: b.smooth, SoilDryness: b.soil,
			Firmness:        refTo(base, "berry-firmness", idOf(firmnessNames[:], b.firmness), b.firmness),
			NaturalGiftType: refTo(base, "type", idOf(typeNames[:], b.giftType), b.giftType),
		}
	default:
		g := it.generation
		out := generationJSON{ID: it.id, Name: it.name, MainRegion: refTo(base, "region", idOf(regionNames[:], g.region), g.region)}
		for _, v := range g.versionGroups {
			out.VersionGroups = append(out.VersionGroups, refTo(base, "version-group", idOf(versionGroupNames[:], v), v))
		}
		return out
	}
}

func refTo(base, kind string, id int, name string) ref {
	return ref{name, base + kind + "/" + strconv.Itoa(id) + "/"}
}

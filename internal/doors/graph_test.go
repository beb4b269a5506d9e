package doors

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// A node is a package as `go list -json` describes it.
type node struct {
	ImportPath string
	Imports    []string
	Standard   bool
}

// A graph has the packages of this module and everything that they import, by import path.
type graph map[string]node

// parse reads the stream of objects that `go list -deps -json` prints.
func parse(list string) (graph, error) {
	g := graph{}
	for decoder := json.NewDecoder(strings.NewReader(list)); decoder.More(); {
		var n node
		if err := decoder.Decode(&n); err != nil {
			return nil, err
		}
		g[n.ImportPath] = n
	}
	return g, nil
}

// reach returns all packages that the packages from link, themselves included, each with the
// package that imports it.
func (g graph) reach(from ...string) map[string]string {
	by := map[string]string{}
	for queue := from; len(queue) > 0; queue = queue[1:] {
		for _, next := range g[queue[0]].Imports {
			if _, seen := by[next]; !seen {
				by[next] = queue[0]
				queue = append(queue, next)
			}
		}
	}
	for _, root := range from {
		by[root] = cmp.Or(by[root], root)
	}
	return by
}

// relative returns the folder of a package of this module; "." is the root.
func relative(importPath string) (string, bool) {
	if importPath == module {
		return ".", true
	}
	return strings.CutPrefix(importPath, module+"/")
}

// absolute returns the import path of a folder of this module.
func absolute(folder string) string { return path.Join(module, folder) }

// under reports whether p is the package or folder root, or is below it.
func under(p, root string) bool { return p == root || strings.HasPrefix(p, root+"/") }

// doorOf returns the row for folder, or for the nearest folder above it.
func doorOf(rows map[string]door, folder string) (row string, found bool) {
	for at := folder; ; at = path.Dir(at) {
		if _, ok := rows[at]; ok && (at != "." || folder == ".") {
			return at, true
		}
		if at == "." {
			return "", false
		}
	}
}

// absent returns the rows without a package in g, at their folder or below it.
func absent(rows map[string]door, g graph) []string {
	var faults []string
	for _, row := range slices.Sorted(maps.Keys(rows)) {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(g)), func(p string) bool { return under(p, absolute(row)) }) {
			faults = append(faults, row+": no such package")
		}
	}
	return faults
}

// check returns the violations of the rows in g, in order of import path.
func check(rows map[string]door, g graph) []string {
	var faults []string
	for _, importPath := range slices.Sorted(maps.Keys(g)) {
		folder, isOurs := relative(importPath)
		if !isOurs {
			continue
		}
		row, found := doorOf(rows, folder)
		if !found {
			faults = append(faults, folder+": has no row in the table of doors")
			continue
		}
		if !rows[row].many {
			faults = append(faults, checkPackage(row, rows[row], g, folder)...)
		}
	}
	return faults
}

// checkPackage checks one package against its row: packages of this module however they are linked,
// others only if the package imports them itself.
func checkPackage(row string, d door, g graph, folder string) []string {
	var faults []string
	reached := g.reach(absolute(folder))
	for _, dep := range slices.Sorted(maps.Keys(reached)) {
		target, isOurs := relative(dep)
		if isOurs && target != folder && !admits(row, d, target) {
			faults = append(faults, fmt.Sprintf("%s: links %s, through %s", folder, target, reached[dep]))
		}
	}
	for _, dep := range g[absolute(folder)].Imports {
		_, isOurs := relative(dep)
		if isOurs || g[dep].Standard || dep == "C" || dep == "unsafe" {
			continue
		}
		if !slices.ContainsFunc(d.foreign, func(m string) bool { return under(dep, m) }) {
			faults = append(faults, fmt.Sprintf("%s: imports %s", folder, dep))
		}
	}
	return faults
}

// admits reports whether a package with that row may import target. Folders below the package of
// the row belong to it.
func admits(row string, d door, target string) bool {
	if row != "." && under(target, row) {
		return true
	}
	return slices.ContainsFunc(d.ours, func(allowed string) bool {
		if root, ok := strings.CutSuffix(allowed, "/..."); ok {
			return under(target, root)
		}
		return target == allowed
	})
}

// checkLinks returns which of the packages in without are linked by the packages in from.
func checkLinks(g graph, from, without []string) []string {
	var roots, faults []string
	for _, folder := range from {
		if _, there := g[absolute(folder)]; there {
			roots = append(roots, absolute(folder))
		}
	}
	reached := g.reach(roots...)
	for _, dep := range slices.Sorted(maps.Keys(reached)) {
		if slices.ContainsFunc(without, func(m string) bool { return under(dep, m) }) {
			faults = append(faults, fmt.Sprintf("a chain of %s links %s, through %s", strings.Join(from, ", "), dep, reached[dep]))
		}
	}
	return faults
}

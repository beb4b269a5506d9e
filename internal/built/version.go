// Package built says which module versions a program was built from.
package built

import "runtime/debug"

// Version returns the version of a module in the program, or "" if it is not known.
func Version(module string) string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	return versionIn(info, module)
}

// versionIn returns the version of a module in info. A replace directive decides: what was built
// may be a fork or a folder.
func versionIn(info *debug.BuildInfo, module string) string {
	for _, dep := range append(info.Deps, &info.Main) {
		switch {
		case dep.Path != module:
		case dep.Replace != nil:
			return dep.Replace.Version
		default:
			return dep.Version
		}
	}
	return ""
}

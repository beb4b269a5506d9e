// Package built says what a program was built of.
package built

import "runtime/debug"

// Version returns the version of a module in the program, "" if it is not known.
func Version(module string) string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	return versionIn(info, module)
}

// versionIn returns the version of what was built: in place of what go.mod requires, that may be
// a fork or a folder.
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

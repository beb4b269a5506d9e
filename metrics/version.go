package metrics

import "runtime/debug"

// version returns the version of this module in the program.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	return versionIn(info)
}

// versionIn returns the version of what was built: in place of what go.mod requires, that may be
// a fork or a folder.
func versionIn(info *debug.BuildInfo) string {
	for _, dep := range append(info.Deps, &info.Main) {
		if dep.Path != module {
			continue
		}
		built := dep.Version
		if dep.Replace != nil {
			built = dep.Replace.Version
		}
		if built != "" {
			return label(built)
		}
	}
	return "unknown"
}

package grafana

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// rateRange is the range of each rate. Grafana makes it the step of the graph, or four scrape
// intervals if the step is shorter.
const rateRange = "[$__rate_interval]"

// builtIn reports whether a name is one of Grafana's own variables that a dashboard may use.
func builtIn(name string) bool { return name == "__rate_interval" || name == "__all" }

// sources returns panels, targets and variables that do not use the chosen data source.
func (b *board) sources() (found []string) {
	check := func(who string, ref *common.DataSourceRef) {
		if ref == nil || ref.Uid == nil || ref.Type == nil || *ref.Uid != "${datasource}" || *ref.Type != "prometheus" {
			found = append(found, who+" does not ask the data source that was chosen")
		}
	}
	for _, p := range b.panels {
		check(title(p.Panel), p.Datasource)
		for _, q := range p.targets {
			check(title(p.Panel), q.Datasource)
		}
	}
	chosen := false
	for _, v := range b.decoded.Templating.List {
		if v.Type == dashboard.VariableTypeDatasource {
			chosen = chosen || v.Name == "datasource" && v.Query != nil && v.Query.String != nil && *v.Query.String == "prometheus"
			continue
		}
		check("the variable "+v.Name, v.Datasource)
	}
	if !chosen {
		found = append(found, "there is no variable of type datasource for the servers of Prometheus")
	}
	return found
}

// queries returns targets without a name of their own or without a legend, ranges other than
// rateRange, and intervals that the dashboard itself sets.
func (b *board) queries() (found []string) {
	ranges, rates := regexp.MustCompile(`\[[^\]]*\]`), regexp.MustCompile(`\b(rate|irate|increase|delta)\(`)
	for _, p := range b.panels {
		complain := func(format string, args ...any) {
			found = append(found, title(p.Panel)+": "+fmt.Sprintf(format, args...))
		}
		// The data source knows the scrape interval. An interval in the dashboard would be right
		// for one data source only.
		if p.Interval != nil || p.MaxDataPoints != nil {
			complain("the panel has an interval of its own")
		}
		if len(p.targets) == 0 {
			complain("there is nothing to show")
		}
		var ids []string
		for _, q := range p.targets {
			if q.RefId == nil || *q.RefId == "" {
				complain("a target without a name")
			} else {
				if slices.Contains(ids, *q.RefId) {
					complain("there are two targets %s", *q.RefId)
				}
				ids = append(ids, *q.RefId)
			}
			if q.LegendFormat == nil || *q.LegendFormat == "" {
				complain("a target without a legend")
			}
			if q.Interval != nil || q.IntervalFactor != nil || q.IntervalMs != nil {
				complain("a target has an interval of its own")
			}
			all := ranges.FindAllString(q.Expr, -1)
			if len(rates.FindAllString(q.Expr, -1)) != len(all) {
				complain("ranges %s, each is to be that of a rate: %s", all, q.Expr)
			}
			for _, r := range all {
				if r != rateRange {
					complain("a range is %s, not %s", r, rateRange)
				}
			}
		}
	}
	return found
}

// variables returns variables that are not defined or not used, and variables that can have several
// values but are compared with one.
func (b *board) variables() (found []string) {
	var defined []string
	used := map[string]bool{}
	for _, m := range regexp.MustCompile(`\$\{?(\w+)`).FindAllSubmatch(b.raw, -1) {
		used[string(m[1])] = true
	}
	for _, v := range b.decoded.Templating.List {
		defined = append(defined, v.Name)
		if !used[v.Name] {
			found = append(found, "nothing uses the variable "+v.Name)
		}
		several := v.Multi != nil && *v.Multi || v.IncludeAll != nil && *v.IncludeAll
		if several && regexp.MustCompile(`!?=\\"\$\{?`+v.Name+`\b`).Match(b.raw) {
			found = append(found, "the variable "+v.Name+" can have several values, and is compared as one")
		}
	}
	for name := range used {
		if !slices.Contains(defined, name) && !builtIn(name) {
			found = append(found, "there is no variable "+name)
		}
	}
	slices.Sort(found)
	return found
}

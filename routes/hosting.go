package routes

// GitHub returns the routes of the REST and GraphQL APIs of GitHub. The default bases are
// api.github.com and, for uploads, uploads.github.com. On an Enterprise Server the bases are
// "ghe.example.com/api/v3", "ghe.example.com/api/uploads" and, for GraphQL,
// "ghe.example.com/api".
func GitHub(bases ...string) []string {
	all := on(bases, []string{"api.github.com"}, lines(`
/{path...}
/graphql
/rate_limit
/user
/user/{path...}
/users/{user}
/users/{user}/{path...}
/orgs/{org}
/orgs/{org}/{path...}
/orgs/{org}/repos
/orgs/{org}/members
/orgs/{org}/teams/{team}
/orgs/{org}/teams/{team}/{path...}
/orgs/{org}/actions/{path...}
/app/installations/{installation}/access_tokens
/gists/{gist}
/gists/{gist}/{path...}
/search/{kind}
/enterprises/{enterprise}/{path...}
/repos/{owner}/{repo}
/repos/{owner}/{repo}/{path...}
/repos/{owner}/{repo}/branches
/repos/{owner}/{repo}/branches/{branch}
/repos/{owner}/{repo}/branches/{branch}/{path...}
/repos/{owner}/{repo}/commits
/repos/{owner}/{repo}/commits/{ref...}
/repos/{owner}/{repo}/commits/{ref}/status
/repos/{owner}/{repo}/commits/{ref}/statuses
/repos/{owner}/{repo}/commits/{ref}/check-runs
/repos/{owner}/{repo}/statuses/{ref...}
/repos/{owner}/{repo}/compare/{refs...}
/repos/{owner}/{repo}/contents/{path...}
/repos/{owner}/{repo}/readme
/repos/{owner}/{repo}/tarball/{ref...}
/repos/{owner}/{repo}/zipball/{ref...}
/repos/{owner}/{repo}/git/ref/{ref...}
/repos/{owner}/{repo}/git/refs/{ref...}
/repos/{owner}/{repo}/git/trees/{sha}
/repos/{owner}/{repo}/git/blobs/{sha}
/repos/{owner}/{repo}/git/commits/{sha}
/repos/{owner}/{repo}/issues
/repos/{owner}/{repo}/issues/{number}
/repos/{owner}/{repo}/issues/{number}/comments
/repos/{owner}/{repo}/issues/{number}/{path...}
/repos/{owner}/{repo}/pulls
/repos/{owner}/{repo}/pulls/{number}
/repos/{owner}/{repo}/pulls/{number}/files
/repos/{owner}/{repo}/pulls/{number}/reviews
/repos/{owner}/{repo}/pulls/{number}/merge
/repos/{owner}/{repo}/pulls/{number}/{path...}
/repos/{owner}/{repo}/releases
/repos/{owner}/{repo}/releases/latest
/repos/{owner}/{repo}/releases/tags/{tag...}
/repos/{owner}/{repo}/releases/assets/{asset}
/repos/{owner}/{repo}/releases/{release}
/repos/{owner}/{repo}/releases/{release}/{path...}
/repos/{owner}/{repo}/actions/runs
/repos/{owner}/{repo}/actions/runs/{run}
/repos/{owner}/{repo}/actions/runs/{run}/{path...}
/repos/{owner}/{repo}/actions/workflows/{workflow}/{path...}
/repos/{owner}/{repo}/actions/secrets/{secret}
/repos/{owner}/{repo}/check-runs/{run}
/repos/{owner}/{repo}/labels/{label...}
`))
	if len(bases) == 0 {
		all = append(all, "uploads.github.com/{path...}", "uploads.github.com/repos/{owner}/{repo}/releases/{release}/assets")
	}
	return all
}

// GitLab returns the routes of the REST API of GitLab. The default base is gitlab.com/api/v4.
func GitLab(bases ...string) []string {
	return on(bases, []string{"gitlab.com/api/v4"},
		lines(`
/{path...}
/projects
/projects/{project}
/projects/{project}/{path...}
/projects/{project}/merge_requests
/projects/{project}/merge_requests/{merge_request}
/projects/{project}/merge_requests/{merge_request}/notes
/projects/{project}/merge_requests/{merge_request}/merge
/projects/{project}/merge_requests/{merge_request}/{path...}
/projects/{project}/issues
/projects/{project}/issues/{issue}
/projects/{project}/issues/{issue}/notes
/projects/{project}/issues/{issue}/{path...}
/projects/{project}/pipelines
/projects/{project}/pipelines/latest
/projects/{project}/pipelines/{pipeline}
/projects/{project}/pipelines/{pipeline}/jobs
/projects/{project}/pipelines/{pipeline}/{path...}
/projects/{project}/trigger/pipeline
/projects/{project}/jobs
/projects/{project}/jobs/{job}
/projects/{project}/jobs/{job}/trace
/projects/{project}/jobs/{job}/artifacts
/projects/{project}/jobs/{job}/{path...}
/projects/{project}/repository/tree
/projects/{project}/repository/compare
/projects/{project}/repository/archive
/projects/{project}/repository/files/{file}
/projects/{project}/repository/files/{file}/{path...}
/projects/{project}/repository/commits
/projects/{project}/repository/commits/{ref}
/projects/{project}/repository/commits/{ref}/{path...}
/projects/{project}/repository/branches
/projects/{project}/repository/branches/{branch}
/projects/{project}/repository/tags
/projects/{project}/repository/tags/{tag}
/projects/{project}/releases
/projects/{project}/releases/{tag}
/projects/{project}/releases/{tag}/{path...}
/projects/{project}/statuses/{ref}
/projects/{project}/variables
/projects/{project}/variables/{key}
/projects/{project}/members/{path...}
/projects/{project}/hooks/{path...}
/projects/{project}/environments/{path...}
/projects/{project}/deployments/{path...}
/projects/{project}/packages/{path...}
/projects/{project}/registry/{path...}
/projects/{project}/terraform/state/{path...}
/groups
/groups/{group}
/groups/{group}/projects
/groups/{group}/variables/{key}
/groups/{group}/{path...}
/users
/users/{user}
/users/{user}/{path...}
/user
/namespaces/{namespace}
`))
}

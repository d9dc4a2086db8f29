// How Changesets writes a change into a CHANGELOG: as it stands in its file. Its own way adds the hash of a commit, which says nothing to
// users, and a list of our packages that changed, which are all of one version.
module.exports = {
  getReleaseLine: async ({ summary }) => {
    const [first, ...rest] = summary.trim().split('\n')
    return [`- ${first}`, ...rest.map((line) => (line === '' ? '' : `  ${line}`))].join('\n')
  },
  getDependencyReleaseLine: async () => ''
}

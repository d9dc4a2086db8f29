// Loaded into every thread of an application: one that is not the main thread never returns once the file is there.
const { existsSync } = require('node:fs')
const { isMainThread } = require('node:worker_threads')

if (!isMainThread) {
  setInterval(() => {
    while (existsSync(process.env.STUCK_FILE));
  }, 20).unref()
}

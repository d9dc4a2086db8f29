// Where the files of the threads are: pino, thread-stream and winston-dis read it.
const { join } = require('node:path')

globalThis.__bundlerPathsOverrides = {
  'pino-dis': join(__dirname, 'pino-dis.cjs'),
  'dis-logs-worker': join(__dirname, 'dis-logs-worker.cjs'),
  'thread-stream-worker': join(__dirname, 'thread-stream-worker.cjs')
}
require('./app.cjs')

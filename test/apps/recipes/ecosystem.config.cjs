module.exports = {
  apps: [
    {
      name: 'app',
      script: './pm2.mjs',
      // 1 s for the server, 3 s closeTimeoutMs, 2 s. The default, 1,600 ms, is too short.
      kill_timeout: 6_000
    }
  ]
}

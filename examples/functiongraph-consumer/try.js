// Calls the handler once, as FunctionGraph does, with what a DIS trigger hands over.
const { createServer } = require('node:http')
const { handler } = require('./index.js')

const records = [
  '{"level":30,"msg":"started"}\n{"level":50,"msg":"the first of two in one record"}',
  '{"level":"error","message":"from winston"}'
]
const event = {
  ShardID: 'shardId-0000000000',
  Message: {
    next_partition_cursor: 'eyJnZXRJdGVyYXRvclBhcmFtIjp7fX0',
    records: records.map((text, n) => ({
      partition_key: 'web-01',
      data: Buffer.from(text).toString('base64'),
      sequence_number: String(305 + n)
    }))
  },
  Tag: 'latest',
  StreamName: 'app-logs'
}

// Stands for the webhook.
const webhook = createServer(async (request, response) => {
  for await (const body of request) console.log('webhook:', body.toString())
  response.end()
})

webhook.listen(0, '127.0.0.1', async () => {
  process.env.ALERT_URL ??= `http://127.0.0.1:${webhook.address().port}`
  console.log(JSON.stringify(await handler(event)))
  webhook.close()
})

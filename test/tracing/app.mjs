// An application in ESM. argv[2]: { logger, scenario, … } as JSON; `logger` is a file of this folder.
import { run } from './scenarios.mjs'

const settings = JSON.parse(process.argv[2])
const { logger } = await import(`./${settings.logger}`)
await run(logger, settings)

// An application in ESM. argv[2]: { logger, scenario, … } as JSON; `logger` is a file in recipes.
import { run } from './scenarios.mjs'

const settings = JSON.parse(process.argv[2])
const { logger } = await import(`./recipes/${settings.logger}`)
await run(logger, settings)

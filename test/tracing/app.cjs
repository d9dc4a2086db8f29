// An application that is not ESM. argv[2]: { logger, scenario, … } as JSON; `logger` is a name in loggers.cjs.
const loggers = require('./loggers.cjs')

const settings = JSON.parse(process.argv[2])
const logger = loggers[settings.logger]()
import('./scenarios.mjs').then(({ run }) => run(logger, settings))

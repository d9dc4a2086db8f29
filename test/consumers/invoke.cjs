// Calls a handler once, as FunctionGraph does.
const { handler } = require(process.env.HANDLER)

handler(JSON.parse(process.env.EVENT), {}).then(
  (result) => console.log(JSON.stringify(result)),
  (error) => {
    console.error(error.message)
    process.exitCode = 1
  }
)

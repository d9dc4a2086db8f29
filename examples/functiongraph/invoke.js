// Calls the function on this machine, with a context as FunctionGraph gives it.
const { handler } = require('./index.js')

const TIMEOUT_MS = Number(process.env.FUNCTION_TIMEOUT_MS ?? 3_000)

const contextOf = (requestId, deadline = Date.now() + TIMEOUT_MS) => ({
  getRequestID: () => requestId,
  getFunctionName: () => 'orders',
  getProjectID: () => process.env.DIS_PROJECT_ID,
  getUserData: (name) => process.env[name],
  getSecurityAccessKey: () => process.env.HUAWEICLOUD_SDK_AK,
  getSecuritySecretKey: () => process.env.HUAWEICLOUD_SDK_SK,
  getSecurityToken: () => process.env.HUAWEICLOUD_SDK_SECURITY_TOKEN,
  getRemainingTimeInMilliSeconds: () => deadline - Date.now(),
  getLogger: () => console
})

async function main() {
  for (const order of [1, 2, 3]) console.log(await handler({ order }, contextOf(`request-${order}`)))
}

main()

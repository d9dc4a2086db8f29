// Handler `index.handler` of a function with a DIS trigger: sends errors to a webhook.
const { linesOf } = require('@dis-logs/core/reader')

const ERROR = 50

exports.handler = async (event) => {
  const lines = linesOf(event)
  const errors = lines.map(entryOf).filter(({ level }) => level === 'error' || level >= ERROR)
  if (errors.length > 0) await alert(errors)
  return { lines: lines.length, errors: errors.length }
}

// A line of plain text is an entry, too.
function entryOf(line) {
  try {
    return JSON.parse(line)
  } catch {
    return { message: line }
  }
}

// What it throws makes FunctionGraph call again with the same records, as often as the trigger says.
async function alert(errors) {
  const response = await fetch(process.env.ALERT_URL, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(errors)
  })
  if (!response.ok) throw new Error(`the webhook answered ${response.status}`)
}

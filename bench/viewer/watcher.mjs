/** A process that takes what a page of the local DIS takes, and shows nothing: what a page costs without its browser. Open while it is told to be. */
import { get } from 'node:http'

/** @type {import('node:http').ClientRequest | undefined} */
let page

process.on('message', (message) => {
  if (message === 'open') {
    page = get(`${process.argv[2]}events`, (events) => {
      events.resume()
      events.once('data', () => process.send?.('open'))
      events.once('close', () => process.send?.('closed'))
    })
    // Cut off in the middle of an answer that has no end.
    page.on('error', () => {})
  } else page?.destroy()
})

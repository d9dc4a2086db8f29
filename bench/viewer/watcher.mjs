/** A process that takes what a page of the local DIS takes, and shows nothing: what a page costs without its browser. */
import { get } from 'node:http'

get(`${process.argv[2]}events`, (events) => {
  events.resume()
  events.once('data', () => console.log('open'))
})

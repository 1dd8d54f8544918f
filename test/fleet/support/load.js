// Asks a URL over a new connection every few milliseconds, never again where it failed, until its stdin closes; then prints
// {sent, failed, first} as JSON: how many it asked, how many of them failed, and how the first of those did.
//   node load.js URL PER-SECOND [NAME-SERVER:PORT]
// With a name server, it asks it where to go only when the answer that it has is as old as it may be.
import { Resolver } from 'node:dns/promises'
import { get } from 'node:http'

const [, , url, perSecond, nameServer] = process.argv
const resolver = new Resolver()
if (nameServer !== undefined) resolver.setServers([nameServer])
const count = { sent: 0, open: 0, failed: 0, first: undefined }
let known = { addresses: [], untilMs: 0 }
let asking

async function whereNow() {
  if (nameServer === undefined) return undefined
  if (Date.now() >= known.untilMs) asking ??= resolve().finally(() => (asking = undefined))
  await asking
  return known.addresses[count.sent % known.addresses.length]
}

async function resolve() {
  const askedAtMs = Date.now()
  const records = await resolver.resolve4(new URL(url).hostname, { ttl: true })
  known = { addresses: records.map(({ address }) => address), untilMs: askedAtMs + records[0].ttl * 1000 }
}

async function ask() {
  count.sent += 1
  count.open += 1
  let isOver = false
  const end = (trouble) => {
    if (isOver) return
    isOver = true
    count.open -= 1
    if (trouble === undefined) return
    count.failed += 1
    count.first ??= `${new Date().toISOString()} ${trouble}`
  }
  const host = await whereNow()
  const where = host === undefined ? {} : { hostname: host, headers: { host: new URL(url).host } }
  const request = get(url, { agent: false, timeout: 10_000, ...where }, (response) => {
    response.resume()
    response.on('end', () => end(response.statusCode === 200 ? undefined : `status ${response.statusCode}`))
    response.on('error', ({ message }) => end(message))
  })
  request.on('timeout', () => request.destroy(new Error('no answer in 10 s')))
  request.on('error', ({ message }) => end(message))
}

// A timer that comes late makes up for what it missed.
const began = Date.now()
const timer = setInterval(() => {
  while (count.sent < ((Date.now() - began) * perSecond) / 1000) void ask()
}, 5)

process.stdin.resume().on('end', () => {
  clearInterval(timer)
  const wait = setInterval(() => {
    if (count.open > 0) return
    clearInterval(wait)
    process.stdout.write(`${JSON.stringify(count)}\n`)
  }, 20)
})

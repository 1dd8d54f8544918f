// Asks a URL over a new connection every few milliseconds, never again where it failed, until its stdin closes; then prints
// {sent, failed, first} as JSON: how many it asked, how many of them failed, and how the first of those did.
//   node load.js URL PER-SECOND
import { get } from 'node:http'

const [, , url, perSecond] = process.argv
const count = { sent: 0, open: 0, failed: 0, first: undefined }

function ask() {
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
  const request = get(url, { agent: false, timeout: 10_000 }, (response) => {
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
  while (count.sent < ((Date.now() - began) * perSecond) / 1000) ask()
}, 5)

process.stdin.resume().on('end', () => {
  clearInterval(timer)
  const wait = setInterval(() => {
    if (count.open > 0) return
    clearInterval(wait)
    process.stdout.write(`${JSON.stringify(count)}\n`)
  }, 20)
})

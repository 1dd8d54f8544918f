// The archives' web server: hands out the files of one folder, as much HTTP as apt asks for.
//   node archive-server.js ADDRESS FOLDER
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join, normalize } from 'node:path'

const [address, folder] = process.argv.slice(2)

async function answer(request, response) {
  const path = join(folder, normalize(decodeURIComponent(new URL(request.url, 'http://archive').pathname)))
  const file = await stat(path).catch(() => undefined)
  if (!file?.isFile()) return response.writeHead(404).end()

  const modified = file.mtime.toUTCString()
  if (request.headers['if-modified-since'] === modified) return response.writeHead(304).end()

  response.writeHead(200, { 'content-length': file.size, 'last-modified': modified })
  return request.method === 'HEAD' ? response.end() : createReadStream(path).pipe(response)
}

createServer(answer).listen(80, address)

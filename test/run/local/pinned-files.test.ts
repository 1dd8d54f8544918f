import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { UsageError } from '../../../src/base/errors.ts'
import type { Operation } from '../../../src/plan/operation.ts'
import { assertSendable, makePinnedFileReader } from '../../../src/run/local/pinned-files.ts'

const text = '#!/bin/sh\necho ünïcode\n'
const sha256 = createHash('sha256').update(text).digest('hex')

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-sent-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(`${folder}/weave`, text)
  return folder
}

/** A web server; returns its URL, and the number of requests that it has had. */
async function startWebServer(status: number): Promise<{ readonly url: string; readonly requests: () => number }> {
  let requests = 0
  const server = createServer((_, response) => {
    requests += 1
    response.writeHead(status).end(text)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return { url: `http://127.0.0.1:${port}/weave`, requests: () => requests }
}

describe('makePinnedFileReader and assertSendable', () => {
  it('read a file with the expected checksum', async () => {
    expect(await makePinnedFileReader()({ from: `${makeFolder()}/weave`, sha256 })).toBe(text)
  })

  it('download a file once for all servers', async () => {
    const { url, requests } = await startWebServer(200)
    const readHere = makePinnedFileReader()

    const texts = await Promise.all([1, 2, 3].map(() => readHere({ from: url, sha256 })))

    expect([texts, requests()]).toEqual([[text, text, text], 1])
  })

  it('reject a file with another checksum', async () => {
    const reading = makePinnedFileReader()({ from: `${makeFolder()}/weave`, sha256: 'a'.repeat(64) })

    await expect(reading).rejects.toThrow(`has the SHA-256 ${sha256}, and ${'a'.repeat(64)} is wanted`)
    await expect(reading).rejects.toBeInstanceOf(UsageError)
  })

  it.each([
    ['it is not there', async () => ({ from: '/nowhere/weave' }), /^\/nowhere\/weave is not there$/],
    ['it is a folder', async () => ({ from: makeFolder() }), /cannot be read \(EISDIR\)$/],
    ['the server has no such page', async () => ({ from: (await startWebServer(404)).url }), /HTTP status 404$/],
    ['nobody listens', async () => ({ from: 'http://127.0.0.1:1/weave' }), /cannot be had: .*(ECONNREFUSED|bad port)/],
  ])('explain an error when %s', async (_, make, words) => {
    const { from } = await make()

    await expect(makePinnedFileReader()({ from, sha256 })).rejects.toThrow(words)
  })

  it('check every file before any server is contacted', async () => {
    const from = `${makeFolder()}/weave`
    const check = (told: string) => {
      if (told === text) throw new UsageError('it is of another version')
    }
    const operation: Operation = {
      spec: { name: 'made-up', options: {} },
      facts: [],
      sends: [{ file: { from, sha256 }, check }],
      steps: [],
    }

    await expect(assertSendable(operation, makePinnedFileReader())).rejects.toThrow('it is of another version')
  })
})

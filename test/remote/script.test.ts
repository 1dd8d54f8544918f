import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { factsScript } from '../../src/remote/facts/read-facts.ts'
import { parseResponse } from '../../src/remote/response.ts'
import { makeScript } from '../../src/remote/script.ts'
import { fakeServer } from '../support/fakes/fake-server.ts'
import { shells } from '../support/tools.ts'

const nonce = 'b7e1'
// A tool of the first part leaves a trace of having been run.
const leavesATrace = { uname: 'touch "$MAESTRO_ROOT/ran"; echo web-1' }
const identity = {
  'etc/machine-id': '0123456789abcdef0123456789abcdef\n',
  'proc/sys/kernel/random/boot_id': 'bcf9dd11-6bbd-43f8-af3c-681583ab6058\n',
  'proc/uptime': '4472.31 8000.00\n',
  'proc/1/stat': `1 (systemd) S 0 1 1 0 -1 4194560 1 1 1 1 1 1 1 1 20 0 1 0 445102 1 1\n`,
}

describe.each(shells())('makeScript under $name', (shell) => {
  const script = factsScript(['identity'], nonce)

  it('answers', () => {
    const { stdout, stderr, status } = fakeServer({ files: identity }).run(script, shell)

    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    expect(parseResponse(stdout, nonce).get('end')).toEqual(['ok'])
  })

  it('runs nothing when its transfer is cut short', () => {
    const server = fakeServer({ files: identity, tools: leavesATrace })
    const cuts = [...script.matchAll(/^\s*\w+|; /gm)].map(({ index, 0: word }) => index + word.length)

    for (const cut of cuts) expect(server.run(script.slice(0, cut), shell).stdout).toBe('')
    expect(existsSync(`${server.root}/ran`)).toBe(false)
    server.run(script, shell)
    expect(existsSync(`${server.root}/ran`)).toBe(true)
  })

  it('loses nothing to a tool that reads stdin', () => {
    const server = fakeServer({ files: identity, tools: { uname: 'cat >&2; echo web-1' } })

    const { stdout, stderr } = server.run(`${script}echo never\n`, shell)

    expect(stderr).toBe('')
    expect(parseResponse(stdout.replace('never\n', ''), nonce).get('hostname')).toEqual(['web-1'])
  })

  it('needs no environment variable', () => {
    const server = fakeServer({ files: identity })
    const hostile = 'IFS=/; set -f; export LC_ALL=xx_XX.UTF-8 LANG=tr_TR.UTF-8 POSIXLY_CORRECT=1 GREP_OPTIONS=-v;'

    const { stdout } = server.run(`${hostile}\n${script}`, shell)

    expect(parseResponse(stdout, nonce).get('machine_id')).toEqual(['0123456789abcdef0123456789abcdef'])
  })
})

describe('makeScript', () => {
  it('writes inputs as quoted assignments and ends with the call', () => {
    const script = makeScript({ files: ['facts.sh'], inputs: { parts: "a'b; reboot" }, nonce })

    expect(script.split('\n').slice(0, 3)).toEqual(['{', `MAESTRO_PARTS='a'\\''b; reboot'`, "MAESTRO_NONCE='b7e1'"])
    expect(script.endsWith('\nmain </dev/null; }\n')).toBe(true)
  })

  it.each(['x-y', 'X', '', 'a=b', 'x;reboot'])('rejects %j as the name of an input', (name) => {
    expect(() => makeScript({ files: [], inputs: { [name]: '' }, nonce })).toThrow(RangeError)
  })

  it('rejects a missing file', () => {
    expect(() => makeScript({ files: ['facts/never.sh'], nonce })).toThrow('facts/never.sh')
  })
})

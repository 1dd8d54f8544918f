import { existsSync, readFileSync } from 'node:fs'
import type { Fields } from '../../../src/remote/response.ts'
import { parseResponse } from '../../../src/remote/response.ts'
import { makeScript } from '../../../src/remote/script.ts'
import type { FakeServer } from '../../support/fakes/fake-server.ts'

type Shell = Parameters<FakeServer['run']>[1]
type Inputs = Readonly<Record<string, string>>

const nonce = 'c0ffee'

/** Runs a script of the nightly upgrades on a made-up server; throws what it said where it failed. */
export function runner(shell: Shell) {
  return (server: FakeServer, name: string, inputs: Inputs = {}): Fields => {
    const files = ['lib/apt.sh', 'unattended-upgrades/snapshot.sh', `unattended-upgrades/${name}.sh`]
    const { status, stdout, stderr } = server.run(makeScript({ files, inputs, nonce }), shell)
    if (status !== 0) throw new Error(stderr.trim().split('\n').at(-1) ?? `exit ${status}`)
    return parseResponse(stdout, nonce)
  }
}

/** The text of a file of the made-up root; undefined where there is none. */
export const textOf = ({ root }: FakeServer, path: string): string | undefined =>
  existsSync(`${root}/${path}`) ? readFileSync(`${root}/${path}`, 'utf8') : undefined

/** The lines that stand-ins have kept, each a call of a tool. */
export const callsOf = (server: FakeServer): readonly string[] =>
  (textOf(server, 'calls') ?? '').split('\n').filter((line) => line !== '')

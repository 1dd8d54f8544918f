import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { MaestroError } from '../../../src/base/errors.ts'
import type { Script, ServerContext } from '../../../src/plan/context.ts'
import type { FactName } from '../../../src/remote/facts/facts.ts'
import { factsScript, readFacts } from '../../../src/remote/facts/read-facts.ts'
import { parseResponse } from '../../../src/remote/response.ts'
import { makeScript } from '../../../src/remote/script.ts'
import { buildServer } from './build-server.ts'

type Ran = { readonly status: number | null | undefined; readonly stdout: string; readonly stderr: string }

/** Runs a text in a server's `sh -s`, as root or as the user who connects. */
export type RunText = (text: string, how: { readonly asRoot: boolean; readonly timeoutMs: number }) => Promise<Ran>

/** Of a step that asks its own server by scripts alone. */
export const unavailablePorts: Pick<
  ServerContext,
  'open' | 'peer' | 'openLocal' | 'runHook' | 'readPinnedFile' | 'lastEvidence'
> = {
  lastEvidence: undefined,
  open: () => Promise.reject(new Error('no stream here')),
  peer: (name) => {
    throw new Error(`no ${name} here`)
  },
  openLocal: () => Promise.reject(new Error('no stream here')),
  runHook: () => Promise.reject(new Error('no program here')),
  readPinnedFile: () => Promise.reject(new Error('no file here')),
}

/** The context of one step, over any way to run scripts; `told` collects its progress. */
export function stepContext(
  name: string,
  step: string,
  run: RunText,
): ServerContext & { readonly told: readonly string[] } {
  const told: string[] = []
  const id = `20261123-${randomBytes(4).toString('hex')}`
  const answer = async (text: string, nonce: string, how: Parameters<RunText>[1]) => {
    const { status, stdout, stderr } = await run(text, how)
    if (status === 0) return parseResponse(stdout, nonce)
    throw new MaestroError(stderr.trim().split('\n').at(-1) ?? `exit ${status}`)
  }
  const ask = ({ files, inputs = {}, asRoot, timeoutMs }: Script) => {
    const nonce = randomBytes(6).toString('hex')
    return answer(makeScript({ files, inputs, nonce }), nonce, { asRoot, timeoutMs })
  }
  const gatherFacts = async (parts: readonly FactName[]) => {
    const nonce = randomBytes(6).toString('hex')
    const text = factsScript(parts, nonce)
    return readFacts(await answer(text, nonce, { asRoot: false, timeoutMs: 90_000 }), parts)
  }
  return {
    server: buildServer(name),
    runId: id,
    key: `${id}/${name}/${step}`,
    run: ask,
    gatherFacts,
    ...unavailablePorts,
    waitMs: async (timeMs) => void (await sleep(timeMs)),
    nowMs: () => performance.now(),
    progress: (doing) => told.push(doing),
    told,
  }
}

import { parseResponse } from '../../../src/remote/response.ts'
import { makeScript } from '../../../src/remote/script.ts'
import type { FakeServer } from '../../support/fakes/fake-server.ts'

type Inputs = Readonly<Record<string, string>>

const nonce = 'c0ffee'

/** Runs one of the service's scripts on a made-up server: its facts where it came to its end, and what it said. */
export function runnerOf(shell: Parameters<FakeServer['run']>[1], inputs: Inputs) {
  return (server: FakeServer, name: string) => {
    const text = makeScript({ files: [`${name}.sh`], inputs, nonce })
    const { status, stdout, stderr } = server.run(text, shell)
    return { stderr, facts: status === 0 ? Object.fromEntries(parseResponse(stdout, nonce)) : undefined }
  }
}

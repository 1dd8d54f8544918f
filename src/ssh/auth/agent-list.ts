import { connect } from 'node:net'

const requestIdentities = Buffer.of(0, 0, 0, 1, 11)
const identitiesAnswer = 12
// What an agent may say at most, as OpenSSH has it.
const limitBytes = 256 * 1024

/**
 * The public keys that an agent holds, in wire form, of whatever type (draft-miller-ssh-agent): ssh2 leaves out those that it does
 * not know, without a word. Rejects with an Error that says what is wrong with the agent.
 */
export function listAgent(socketPath: string, timeoutMs: number): Promise<readonly Buffer[]> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath)
    let heard = Buffer.alloc(0)
    const fail = (why: string) => {
      socket.destroy()
      reject(new Error(why))
    }
    socket.setTimeout(timeoutMs, () => fail('no answer'))
    socket.on('error', ({ message }) => fail(message))
    socket.on('close', () => fail('it hung up'))
    socket.on('data', (chunk) => {
      heard = Buffer.concat([heard, chunk])
      const sizeBytes = heard.length < 4 ? 0 : heard.readUInt32BE()
      if (sizeBytes > limitBytes) return fail('it says nothing sensible')
      if (heard.length < 4 || heard.length < 4 + sizeBytes) return
      const keys = keysIn(heard.subarray(4, 4 + sizeBytes))
      if (keys === undefined) return fail('it says nothing sensible')
      resolve(keys)
      socket.destroy()
    })
    socket.write(requestIdentities)
  })
}

// The number of keys, then of each the key and a remark.
function keysIn(answer: Buffer): readonly Buffer[] | undefined {
  if (answer[0] !== identitiesAnswer || answer.length < 5) return undefined
  const keys: Buffer[] = []
  let at = 5
  for (let left = answer.readUInt32BE(1); left > 0; left -= 1) {
    const key = stringAt(answer, at)
    const remark = key && stringAt(answer, at + 4 + key.length)
    if (key === undefined || remark === undefined) return undefined
    keys.push(key)
    at += 8 + key.length + remark.length
  }
  return keys
}

function stringAt(data: Buffer, at: number): Buffer | undefined {
  if (at + 4 > data.length) return undefined
  const end = at + 4 + data.readUInt32BE(at)
  return end > data.length ? undefined : data.subarray(at + 4, end)
}

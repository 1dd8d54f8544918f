import type { ClientChannel } from 'ssh2'
import type { Opening } from './session.ts'

/**
 * Sends stdin when its reader is there; the function that is returned has to hear all of stderr. The password goes out only
 * after the prompt and the rest only after the sign: neither ever reaches the wrong one of the two.
 */
export function feedStdin(
  channel: Pick<ClientChannel, 'write' | 'end' | 'signal'>,
  stdin: string,
  opening?: Opening,
): (chunk: Buffer) => void {
  if (opening === undefined) {
    channel.end(stdin)
    return () => undefined
  }
  const { sign, prompt, password } = opening
  let heard = ''
  let promptCount = 0
  let isOver = false
  return (chunk) => {
    if (isOver) return
    heard += chunk.toString('latin1')
    const count = heard.split(prompt).length - 1
    isOver = heard.includes(sign) || count > 1 || (count === 1 && password === undefined)
    if (heard.includes(sign)) channel.end(stdin)
    else if (isOver) giveUp(channel)
    else if (count > promptCount) channel.write(`${password?.reveal()}\n`)
    promptCount = count
  }
}

// sudo-rs takes the end of stdin for an empty password and tries it twice more, which may lock an account: it is ended before,
// where the server passes signals on (OpenSSH since 7.9).
function giveUp(channel: Pick<ClientChannel, 'end' | 'signal'>): void {
  channel.signal('TERM')
  channel.end()
}

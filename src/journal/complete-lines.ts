import { open } from 'node:fs/promises'

/** The whole lines of a file, one at a time; a last one without its end, which a power cut leaves, is none. */
export async function* completeLines(path: string): AsyncGenerator<string> {
  const file = await open(path)
  try {
    let rest = ''
    for await (const chunk of file.createReadStream({ encoding: 'utf8', autoClose: false })) {
      const lines = `${rest}${chunk}`.split('\n')
      rest = lines.pop() ?? ''
      yield* lines
    }
  } finally {
    await file.close()
  }
}

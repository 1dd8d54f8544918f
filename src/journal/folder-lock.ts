import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { kill, pid as ourPid } from 'node:process'
import { RefusedError } from '../base/errors.ts'

/** Marks the folder of a run as in use by this process; throws a RefusedError while another living process has it. */
export function lockFolder(folder: string, called = 'this run'): () => void {
  const path = `${folder}/lock`
  const mine = `${ourPid} ${startOf(ourPid)}`
  for (;;) {
    if (hasCreated(path, mine)) return () => rmSync(path, { force: true })
    const held = contentOf(path)
    if (held === undefined) continue
    const [pid = '', ...start] = held.split(' ')
    if (isAlive(Number(pid), start.join(' ')))
      throw new RefusedError(`another maestro, process ${pid}, is at work on ${called}`, {
        hint: 'let it come to its end, or stop it by Ctrl-C or SIGTERM',
      })
    takeAway(path, held)
  }
}

/** Whether a living process works on the run of that folder. */
export function isInUse(folder: string): boolean {
  const [pid, ...start] = contentOf(`${folder}/lock`)?.split(' ') ?? []
  return pid !== undefined && isAlive(Number(pid), start.join(' '))
}

function hasCreated(path: string, content: string): boolean {
  // Written aside and linked, it is whole from its first moment: an empty one would pass for that of a dead process.
  const whole = `${path}.${ourPid}.new`
  try {
    writeFileSync(whole, content, { mode: 0o600 })
    linkSync(whole, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(whole, { force: true })
  }
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

// Of two that find the same dead one, the slower may move the lock of the faster: then it puts it back.
function takeAway(path: string, held: string): void {
  const aside = `${path}.${ourPid}`
  try {
    renameSync(path, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  if (contentOf(aside) !== held) linkSync(aside, path)
  rmSync(aside)
}

function isAlive(pid: number, start: string): boolean {
  try {
    kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  return startOf(pid) === start
}

// Process numbers come again; together with the boot and the moment of its start one is itself. Elsewhere than on Linux the number has to do.
function startOf(pid: number): string {
  const boot = contentOf('/proc/sys/kernel/random/boot_id')?.trim() ?? ''
  const stat = contentOf(`/proc/${pid}/stat`) ?? ''
  const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  return `${boot} ${ticks}`
}

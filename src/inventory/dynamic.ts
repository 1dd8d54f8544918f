import { UsageError } from '../base/errors.ts'
import { runProgram } from '../base/spawn.ts'

/** Where an inventory executable says that a server is; absent fields are left to the manifest and the user's ssh. */
export interface InventoryHost {
  readonly address?: string
  readonly user?: string
  readonly port?: number
}

const limits = { timeLimitMs: 30_000 }
const answerLimitBytes = 64 * 1024 * 1024

/**
 * Asks an executable that speaks Ansible's dynamic inventory protocol (`--list`, `_meta.hostvars`) where servers are.
 * Throws a UsageError that names the executable when it fails, hangs for more than 30 s, or answers anything else.
 */
export async function askInventory(
  path: string,
  { timeLimitMs } = limits,
): Promise<ReadonlyMap<string, InventoryHost>> {
  return readAnswer(await run(path, timeLimitMs), path)
}

async function run(path: string, timeLimitMs: number): Promise<string> {
  const { stdout, failure } = await runProgram({ path, args: ['--list'], timeLimitMs, limitBytes: answerLimitBytes })
  if (failure === undefined) return stdout
  throw new UsageError(`${path}: the inventory ${failure}`, {
    hint: `run it by hand: ${path} --list must print JSON within ${timeLimitMs / 1000} s and exit 0`,
  })
}

function readAnswer(text: string, path: string): ReadonlyMap<string, InventoryHost> {
  const hostvars = field(field(parseJson(text, path), '_meta'), 'hostvars')
  if (!isRecord(hostvars))
    throw new UsageError(`${path}: the inventory's answer has no _meta.hostvars`, {
      hint: 'maestro reads { "_meta": { "hostvars": { "web-1": { "ansible_host": "203.0.113.11" } } } }',
    })
  return new Map(Object.entries(hostvars).map(([name, vars]) => [name, readHost({ name, vars, path })]))
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const start = text.trim().slice(0, 60)
    throw new UsageError(`${path}: the inventory's answer is not JSON; it begins with ${JSON.stringify(start)}`, {
      cause,
    })
  }
}

function readHost({ name, vars, path }: { name: string; vars: unknown; path: string }): InventoryHost {
  const address = field(vars, 'ansible_host')
  const user = field(vars, 'ansible_user')
  const port = field(vars, 'ansible_port')
  const wrong = (key: string) => new UsageError(`${path}: ${key} of ${name} in the inventory's answer cannot be used`)
  if (address !== undefined && (typeof address !== 'string' || address === '')) throw wrong('ansible_host')
  if (user !== undefined && typeof user !== 'string') throw wrong('ansible_user')
  if (port !== undefined && !isPort(Number(port))) throw wrong('ansible_port')
  return {
    ...(address === undefined ? {} : { address }),
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port: Number(port) }),
  }
}

const isPort = (value: number) => Number.isInteger(value) && value > 0 && value < 65_536

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const field = (value: unknown, key: string): unknown => (isRecord(value) ? value[key] : undefined)

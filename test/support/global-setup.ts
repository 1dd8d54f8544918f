import { hasTool } from './tools.ts'

const optional = [
  'ssh',
  'sshd',
  'ssh-agent',
  'ssh-keygen',
  'dropbear',
  'dash',
  'busybox',
  'strace',
  'csh',
  'fish',
  'zsh',
]

/** Says once, by name, which parts of the suite this computer cannot run. */
export function setup(): void {
  const missing = optional.filter((tool) => !hasTool(tool))
  if (missing.length === 0) return
  if (process.env.MAESTRO_REQUIRE_ALL === '1')
    throw new Error(`tools that the tests need are missing: ${missing.join(', ')}`)
  process.stderr.write(`not run here, for want of the tool: the tests with ${missing.join(', ')}\n`)
}

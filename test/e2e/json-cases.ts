import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runMaestro } from '../support/fixtures/loopback-fleet.ts'

/** A command, the exit code that it has, and events that must be among those that it prints with `--output json`. */
export interface Case {
  readonly words: string
  readonly exitCode: number
  readonly events: string
  /** What is done on the lab before, in a shell; `$lab` is its folder, `$out` that of the test. */
  readonly before?: string
}

export interface Output {
  readonly exitCode: number
  readonly text: string
  /** The events of the newest run then. */
  readonly journal: string
}

const run = 'run-started plan locking step-started step-applied step-verified server-ended unlocked run-ended'
const noRun = 'command-started plan server-ended command-ended'

const deadLock = `lock="$lab/web-2/var/lib/maestro/lock"; mkdir -p "$lock"
for file in run owner controller; do echo 20261101-020000-dead >"$lock/$file"; done
echo 1795000000 >"$lock/since"; touch -d '20 minutes ago' "$lock/heartbeat"`

const withDockerVersion = String.raw`sed 's/^docker:/docker:\n  configuration: {docker_version: latest}/' "$MAESTRO_MANIFEST" >"$lab/Docker.yml"`

const rebootInBackground = `maestro reboot --force --yes --server web-2 --no-drain --output json >"$out/background" 2>"$out/errors" &
until ls "$XDG_STATE_HOME"/maestro/runs/*/lock >"$out/locks" 2>&1; do sleep 0.05; done`

/** In this order, on one lab, of which cache-1 is down and db-1 does not come back from its first restart. */
export const onLab: readonly Case[] = [
  { words: 'runs list', exitCode: 0, events: 'command-ended' },
  { words: 'manifest servers', exitCode: 0, events: 'manifest-server command-ended' },
  { words: 'status', exitCode: 3, events: 'command-started server command-ended' },
  { words: 'status -m /nowhere', exitCode: 2, events: 'command-ended' },
  { words: 'reboot-status --exit-code --server db-1', exitCode: 10, events: 'command-started server command-ended' },
  { words: 'doctor', exitCode: 3, events: 'command-started controller server command-ended' },
  { words: 'unattended-upgrades --dry-run --server db-1', exitCode: 0, events: 'command-started plan command-ended' },
  { words: 'unattended-upgrades --server db-1', exitCode: 0, events: `${run} progress` },
  { words: 'unattended-upgrades --server db-1', exitCode: 0, events: noRun },
  { words: 'security-upgrade --server web-1 --server cache-1', exitCode: 3, events: noRun },
  {
    words: 'security-upgrade --server web-1 --server cache-1 --max-unreachable 1',
    exitCode: 0,
    events: `${run} drain-started drain-ended`,
  },
  {
    words: 'docker-upgrade --server web-1 -m $lab/Docker.yml',
    exitCode: 1,
    events: noRun,
    before: withDockerVersion,
  },
  { words: 'deploy --security-upgrades --server lb-1', exitCode: 0, events: run },
  {
    words: 'reboot --server db-1 --up-timeout 4s',
    exitCode: 1,
    events: 'run-started plan step-started progress server-ended run-ended',
  },
  {
    words: 'resume',
    exitCode: 0,
    events: 'run-resumed plan step-verified server-ended run-ended',
    before: ': >"$lab/db-1/lab/fault"',
  },
  { words: 'resume', exitCode: 2, events: 'command-ended' },
  { words: 'unlock', exitCode: 4, events: 'command-started lock lock-unknown command-ended', before: deadLock },
  {
    words: 'unlock --yes --server web-2',
    exitCode: 0,
    events: 'command-started lock run-started plan taking-over unlocked server-ended run-ended',
  },
  { words: 'runs list', exitCode: 0, events: 'run command-ended' },
  { words: 'runs show last', exitCode: 0, events: 'run-started plan taking-over run-ended command-ended' },
  { words: 'runs logs web-2', exitCode: 0, events: 'taking-over server-ended command-ended' },
  {
    words: 'runs show --follow',
    exitCode: 0,
    events: 'run-started plan step-started step-verified run-ended command-ended',
    before: rebootInBackground,
  },
]

/** On an application whose address and servers are programs of the test. */
export const onApplication: readonly Case[] = [
  { words: 'failover status', exitCode: 0, events: 'failover command-ended' },
  {
    words: 'failover switch green --dry-run --exit-code',
    exitCode: 10,
    events: 'command-started plan command-ended',
  },
  { words: 'failover switch blue', exitCode: 0, events: noRun },
  {
    words: 'failover switch green',
    exitCode: 0,
    events: 'run-started plan step-started hook-ran step-verified server-ended run-ended',
  },
  {
    words: 'failover rollback',
    exitCode: 0,
    events: 'run-started plan step-started step-verified server-ended run-ended',
  },
  { words: 'rebuild environment --dry-run -m Rebuild.yml', exitCode: 0, events: 'command-started plan command-ended' },
  { words: 'rebuild environment -m Rebuild.yml', exitCode: 4, events: 'command-ended' },
  { words: 'rebuild server web-1 -m Rebuild.yml', exitCode: 2, events: 'command-ended' },
  {
    words: 'rebuild retire --yes',
    exitCode: 0,
    events: 'run-started plan step-started step-verified server-ended run-ended',
  },
]

/** Runs all of `onLab`, one after the other; what each prints stays in `folder`. */
export async function runOnLab(folder: string): Promise<readonly (readonly [Case, Output])[]> {
  mkdirSync(folder)
  const script = onLab.map(
    ({ words, before = '' }, index) => `${before}
maestro ${words} --output json >"$out/${index}" 2>"$out/${index}.errors"; echo $? >"$out/${index}.code"
cat "$XDG_STATE_HOME/maestro/runs/$(ls "$XDG_STATE_HOME/maestro/runs" | tail -n 1)/events.ndjson" >"$out/${index}.journal"`,
  )
  const text = [`lab=\${MAESTRO_MANIFEST%/*}`, `out=${folder}`, ...script, 'wait'].join('\n')
  const faults = ['--fault', 'cache-1=down', '--fault', 'db-1=never-returns']
  await runMaestro(folder, ['lab', 'run', ...faults, '--', 'sh', '-c', text], {
    env: { TMPDIR: folder },
    timeoutMs: 280_000,
  })
  const read = (name: string) => readFileSync(join(folder, name), 'utf8')
  return onLab.map((one, index) => [
    one,
    { text: read(`${index}`), exitCode: Number(read(`${index}.code`)), journal: read(`${index}.journal`) },
  ])
}

/** Runs all of `onApplication`, one after the other, in a new folder. */
export async function runOnApplication(folder: string): Promise<readonly (readonly [Case, Output])[]> {
  writeApplication(folder)
  const state = join(folder, 'state')
  const done: (readonly [Case, Output])[] = []
  for (const one of onApplication) {
    const words = [...one.words.split(' '), '--output', 'json']
    const { exitCode = -1, stdout } = await runMaestro(folder, words, { env: { XDG_STATE_HOME: state } })
    done.push([one, { exitCode, text: stdout, journal: lastJournal(join(state, 'maestro/runs')) }])
  }
  return done
}

const provider = `request=$(cat)
[ "$1" != destroy ] || touch gone
[ -e gone ] || list='{"id": "m-1", "environment": "green", "name": "web-1", "address": "203.0.113.111"}'
echo "{\\"servers\\": [$list]}"`

const mover = `case $1 in
status) printf '{"at": "%s"}' "$(cat at 2>/dev/null || echo blue)" ;;
switch) sed 's/.*"to":{"environment":"\\([a-z]*\\)".*/\\1/' >at ;;
esac`

const manifest = (own: string) => `blue: {docker: {servers: [{server: {unique_name: web-1, address: 203.0.113.11}}]}}
green: {docker: {servers: [{server: {unique_name: web-1}}]}}
maestro:
  ssh: {config: none}
  provider: {command: ./provider}
  failover: {address: 203.0.113.10, primary: blue, secondary: green, ttl: 1s, driver: {kind: command, command: ./mover}}
${own}`

/** Makes a folder with the manifest of an application, and the programs that it names. */
export function writeApplication(folder: string): void {
  mkdirSync(folder)
  for (const [name, text] of Object.entries({ provider, mover })) {
    writeFileSync(join(folder, name), `#!/bin/sh\ncd "\${0%/*}" || exit 1\n${text}\n`)
    chmodSync(join(folder, name), 0o755)
  }
  writeFileSync(join(folder, 'Manifest.yml'), manifest(''))
  writeFileSync(join(folder, 'Rebuild.yml'), manifest('  health: {url: "http://localhost/up"}\n'))
}

function lastJournal(runs: string): string {
  const [last] = existsSync(runs) ? readdirSync(runs).toSorted().toReversed() : []
  return last === undefined ? '' : readFileSync(join(runs, last, 'events.ndjson'), 'utf8')
}

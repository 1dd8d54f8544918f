import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'

/** What a restart does to a server's root: a new boot, an empty /run with the units that begin with it, the newest kernel. */
export function bootServer(root: string): void {
  const run = `${root}/run`
  for (const name of readdirSync(run)) rmSync(`${run}/${name}`, { recursive: true, force: true })
  for (const folder of ['systemd/system', 'lab/units', 'haproxy']) mkdirSync(`${run}/${folder}`, { recursive: true })
  for (const unit of readdirSync(`${root}/lab/enabled`).filter((name) => name.includes('.')))
    writeFileSync(`${run}/lab/units/${unit}`, '')
  if (readFileSync(`${root}/lab/containers`, 'utf8') !== '') writeFileSync(`${run}/docker.sock`, '')

  for (const name of readdirSync(`${root}/proc`).filter((each) => /^\d+$/.test(each)))
    rmSync(`${root}/proc/${name}`, { recursive: true, force: true })
  write(`${root}/proc/sys/kernel/random`, 'boot_id', `${randomUUID()}\n`)
  write(`${root}/proc/1`, 'stat', `1 (systemd) S 0 1 1 0 -1 ${'0 '.repeat(8)}0 20 0 1 0 21 0 0\n`)
  const kernels = readdirSync(`${root}/boot`).filter((name) => name.startsWith('vmlinuz-'))
  const newest =
    kernels
      .map((name) => name.slice('vmlinuz-'.length))
      .toSorted()
      .at(-1) ?? ''
  write(`${root}/lab`, 'kernel', `${newest}\n`)
  write(`${root}/proc`, 'version_signature', `Ubuntu ${newest.replace(/-(\d+)-generic/, '-$1.$1-generic')} 6.8.12\n`)
  write(`${root}/lab`, 'stale', '')
  write(`${root}/lab`, 'booted', `${Date.now()}\n`)
  rmSync(`${root}/lab/pids`, { recursive: true, force: true })
}

const day = 86_400_000

/** Brings what goes with the clock up to date: uptime, boot time, the next night. A lab that has just begun pretends to 12 days. */
export function writeUptime(root: string, nowMs = Date.now()): void {
  const isFirst = !existsSync(`${root}/lab/restarted`)
  const booted = Number(readFileSync(`${root}/lab/booted`, 'utf8')) - (isFirst ? 12 * day : 0)
  const seconds = ((nowMs - booted) / 1000).toFixed(2)
  writeFileSync(`${root}/proc/uptime`, `${seconds} ${seconds}\n`)
  writeFileSync(`${root}/proc/stat`, `btime ${Math.floor(booted / 1000)}\n`)
  const next = nextTimerRun(nowMs)
  const weekday = next.toUTCString().slice(0, 3)
  writeFileSync(`${root}/lab/next-night`, `${weekday} ${next.toISOString().slice(0, 19).replace('T', ' ')} UTC\n`)
}

function write(folder: string, name: string, text: string): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${folder}/${name}`, text)
}

/** The next six o'clock, at which the nights of the lab's servers begin. */
export function nextTimerRun(nowMs: number): Date {
  const six = 6 * 3_600_000
  return new Date(Math.ceil((nowMs - six) / day) * day + six)
}

import { setTimeout as sleep } from 'node:timers/promises'
import { type Controller, makeController } from './controller.ts'
import { type FleetServer, fleetDirectory } from './fleet.ts'
import { asRoot } from './inside.ts'
import { initChanges, mostDown, startWatch } from './watch.ts'

/** Short waits and long limits: what is tested is never how fast this machine is. */
export const rebootSettings = '  rollout: {stable_time: 1s, ready_timeout: 60s, down_timeout: 150s, up_timeout: 150s}'

export const makeRebootController = (some: readonly FleetServer[], more = rebootSettings): Controller =>
  makeController(some, { settings: more })

/** Has a package ask for a restart of each. */
export const requireReboot = (some: readonly FleetServer[]) =>
  Promise.all(
    some.map((server) => asRoot(server, 'echo linux-base >/run/reboot-required.pkgs; touch /run/reboot-required')),
  )

/** What happens meanwhile, seen from outside: how many are down at once, and how often each restarts. */
export async function watchReboots(servers: readonly FleetServer[], during: () => Promise<unknown>) {
  const watch = await startWatch(`${fleetDirectory()}/run/reboot-watch.ndjson`, servers)
  await during().finally(() => sleep(300))
  const seen = await watch.stop()
  const restarts: Record<string, number> = {}
  for (const { server } of initChanges(seen)) restarts[server] = (restarts[server] ?? 0) + 1
  return { down: mostDown(seen), restarts, seen }
}

export const onceEach = (some: readonly FleetServer[]) => Object.fromEntries(some.map(({ name }) => [name, 1]))

/** How each server ended, by the events on stdout. */
export function statusesIn(stdout: string): Readonly<Record<string, string>> {
  const ends = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { event: string; server?: string; outcome?: { status: string } })
  return Object.fromEntries(
    ends.flatMap(({ server, outcome }) => (server && outcome ? [[server, outcome.status]] : [])),
  )
}

/** Whether a step has been started for some time. */
export function stepStartedFor({ runs, eventsOf }: Controller, timeMs: number): () => Promise<boolean> {
  const before = runs()
  let begunMs: number | undefined
  return async () => {
    const run = runs().find((name) => !before.includes(name))
    if (run !== undefined && eventsOf(run).some(({ event }) => event === 'step-started')) begunMs ??= Date.now()
    return begunMs !== undefined && Date.now() - begunMs >= timeMs
  }
}

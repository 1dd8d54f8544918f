import { readFileSync } from 'node:fs'
import type { Json } from '../../../src/base/json.ts'
import type { UnattendedOptions } from '../../../src/operations/unattended-upgrades/desired-config.ts'
import { unattendedUpgrades } from '../../../src/operations/unattended-upgrades/operation.ts'
import type { ServerContext } from '../../../src/plan/context.ts'
import type { Step } from '../../../src/plan/step.ts'
import { stepContext } from '../../support/builders/step-context.ts'
import { busyboxImage } from './busybox-image.ts'
import { type FleetServer, fleetDirectory } from './fleet.ts'
import { fleetScript } from './fleet-script.ts'
import { asRoot, fetchLists, waitUntilRunning } from './inside.ts'
import { overSsh } from './ssh.ts'

/** What became of one step: the lines of its plan and its proof, or why there was nothing to do. */
export type StepResult = { readonly id: string } & (
  | { readonly lines: readonly string[]; readonly proof: Json }
  | { readonly status: string; readonly why: string }
)

/** One more system in the fleet, for tests that leave it other than they found it. Its timers fire twelve hours from now. */
export async function addServer(name: string, role: FleetServer['role'] = 'plain'): Promise<FleetServer> {
  await fleetScript(['add', `${name}:${role}`], 10)
  const server = JSON.parse(readFileSync(`${fleetDirectory()}/run/servers/${name}/server.json`, 'utf8')) as FleetServer
  await waitUntilRunning(server)
  await asRoot(
    server,
    `for timer in apt-daily apt-daily-upgrade; do
      printf '[Timer]\\nOnCalendar=\\nOnCalendar=*-*-* %s\\nRandomizedDelaySec=0\\n' "$(date -d '12 hours' +%H:%M)" \\
        >/etc/systemd/system/$timer.timer.d/fleet.conf
    done
    systemctl daemon-reload`,
  )
  await fetchLists(server)
  if (role === 'docker' || role === 'docker-ce') await asRoot(server, busyboxImage)
  return server
}

/** Does what the operation means on a server, step after step, each by a look of its own. */
export async function configureUnattendedUpgrades(
  server: FleetServer,
  options: Partial<UnattendedOptions> = {},
): Promise<readonly StepResult[]> {
  const { facts, pass } = unattendedUpgrades({ remove: false, hold: [], origins: [], ...options })
  const done: StepResult[] = []
  for (const step of pass.steps) {
    const ctx = stepContextOn(server, step.id)
    done.push(await performStep(step, ctx, await ctx.gatherFacts(facts)))
  }
  return done
}

/** What became of the settings among all that was done. */
export const configureResult = (done: readonly StepResult[]) =>
  done.find(({ id }) => id.startsWith('unattended-upgrades-settings'))

/** Runs the real nightly job, as its timer does, to its end. */
export const runUnattendedUpgrades = (server: FleetServer) =>
  asRoot(server, 'systemctl start apt-daily-upgrade.service')

/** What a step does with a server, over ssh as an administrator comes in. */
export const stepContextOn = (server: FleetServer, step: string) =>
  stepContext(server.name, step, async (input, { asRoot: isRoot }) => {
    const { exitCode, stdout, stderr } = await overSsh(server, isRoot ? 'sudo -n sh -s' : 'sh -s', { input })
    return { status: exitCode, stdout, stderr }
  })

/** Does one step of an operation on a server by the look that it is foreseen by, and proves it. */
export async function performStep(
  step: Step,
  ctx: ServerContext,
  facts: Awaited<ReturnType<ServerContext['gatherFacts']>>,
): Promise<StepResult> {
  const verdict = step.plan(facts)
  if (verdict.status !== 'due') return { id: step.id, status: verdict.status, why: verdict.why }
  const before = await step.snapshot(ctx, verdict.change)
  await step.apply(ctx, before)
  if (!['yes', 'running'].includes(await step.status(ctx, before)))
    throw new Error(`${step.id} was done and seems not to be`)
  return { id: step.id, lines: step.describe(verdict.change), proof: await step.verify(ctx, before) }
}

/** Everything that a run must leave as it is when nothing is due, as one text. */
export const stateOf = (server: FleetServer): Promise<string> =>
  asRoot(
    server,
    `find /etc /var/lib/dpkg /var/lib/apt/extended_states -type f ! -name '*-old' ! -name 'lock*' -exec sha256sum {} + | sort -k 2
    find /etc -type l -printf '%p -> %l\\n' | sort
    find /var/lib/apt/periodic /var/log/apt /var/log/unattended-upgrades -type f -printf '%p %m %T@\\n' | sort
    ls -A /etc/apt /etc/apt/apt.conf.d
    systemctl list-unit-files --no-legend --type=timer,service
    systemctl show -p Id -p ActiveState apt-daily.timer apt-daily-upgrade.timer
    apt-mark showmanual; apt-mark showhold`,
  )

type Archive = {
  readonly name: string
  /** Fields of its Release file. */
  readonly release: Readonly<Record<'Origin' | 'Label' | 'Suite' | 'Codename', string>>
  /** Shell that puts packages into the current folder; \`deb NAME VERSION [CONTROL-LINE]\` makes one of no content, for $architecture where that is set. */
  readonly packages: string
}

/** An apt archive in a folder of the server, with a source for it. */
export const addArchive = (server: FleetServer, { name, release, packages }: Archive): Promise<string> =>
  asRoot(
    server,
    `deb() {
      mkdir -p /tmp/deb/DEBIAN
      name=$1 version=$2
      shift 2
      printf '%s\\n' "Package: $name" "Version: $version" "Architecture: \${architecture:-all}" 'Maintainer: nobody <root@localhost>' 'Description: x' "$@" \\
        >/tmp/deb/DEBIAN/control
      dpkg-deb --root-owner-group --build /tmp/deb "\${name}_$version.deb" >/dev/null
    }
    mkdir -p /srv/${name}
    cd /srv/${name}
    ${packages}
    for file in *.deb; do
      dpkg-deb --field "$file"
      printf 'Filename: ./%s\\nSize: %s\\nSHA256: %s\\n\\n' "$file" "$(stat -c %s "$file")" "$(sha256sum "$file" | cut -d ' ' -f 1)"
    done >Packages
    printf '%s\\n' ${Object.entries(release)
      .map(([field, value]) => `'${field}: ${value}'`)
      .join(' ')} "Date: $(date -Ru)" 'SHA256:' \\
      " $(sha256sum Packages | cut -d ' ' -f 1) $(stat -c %s Packages) Packages" >Release
    echo "deb [trusted=yes] file:/srv/${name} ./" >/etc/apt/sources.list.d/${name}.list
    apt-get -qq update`,
  )

/** The installed version of each package, where there is one. */
export async function versionsOf(
  server: FleetServer,
  names: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const said = await asRoot(server, `dpkg-query -W -f '\${Package} \${Version}\\n' ${names.join(' ')}`)
  return Object.fromEntries(said.split('\n').map((line) => line.split(' ')))
}

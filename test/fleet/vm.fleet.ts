import { release } from 'node:os'
import { beforeAll, expect, it } from 'vitest'
import { type FleetServer, runMaestro } from './support/fleet.ts'
import { writeManifest } from './support/manifest.ts'
import { asRootInVm, rebootVm, startVm } from './support/vm.ts'

// Containers share the kernel of their machine: only here can a reboot change it.
let server: FleetServer

beforeAll(async () => {
  server = await startVm('kernel-1')
})

/** What maestro says of the restart, and its look at the kernels. */
async function maestroFacts() {
  const manifest = writeManifest([server])
  const { stdout } = await runMaestro(['reboot-status', '-m', manifest.path, '--output', 'json'])
  manifest.remove()
  const [, { reboot, facts }] = stdout.split('\n', 2).map((line) => JSON.parse(line))
  return {
    due: reboot.due,
    reasons: reboot.reasons,
    running: facts.kernel.value.running,
    newest: facts.kernel.value.newest,
    needrestart: facts.needrestart.value.kernel,
  }
}

const upToDate = { due: 'no', reasons: [], needrestart: 'current' }

/** Which kernel runs, and what asks for a reboot. */
const look = async () => {
  const script = 'uname -r; cat /var/run/reboot-required.pkgs || echo none'
  const [running, asking] = (await asRootInVm(server, script)).split('\n')
  return { running, asking }
}

it('status reports the running kernel of a virtual machine, and the newer one after its reboot', async () => {
  const older = await look()
  const olderFacts = await maestroFacts()

  await asRootInVm(server, 'dpkg --install /opt/linux-image-*.deb >&2')
  const installed = await look()
  const installedFacts = await maestroFacts()
  await rebootVm(server)
  const newer = await look()
  const newerFacts = await maestroFacts()

  expect(older).toEqual({ running: expect.stringMatching(/-cloud-amd64$/), asking: 'none' })
  expect(older.running).not.toBe(release())
  expect(installed).toEqual({ running: older.running, asking: `linux-image-${newer.running}` })
  expect(newer).toEqual({ running: newer.running, asking: 'none' })
  expect(newer.running).not.toBe(older.running)
  expect(olderFacts).toEqual({ ...upToDate, running: older.running, newest: older.running })
  expect(installedFacts).toEqual({
    due: 'yes',
    reasons: expect.arrayContaining([`runs kernel ${older.running}, ${newer.running} is installed`]),
    running: older.running,
    newest: newer.running,
    needrestart: 'version-upgrade',
  })
  expect(newerFacts).toEqual({ ...upToDate, running: newer.running, newest: newer.running })
}, 900_000)

import { release } from 'node:os'
import { beforeAll, expect, it } from 'vitest'
import type { FleetServer } from './fleet.ts'
import { asRootInVm, rebootVm, startVm } from './vm.ts'

// Containers share the kernel of their machine: only here can a reboot change it.
let server: FleetServer

beforeAll(async () => {
  server = await startVm('kernel-1')
})

/** Which kernel runs, what asks for a reboot, and needrestart's word: 1 for the expected kernel, 3 for an older one. */
const look = async () => {
  const script = 'uname -r; cat /var/run/reboot-required.pkgs || echo none; needrestart -b | sed -n "s/.*KSTA: //p"'
  const [running, asking, kernelState] = (await asRootInVm(server, script)).split('\n')
  return { running, asking, kernelState }
}

it('runs a kernel of its own, and the newer one when it reboots after that was installed', async () => {
  const older = await look()

  await asRootInVm(server, 'dpkg --install /opt/linux-image-*.deb >&2')
  const installed = await look()
  await rebootVm(server)
  const newer = await look()

  expect(older).toEqual({ running: expect.stringMatching(/-cloud-amd64$/), asking: 'none', kernelState: '1' })
  expect(older.running).not.toBe(release())
  expect(installed).toEqual({ running: older.running, asking: `linux-image-${newer.running}`, kernelState: '3' })
  expect(newer).toEqual({ running: newer.running, asking: 'none', kernelState: '1' })
  expect(newer.running).not.toBe(older.running)
}, 300_000)

import { describe, expect, it, onTestFinished } from 'vitest'
import { addArchive } from './support/apt-archive.ts'
import { diskFull, sudoPassword } from './support/faults.ts'
import { asRoot } from './support/inside.ts'
import {
  expectConsistent,
  pocket,
  upgradeCommand,
  useController,
  useOutdatedServers,
} from './support/outdated-servers.ts'

const { one, other, two } = useOutdatedServers('bare-1', 'bare-2')

describe('security-upgrade is refused', () => {
  it('when there is no disk space', async () => {
    const undo = await diskFull(one())
    onTestFinished(undo)

    const run = await useController([one()]).maestro(...upgradeCommand, '--no-refresh')

    expect(run.exitCode).not.toBe(0)
    expect(`${run.stdout}${run.stderr}`).toMatch(/MB free|No space left|KB are needed/)
  })

  it('when sudo wants a password', async () => {
    const { undo } = await sudoPassword(one())
    onTestFinished(undo)

    const run = await useController([one()]).maestro(...upgradeCommand)

    expect(run.exitCode).not.toBe(0)
    expect(`${run.stdout}${run.stderr}`).toContain('sudo wants a password')
  })

  it.each([
    [
      'a repository cannot be reached',
      'deb [trusted=yes] http://127.0.0.1:9/ ./',
      /cannot be refreshed: E: .*127\.0\.0\.1/,
    ],
    [
      'the clock is behind the repository, or its maker is ahead',
      'deb [trusted=yes] file:/srv/ahead ./',
      /cannot be refreshed: E: .*not valid yet.*is the clock of this server right/,
    ],
    [
      'a repository is not signed',
      'deb file:/srv/unsigned ./',
      /cannot be refreshed: E: .*(its key is missing|not signed)/,
    ],
  ])('when %s', async (_, source, why) => {
    await asRoot(
      one(),
      `rm -rf /srv/unsigned /srv/ahead; cp -r /srv/soak /srv/unsigned; cp -r /srv/soak /srv/ahead
       sed -i 's/^Date: .*/Date: Sat, 01 Jan 2033 00:00:00 +0000/' /srv/ahead/Release; echo '${source}' >/etc/apt/sources.list.d/bad.list`,
    )
    onTestFinished(async () => void (await asRoot(one(), 'rm /etc/apt/sources.list.d/bad.list; apt-get -qq update')))

    const run = await useController([one()]).maestro(...upgradeCommand)

    expect(run.exitCode).not.toBe(0)
    expect(`${run.stdout}${run.stderr}`).toMatch(why)
    await expectConsistent(one(), '1.0')
  })

  it('when the repository key is wrong', async () => {
    const sources = '/etc/apt/sources.list.d/ubuntu.sources'
    await asRoot(
      one(),
      `cp ${sources} /root/ubuntu.sources
       sed -i 's#^Signed-By: .*#Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg#' ${sources}`,
    )
    onTestFinished(async () => void (await asRoot(one(), `cp /root/ubuntu.sources ${sources}; apt-get -qq update`)))

    const run = await useController([one()]).maestro(...upgradeCommand)

    expect(run.exitCode).not.toBe(0)
    expect(`${run.stdout}${run.stderr}`).toMatch(/cannot be refreshed: E: .*its key is missing/)
    await expectConsistent(one(), '1.0')
  })

  it('when /boot has no space for a new kernel', async () => {
    const kernel = `deb linux-image-fl 1.0; dpkg -i linux-image-fl_1.0.deb >/dev/null; rm linux-image-fl_1.0.deb; deb linux-image-fl 1.1`
    await addArchive(one(), { name: 'kernel', release: pocket('noble-security'), packages: kernel })
    await asRoot(one(), 'mount -t tmpfs -o size=60m tmpfs /boot')
    onTestFinished(
      async () =>
        void (await asRoot(
          one(),
          'umount /boot; dpkg --purge linux-image-fl >/dev/null; rm /etc/apt/sources.list.d/kernel.list; apt-get -qq update',
        )),
    )

    const run = await useController([one()]).maestro(...upgradeCommand)

    expect(run.exitCode).not.toBe(0)
    expect(`${run.stdout}${run.stderr}`).toMatch(/\/boot has 60 MB free, and 150 MB may be needed/)
    await expectConsistent(one(), '1.0')
  })

  it('when /var is read-only', async () => {
    await asRoot(one(), 'mount --bind /var /var; mount -o remount,bind,ro /var')
    onTestFinished(async () => void (await asRoot(one(), 'umount /var')))

    const run = await useController([one()]).maestro(...upgradeCommand, '--no-refresh')

    expect(run.exitCode).not.toBe(0)
    expect(`${run.stdout}${run.stderr}`).toMatch(/\/var is mounted read-only/)
  })

  it('on a server where other packages than planned would be installed; the others continue', async () => {
    const controller = useController(two())
    const plan = `${controller.folder}/plan.json`
    expect(await controller.maestro(...upgradeCommand, '--save-plan', plan)).toMatchObject({ exitCode: 0 })
    const later = 'deb fl-later 1.0; dpkg -i fl-later_1.0.deb >/dev/null; rm fl-later_1.0.deb; deb fl-later 1.1'
    await addArchive(one(), { name: 'later', release: pocket('noble-security'), packages: later })

    const run = await controller.maestro(...upgradeCommand, '--plan', plan, '--yes')

    expect(run.stdout, run.stderr).toMatch(/refused +bare-1 .*fl-later 1\.1 would be installed, too/)
    expect(run.stdout).toMatch(/^changed +bare-2/m)
    await expectConsistent(one(), '1.0')
    await expectConsistent(other(), '1.1')
  })
})

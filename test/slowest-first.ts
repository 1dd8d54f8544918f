import { basename } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

// Those that take minutes, or wait for as long, by what they have taken. vitest itself goes by the size of a file.
const slow = [
  'reboot.fleet.ts',
  'deploy.fleet.ts',
  'compose.fleet.ts',
  'docker-upgrade.fleet.ts',
  'resume.fleet.ts',
  'vm.fleet.ts',
  'weave.fleet.ts',
  'rebuild.fleet.ts',
  'security-upgrade-crash-recovery.fleet.ts',
  'security-upgrade.fleet.ts',
  'rebuild-server.fleet.ts',
  'unattended-upgrades-package.fleet.ts',
  'failover.test.ts',
  'lab.test.ts',
]

/** Begins with the files that take longest, so that no worker is left alone with one of them in the end. */
export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isSlow = ({ moduleId }: TestSpecification) => slow.includes(basename(moduleId))
    const rank = ({ moduleId }: TestSpecification) => slow.indexOf(basename(moduleId))
    const others = files.filter((file) => !isSlow(file))
    return [...files.filter(isSlow).toSorted((a, b) => rank(a) - rank(b)), ...(await super.sort(others))]
  }
}

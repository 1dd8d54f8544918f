import type { Weave } from '../../remote/facts/weave.ts'
import { type ExpectedVersions, isExpected } from '../expected-versions.ts'
import { type Finding, okFinding, warningFinding } from '../finding.ts'

export function weaveChecks(weave: Weave | null, { weaveVersion: wanted }: ExpectedVersions): readonly Finding[] {
  if (weave === null)
    return wanted === undefined ? [] : [warningFinding('weave', `Weave is not installed; the manifest wants ${wanted}`)]
  if (!weave.isRunning) return [warningFinding('weave', `Weave ${weave.version} is not running`, 'weave launch')]
  if (!isExpected(weave.version, wanted))
    return [warningFinding('weave', `Weave ${weave.version}; the manifest wants ${wanted}`)]
  return [okFinding('weave', `Weave ${weave.version} is running`)]
}

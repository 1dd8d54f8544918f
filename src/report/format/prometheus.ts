import type { Sample } from '../view.ts'

const meanings: Readonly<Record<string, string>> = {
  maestro_look_timestamp_seconds: 'When maestro last looked, by the clock of the computer that it ran on.',
  maestro_server_reachable: 'Whether maestro got in and the server answered (1) or not (0).',
  maestro_reboot_required: 'Whether the server needs a restart (1) or not (0); absent where that is not known.',
  maestro_reboot_unknown: 'Whether it is unknown if the server needs a restart.',
  maestro_reboot_required_since_timestamp_seconds: 'When the server first said that it needs a restart.',
  maestro_server_uptime_seconds: 'How long the server has been up.',
  maestro_security_updates_pending: 'Security upgrades that are due on the package lists as they are.',
  maestro_package_lists_age_seconds: 'Age of the newest package list.',
  maestro_unattended_upgrades_daily: 'Whether the nightly security upgrades are set up and run (1) or not (0).',
  maestro_dpkg_interrupted: 'Whether dpkg was interrupted and has to be repaired.',
  maestro_disk_free_bytes: 'Free space.',
  maestro_disk_size_bytes: 'Size of the file system.',
}

/** Samples as the text format of Prometheus, which node_exporter's textfile collector reads. */
export function renderMetrics(samples: readonly Sample[]): string {
  const families = new Map<string, Sample[]>()
  for (const sample of samples) {
    const members = families.get(sample.metric)
    if (members === undefined) families.set(sample.metric, [sample])
    else members.push(sample)
  }
  return [...families].map(([metric, members]) => renderFamily(metric, members)).join('')
}

function renderFamily(metric: string, samples: readonly Sample[]): string {
  const head = `# HELP ${metric} ${meanings[metric] ?? ''}\n# TYPE ${metric} gauge\n`
  return head + samples.map(({ value, labels = {} }) => `${metric}${renderLabels(labels)} ${value}\n`).join('')
}

function renderLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

const escapeLabel = (value: string) => value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')

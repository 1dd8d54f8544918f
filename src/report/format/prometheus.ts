import type { Sample } from '../view.ts'

const meanings: Readonly<Record<string, string>> = {
  maestro_last_run_timestamp_seconds:
    'Time of the last maestro run that wrote this file, by the clock of the computer it ran on.',
  maestro_server_reachable: 'Whether maestro could connect and the server answered (1) or not (0).',
  maestro_reboot_required: 'Whether the server requires a reboot (1) or not (0); absent if unknown.',
  maestro_reboot_unknown: 'Whether it is unknown (1) if the server requires a reboot.',
  maestro_reboot_required_since_timestamp_seconds: 'Time since which the server requires a reboot.',
  maestro_server_uptime_seconds: 'Time since the last boot of the server.',
  maestro_security_upgrades_pending: 'Number of pending security upgrades, by the package lists on the server.',
  maestro_package_lists_age_seconds: 'Age of the newest package list on the server.',
  maestro_unattended_upgrades_daily: 'Whether unattended security upgrades are set up and run daily (1) or not (0).',
  maestro_dpkg_interrupted: 'Whether dpkg was interrupted and needs repair (1) or not (0).',
  maestro_disk_free_bytes: 'Free space of the file system.',
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

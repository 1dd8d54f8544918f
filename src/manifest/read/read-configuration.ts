import type { Component } from '../components.ts'
import type { Diagnostic } from '../diagnostic.ts'
import {
  type DockerConfiguration,
  dockerSchema,
  type LoadBalancerConfiguration,
  loadBalancerSchema,
} from '../schema/components.ts'
import { checkerOf } from '../schema/validate.ts'
import { isEmpty, locate, type MapNode, type Node } from '../yaml/node.ts'
import { misspelt } from './unread-keys.ts'

/** The configuration of the two components whose configuration maestro acts on. */
export interface ReadConfiguration {
  readonly docker?: DockerConfiguration
  readonly loadBalancer?: LoadBalancerConfiguration
  readonly problems: readonly Diagnostic[]
}

/** Reads the `configuration:` of a component; what maestro does not act on is accepted in silence. */
export function readConfiguration(kind: Component, owner: MapNode): ReadConfiguration {
  const node = owner.entries.get('configuration')?.value
  if (node === undefined || isEmpty(node)) return { problems: [] }
  if (kind === 'docker') return readDocker(node)
  return kind === 'load_balancer' ? readLoadBalancer(node) : { problems: [] }
}

function readDocker(node: Node): ReadConfiguration {
  const called = 'docker.configuration'
  const { value, problems: diagnostics } = checkerOf({ schema: dockerSchema, called })(node)
  const all = [
    ...diagnostics,
    ...slips({ node, known: Object.keys(dockerSchema.shape), called }),
    ...twoVersions(node, value),
  ]
  return { ...(value === undefined ? {} : { docker: value }), problems: all }
}

function twoVersions(node: Node, { docker_version, version }: DockerConfiguration = {}): readonly Diagnostic[] {
  if (!docker_version || !version || docker_version === version) return []
  const message = `docker_version says ${docker_version} and its older name version says ${version}; keep one of them`
  return [{ position: locate(node, ['version']), message }]
}

function readLoadBalancer(node: Node): ReadConfiguration {
  const called = 'load_balancer.configuration'
  const { value, problems: diagnostics } = checkerOf({ schema: loadBalancerSchema, called })(node)
  const all = [...diagnostics, ...slips({ node, known: Object.keys(loadBalancerSchema.shape), called })]
  return { ...(value === undefined ? {} : { loadBalancer: value }), problems: all }
}

type Slips = { readonly node: Node; readonly known: readonly string[]; readonly called: string }

function slips({ node, known, called }: Slips): readonly Diagnostic[] {
  const entries = node.kind === 'map' ? [...node.entries] : []
  return entries.flatMap(([key, entry]) => misspelt({ key, entry, known, of: called }) ?? [])
}

/** How the servers behind load balancers are taken out of service. */
export type HaproxyConfig = {
  readonly kind: 'haproxy'
  /** Names of servers of the manifest. */
  readonly balancers: readonly string[]
  /** Groups whose servers are behind them. */
  readonly groups: readonly string[]
  /** How long sessions may take to end. */
  readonly timeoutMs: number
  readonly waitAfterRemovingMs: number
  readonly waitAfterAddingMs: number
}

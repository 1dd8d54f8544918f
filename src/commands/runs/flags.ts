export interface RunsFlags {
  readonly output: 'table' | 'json'
}
